"""Leaving (注销): what would lapse is shown first, money is paid out first, then all of it goes.

Points and bonus lapse by the ledger, coupons are void, personal fields and texts are erased, the
member's number and ledger rows stay without a person. Whoever left may join again as new.
"""

import json
from dataclasses import asdict, dataclass

from loyalty.ledger import Unit, close
from loyalty.merging import MemberMerged
from loyalty.money import yuan_text
from loyalty.person import Person
from loyalty.points import Draw
from loyalty.tickets import Ticket
from services.activities.signups import leave_activities
from services.coupons.issuing import own_coupons
from services.custody.auditing import MEMBER, Act, audit
from services.ledger.points import points_balance
from services.ledger.posting import LockedAccounts, lock_accounts, post
from services.people.consents import withdraw_all
from services.shop import Shop
from services.tickets.opening import Draft, open_ticket_in
from services.wallet.balance import stored_value
from services.wallet.card_refunds import PaymentUnderWay
from services.wallet.hold_steps import release_overdue
from storage.closing import (
    close_row,
    closing_by_key,
    detach_followers,
    end_tickets,
    erase_person,
    insert_closing,
    open_closing_ticket,
    void_coupons,
    void_waiting,
    waiting_receipts,
)
from storage.ledger import open_lots
from storage.locks import lock_receipt
from storage.member_codes import is_active_member
from storage.merges import lock_followers_of
from storage.models import Member
from storage.people import lock_follower
from storage.tickets import ticket_of_id
from storage.transactions import transactional

UNITS = (Unit.BONUS, Unit.POINTS, Unit.PRINCIPAL)
LAPSING = (Unit.BONUS, Unit.POINTS)
BY_MEMBER, BY_PLATFORM = "member", "platform"


class MoneyLeft(Exception):
    """Stored money is still there: it has to be paid out first."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """What leaving would cost now; nothing of `principal_fen` may be left for it to go on."""

    member_no: str
    points: int
    pending: int
    coupons: int
    bonus_fen: int
    principal_fen: int
    held_fen: int


@dataclass(frozen=True, slots=True)
class Closed:
    """What lapsed when the membership ended."""

    member_no: str
    points: int
    bonus_fen: int
    coupons: int


async def what_leaving_costs(shop: Shop, member_id: int) -> Leaving:
    member = await Member.get(id=member_id)
    assert member.member_no is not None, member_id
    points = await points_balance(shop, member_id)
    stored = await stored_value(shop, member_id)
    return Leaving(
        member_no=member.member_no,
        points=points.points,
        pending=points.pending,
        coupons=len(await own_coupons(shop, member_id)),
        bonus_fen=stored.bonus_fen,
        principal_fen=stored.principal_fen,
        held_fen=stored.held_fen,
    )


@transactional
async def ask_for_money(shop: Shop, person: Person, *, key: str) -> Ticket:
    """Let staff pay out what is stored; one ticket, however often the member asks meanwhile."""
    member_id = await lock_follower(person.follower_id)
    assert member_id is not None, "only members have money here"
    known = await open_closing_ticket(member_id)
    if known is not None:
        ticket = await ticket_of_id(known)
        assert ticket is not None, known
        return ticket
    return await open_ticket_in(shop, person, await _settlement(shop, member_id), key=key)


async def _settlement(shop: Shop, member_id: int) -> Draft:
    leaving = await what_leaving_costs(shop, member_id)
    facts = {"member_no": leaving.member_no, "yuan": yuan_text(leaving.principal_fen)}
    text = shop.phrase("rights/closing_ticket", facts)
    member = await Member.get(id=member_id)
    return Draft("closing", text, store_id=member.home_store_id, member_id=member_id)


@transactional
async def close_member(shop: Shop, person: Person, *, shown_text: str, key: str) -> Closed:
    """End the membership once; the same message again is told the same.

    Raises MoneyLeft, PaymentUnderWay, MemberMerged; then nothing has changed.
    """
    if person.member_id is not None:
        # By whatever account they scan at this moment, they wait; as with a merge.
        await lock_followers_of((person.member_id, person.member_id))
    member_id = await lock_follower(person.follower_id)
    known = await closing_by_key(key)
    if known is not None:
        return Closed(**json.loads(known["facts"]))
    assert member_id is not None, "only members leave"
    if member_id != person.member_id:
        raise MemberMerged  # What was shown is not what would go.
    closed = await settle_membership(shop, member_id)
    await withdraw_all(shop, person, member_id, shown_text=shown_text, key=key)
    await forget_member(shop, member_id, person.follower_id, closed, key=key, by=BY_MEMBER)
    await audit(shop, MEMBER, Act("member.close", member_id), key=key)
    return closed


async def settle_membership(shop: Shop, member_id: int) -> Closed:
    """Let everything lapse that has no money in it. A helper for use cases.

    Raises MoneyLeft, PaymentUnderWay.
    """
    for receipt in await waiting_receipts(member_id):
        await lock_receipt(receipt["till_id"], receipt["receipt_seq"])
    accounts = await lock_accounts(member_id, UNITS)
    await release_overdue(shop, member_id, accounts)
    accounts = await lock_accounts(member_id, UNITS)
    is_active = await is_active_member(member_id)
    assert is_active, member_id
    if any(account.held for account in accounts.values()):
        raise PaymentUnderWay
    if accounts[Unit.PRINCIPAL].balance:
        raise MoneyLeft
    await leave_activities(shop, member_id)
    await void_waiting(member_id)
    member = await Member.get(id=member_id)
    assert member.member_no is not None, member_id
    closed = Closed(
        member_no=member.member_no,
        points=accounts[Unit.POINTS].balance,
        bonus_fen=accounts[Unit.BONUS].balance,
        coupons=await void_coupons(member_id, shop.now()),
    )
    await let_lapse(shop, member_id, accounts, key=f"close:{member_id}")
    return closed


async def forget_member(
    shop: Shop, member_id: int, follower_id: int, closed: Closed, *, key: str, by: str
) -> None:
    """Erase and detach the person, once. A helper for use cases that have settled everything."""
    await erase_person(member_id, follower_id)
    await end_tickets(member_id, follower_id, shop.now())
    has_closed = await close_row(member_id)
    assert has_closed, member_id
    await detach_followers(member_id)
    await insert_closing(
        key=key,
        member_id=member_id,
        closed_by=by,
        facts=json.dumps(asdict(closed)),
        closed_at=shop.now(),
    )


async def let_lapse(shop: Shop, member_id: int, accounts: LockedAccounts, *, key: str) -> None:
    """Book out all points and bonus. A helper for use cases that hold the accounts."""
    draws = {
        unit: [Draw(lot.id, lot.points_left) for lot in await open_lots(accounts[unit].id)]
        for unit in LAPSING
    }
    draws = {unit: taken for unit, taken in draws.items() if taken}
    if not draws:
        return
    cause = {
        "what": "closed",
        "points": accounts[Unit.POINTS].balance,
        "bonus": yuan_text(accounts[Unit.BONUS].balance),
        "rules": shop.rules.version,
    }
    transaction = close(member_id, draws, cause=cause)
    await post(shop, transaction, accounts, key=key, actor="system", occurred_at=shop.now())
