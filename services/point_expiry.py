"""Points that lapse (积分到期): booking them out in the night, and warning of it in time."""

from datetime import timedelta
from functools import partial

from loyalty.ledger import Unit, expire
from loyalty.messages import Topic
from loyalty.points import expire_lots
from services.each import each_of
from services.ledger import lock_accounts, post
from services.notices import put_notice, this_morning
from services.shop import Shop
from storage.ledger import accounts_with_expired_lots, open_lots
from storage.refunds import points_ending_on
from storage.sql import Row
from storage.transactions import transactional

EXPIRY_BATCH = 200
NOTICE_BATCH = 500
WARNED_DAYS_BEFORE = (30, 7)


async def expire_points(shop: Shop) -> int:
    """Book out what remains of lots past their last day; how many members it touched."""
    touched, last_id = 0, 0
    while batch := await accounts_with_expired_lots(
        "points", shop.today(), after=last_id, limit=EXPIRY_BATCH
    ):
        last_id = batch[-1]["id"]
        touched += await each_of(batch, partial(_expire_one, shop))
    return touched


async def _expire_one(shop: Shop, account: Row) -> bool:
    await expire_member_points(shop, account["member_id"])
    return True


@transactional
async def expire_member_points(shop: Shop, member_id: int) -> None:
    """A lot lapses once: whatever is left of it goes, and then nothing is left of it."""
    today = shop.today()
    accounts = await lock_accounts(member_id, [Unit.POINTS])
    draws = expire_lots(await open_lots(accounts[Unit.POINTS].id), today)
    if not draws:
        return
    key = f"expire:{member_id}:{max(draw.lot_id for draw in draws)}"
    cause = {"what": "expiry", "day": today.isoformat(), "rules": shop.rules.version}
    transaction = expire(member_id, draws, cause=cause)
    await post(shop, transaction, accounts, key=key, actor="system", occurred_at=shop.now())


async def expiry_notices(shop: Shop) -> int:
    """Tell members 30 and 7 days before the last day of points, once a day of ending; how many."""
    told = 0
    for days in WARNED_DAYS_BEFORE:
        last_member = 0
        while batch := await points_ending_on(
            shop.today() + timedelta(days=days), after=last_member, limit=NOTICE_BATCH
        ):
            last_member = batch[-1]["member_id"]
            told += await _warn(shop, batch, days=days)
    return told


@transactional
async def _warn(shop: Shop, batch: list[dict[str, int]], *, days: int) -> int:
    last_day = (shop.today() + timedelta(days=days)).isoformat()
    told = 0
    for line in batch:
        member_id = line["member_id"]
        told += await put_notice(
            shop,
            member_id,
            wording="points/ending",
            facts={"points": int(line["points"]), "expires_on": last_day},
            key=f"points-end:{member_id}:{last_day}:{days}",
            due_at=this_morning(shop),
            message_class="service",
            topic=Topic.EXPIRY,
        )
    return told
