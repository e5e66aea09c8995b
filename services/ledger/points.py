"""Points (积分): earning, spending and returning them, and what a member sees of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from loyalty.expiry import ExpiryPolicy
from loyalty.ledger import (
    Cause,
    LedgerTransaction,
    Unit,
    earn,
    reverse_spending,
    spend,
    together,
)
from loyalty.points import Draw, GiveBack, Lot, give_back, part_of, spend_from
from services.clock import day_of
from services.ledger.lot_owners import Owners, hold_owners
from services.ledger.posting import LockedAccounts, is_posted, lock_accounts, post
from services.shop import Shop
from storage.ledger import open_lots, prolong_lots, read_points, transaction_by_key
from storage.refunds import lots_drawn_by, points_given_back


@dataclass(frozen=True, slots=True)
class ExpiryLine:
    expires_on: str
    points: int


@dataclass(frozen=True, slots=True)
class PointsBalance:
    """`points` may be spent now; `pending` awaits the tills' uploads or the end of a return
    period; `debt` is paid by what is earned next."""

    points: int
    pending: int
    next_expiries: tuple[ExpiryLine, ...]
    debt: int = 0


async def points_balance(shop: Shop, member_id: int) -> PointsBalance:
    """One read. Lots past their last day no longer count, booked out or not."""
    lines = await read_points(member_id, shop.today())
    amounts = {line["what"]: int(line["amount"]) for line in lines if line["what"] != "expiry"}
    expiries = [
        ExpiryLine(line["expires_on"], int(line["amount"]))
        for line in lines
        if line["what"] == "expiry"
    ]
    return PointsBalance(
        points=amounts.get("balance", 0) + amounts.get("lapsed", 0),
        pending=amounts.get("pending", 0),
        next_expiries=tuple(sorted(expiries, key=lambda expiry: expiry.expires_on)),
        debt=amounts.get("debt", 0),
    )


async def earn_points(
    shop: Shop, member_id: int, points: int, *, key: str, cause: Cause, occurred_at: datetime
) -> None:
    """Credit points once per key; debt is paid first.

    A helper for use cases: it runs inside their transaction.
    """
    if not points:
        return
    accounts = await lock_accounts(member_id, [Unit.POINTS])
    if await is_posted(key):
        return
    await note_activity(shop, accounts)
    amounts = {Unit.POINTS: points}
    earned = transaction_of(
        shop, member_id, amounts, accounts=accounts, cause=cause, occurred_at=occurred_at
    )
    await post(shop, earned, accounts, key=key, actor="system", occurred_at=occurred_at)


def transaction_of(
    shop: Shop,
    member_id: int,
    amounts: Mapping[Unit, int],
    *,
    accounts: LockedAccounts,
    cause: Cause,
    occurred_at: datetime,
) -> LedgerTransaction:
    """Points and beside them growth, as the rules of now let them live; debt is paid first."""
    earned_on = day_of(occurred_at)
    return earn(
        member_id,
        amounts,
        debt=accounts[Unit.POINTS].debt,
        earned_on=earned_on,
        expires_on=last_day(shop, earned_on),
        cause=cause,
    )


async def spend_points(
    shop: Shop, member_id: int, points: int, *, cause: Cause, key: str, accounts: LockedAccounts
) -> int:
    """Spend points once per key, soonest expiry first; the id of the posting.

    A helper for use cases that hold the points account. Raises NotEnoughPoints.
    """
    known = await transaction_by_key(key)
    if known is not None:
        return int(known["id"])
    draws = spend_from(await open_lots(accounts[Unit.POINTS].id), points, shop.today())
    transaction = spend(member_id, draws, cause=cause)
    return await post(shop, transaction, accounts, key=key, actor="system", occurred_at=shop.now())


async def return_points(
    shop: Shop,
    member_id: int,
    spend_key: str,
    points: int,
    *,
    cause: Cause,
    key: str,
    accounts: LockedAccounts,
) -> int | None:
    """Give so many more points of a spend back to the lots they came from; what lives longest
    goes back first. The id of the posting.

    A helper for use cases that hold the points account, as it is now. A lot that has ended is
    replaced by a new one with the days of the shop's courtesy.
    """
    known = await transaction_by_key(key)
    if known is not None or points == 0:
        return None if known is None else int(known["id"])
    spent = await transaction_by_key(spend_key)
    assert spent is not None, spend_key
    draws, lots = await lots_drawn_by(spend_key)
    already = await points_given_back(spent["id"])
    part = part_of(draws, already, points)
    owners = await hold_owners(
        [draw.lot_id for draw in part], member_id, accounts, units=[Unit.POINTS]
    )
    given = {
        owner: _given_back(shop, owner, part, lots, owners=owners)
        for owner in owners.members(draw.lot_id for draw in part)
    }
    transaction = together(_undone(shop, given, cause))
    return await post(
        shop,
        transaction,
        owners.accounts,
        key=key,
        actor="system",
        occurred_at=shop.now(),
        reverses_id=int(spent["id"]),
    )


def _given_back(
    shop: Shop, owner_id: int, part: Sequence[Draw], lots: Sequence[Lot], *, owners: Owners
) -> GiveBack:
    """What one owner gets of it, on what they owe first."""
    mine = [draw for draw in part if owners.by_lot[draw.lot_id] == owner_id]
    debt = owners.accounts.of(owner_id)[Unit.POINTS].debt
    return give_back(mine, lots, shop.today(), debt=debt)


def _undone(shop: Shop, given: Mapping[int, GiveBack], cause: Cause) -> list[LedgerTransaction]:
    """The cause says of which lots the new ones stand for points, in the order of opening."""
    late = [[draw.lot_id, draw.points] for back in given.values() for draw in back.late]
    return [
        reverse_spending(
            owner_id,
            back,
            earned_on=shop.today(),
            late_expires_on=shop.today() + timedelta(days=shop.rules.points.return_days),
            cause={**cause, "late_of_lots": late} if late else cause,
        )
        for owner_id, back in given.items()
    ]


async def note_activity(shop: Shop, accounts: LockedAccounts) -> None:
    """Whoever comes again keeps what is there, where points lapse by inactivity."""
    policy = ExpiryPolicy.parse(shop.rules.points.expire)
    expires_on = policy.expires_on(shop.today())
    if policy.kind == "inactive" and expires_on is not None:
        await prolong_lots(accounts[Unit.POINTS].id, expires_on, shop.today())


def last_day(shop: Shop, earned_on: date) -> date | None:
    """The last day of points earned on a day; a late report brings none that have lapsed."""
    policy = ExpiryPolicy.parse(shop.rules.points.expire)
    expires_on = policy.expires_on(earned_on, last_active_on=shop.today())
    if expires_on is not None and expires_on < shop.today():
        return policy.expires_on(shop.today())
    return expires_on
