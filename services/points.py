"""Points (积分): earning them, letting them lapse, and what a member sees of them."""

from dataclasses import dataclass
from datetime import datetime

from loyalty.expiry import ExpiryPolicy
from loyalty.ledger import Cause, Unit, earn, expire
from loyalty.points import expire_lots
from services.clock import day_of
from services.ledger import is_posted, lock_accounts, post
from services.shop import Shop
from storage.ledger import (
    accounts_with_expired_lots,
    open_lots,
    prolong_lots,
    read_points,
)
from storage.transactions import transactional

EXPIRY_BATCH = 200


@dataclass(frozen=True, slots=True)
class ExpiryLine:
    expires_on: str
    points: int


@dataclass(frozen=True, slots=True)
class PointsBalance:
    """`points` may be spent now; `pending` awaits the tills' uploads."""

    points: int
    pending: int
    next_expiries: tuple[ExpiryLine, ...]


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
    )


async def earn_points(
    shop: Shop, member_id: int, points: int, *, key: str, cause: Cause, occurred_at: datetime
) -> None:
    """Credit points once per key; debt is paid first.

    A helper for use cases: it runs inside their transaction.
    """
    accounts = await lock_accounts(member_id, [Unit.POINTS])
    if points == 0 or await is_posted(key):
        return
    policy = ExpiryPolicy.parse(shop.rules.points.expire)
    earned_on = day_of(occurred_at)
    expires_on = policy.expires_on(earned_on, last_active_on=shop.today())
    if policy.kind == "inactive" and expires_on is not None:
        # Whoever comes again keeps what is there.
        await prolong_lots(accounts[Unit.POINTS].id, expires_on, shop.today())
    transaction = earn(
        member_id,
        {Unit.POINTS: points},
        debt=accounts[Unit.POINTS].debt,
        earned_on=earned_on,
        expires_on=expires_on,
        cause=cause,
    )
    await post(shop, transaction, accounts, key=key, actor="system", occurred_at=occurred_at)


async def expire_points(shop: Shop) -> int:
    """Book out what remains of lots past their last day; how many members it touched."""
    touched = 0
    while batch := await accounts_with_expired_lots("points", shop.today(), EXPIRY_BATCH):
        for account in batch:
            await expire_member_points(shop, account["member_id"])
        touched += len(batch)
    return touched


@transactional
async def expire_member_points(shop: Shop, member_id: int) -> None:
    """A lot lapses once: whatever is left of it goes, and then nothing is left of it."""
    today = shop.today()
    accounts = await lock_accounts(member_id, [Unit.POINTS])
    draws = expire_lots(await open_lots(accounts[Unit.POINTS].id), today)
    if not draws:
        return
    key = f"expire:{member_id}:{max(draw.lot_id for draw in draws)}"
    transaction = expire(member_id, draws, cause={"what": "expiry", "day": today.isoformat()})
    await post(shop, transaction, accounts, key=key, actor="system", occurred_at=shop.now())
