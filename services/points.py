"""Points (积分): earning, spending and returning them, and what a member sees of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from loyalty.expiry import ExpiryPolicy
from loyalty.ledger import Cause, Unit, earn, reverse_spending, spend
from loyalty.points import give_back, part_of, spend_from
from services.clock import day_of
from services.ledger import LockedAccounts, is_posted, lock_accounts, post
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
    if points:
        amounts = {Unit.POINTS: points}
        await earn_amounts(shop, member_id, amounts, key=key, cause=cause, occurred_at=occurred_at)


async def earn_amounts(
    shop: Shop,
    member_id: int,
    amounts: Mapping[Unit, int],
    *,
    key: str,
    cause: Cause,
    occurred_at: datetime,
    is_new: bool = False,
) -> int:
    """Credit points and beside them growth, in one posting once per key; what may be spent then.

    A helper for use cases; one whose own row proves that the key `is_new` spares the look. Whoever
    comes keeps what would lapse by inactivity, also for nothing.
    """
    accounts = await lock_accounts(member_id, amounts, today=shop.today())
    spendable = accounts[Unit.POINTS].spendable
    if not is_new and await is_posted(key):
        return spendable
    await note_activity(shop, accounts)
    if not any(amounts.values()):
        return spendable
    transaction = earn(
        member_id,
        amounts,
        debt=accounts[Unit.POINTS].debt,
        earned_on=day_of(occurred_at),
        expires_on=last_day(shop, day_of(occurred_at)),
        cause=cause,
    )
    await post(shop, transaction, accounts, key=key, actor="system", occurred_at=occurred_at)
    return spendable + sum(lot.amount for lot in transaction.opened)


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
    given = give_back(
        part_of(draws, already, points), lots, shop.today(), debt=accounts[Unit.POINTS].debt
    )
    transaction = reverse_spending(
        member_id,
        given,
        earned_on=shop.today(),
        late_expires_on=shop.today() + timedelta(days=shop.rules.points.return_days),
        cause=cause,
    )
    return await post(
        shop,
        transaction,
        accounts,
        key=key,
        actor="system",
        occurred_at=shop.now(),
        reverses_id=int(spent["id"]),
    )


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
