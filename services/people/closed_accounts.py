"""Accounts of who has left (已注销账户): what a refund still brings lapses, and money is reported.

A return at the till puts points and stored value back where they came from, whoever left meanwhile.
"""

from functools import partial

from loyalty.ledger import Unit
from loyalty.member_numbers import read_member_number
from loyalty.money import yuan_text
from loyalty.person import Person
from loyalty.staff import Right
from services.each import each_of
from services.ledger.posting import lock_accounts
from services.messages.telling import tell_staff
from services.org.reach import reachable_member
from services.org.staff import KnownMember, MemberUnknown, known_member, reach_of
from services.people.closing import UNITS, let_lapse
from services.shop import Shop
from storage.closing import closed_card_holder, newest_posting_of, refilled_accounts
from storage.sql import Row
from storage.transactions import transactional

BATCH = 200


async def card_holder(shop: Shop, person: Person, text: str) -> KnownMember:
    """Whose card is given back: a member within reach; for the brand also who has left and to whom
    a return brought money since. Raises MemberUnknown."""
    try:
        return await reachable_member(shop, person, text)
    except MemberUnknown:
        number = read_member_number(text)
        if number is None or reach_of(shop, person) is not None:
            raise
        member_id = await closed_card_holder(number)
        if member_id is None:
            raise
        return await known_member(shop, member_id)


async def settle_closed_accounts(shop: Shop) -> int:
    """How many members who left had something come back."""
    settled, last_id = 0, 0
    while batch := await refilled_accounts(after=last_id, limit=BATCH):
        last_id = batch[-1]["id"]
        settled += await each_of(batch, partial(_settle_one, shop))
    return settled


async def _settle_one(shop: Shop, member: Row) -> bool:
    await settle_closed(shop, member["id"], member["member_no"])
    return True


@transactional
async def settle_closed(shop: Shop, member_id: int, member_no: str) -> None:
    accounts = await lock_accounts(member_id, UNITS)
    if accounts[Unit.POINTS].balance or accounts[Unit.BONUS].balance:
        posting = await newest_posting_of(member_id)
        await let_lapse(shop, member_id, accounts, key=f"close:{member_id}:{posting}")
    principal_fen = accounts[Unit.PRINCIPAL].balance
    if principal_fen:
        facts = {"member_no": member_no, "yuan": yuan_text(principal_fen)}
        text = shop.phrase("rights/money_came_back", facts)
        # Once for each amount, not every night.
        key = f"closed-money:{member_id}:{principal_fen}"
        await tell_staff(shop, None, Right.APPROVE, text, key=key, store_id=None)
