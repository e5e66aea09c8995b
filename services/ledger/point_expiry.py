"""Points that lapse (积分到期): booking them out in the night, and warning of it in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from operator import itemgetter

from loyalty.ledger import Unit, expire
from loyalty.messages import Topic
from loyalty.points import expire_lots
from services.clock import day_of, end_of
from services.each import each_of
from services.ledger.posting import lock_accounts, post
from services.messages.notices import put_notice, this_morning
from services.shop import Shop
from storage.instants import from_ms
from storage.ledger import accounts_with_expired_lots, open_lots
from storage.point_expiry import keys_in_use, points_ending
from storage.sql import Row
from storage.transactions import transactional

EXPIRY_BATCH = 200
NOTICE_BATCH = 500
# Days before points end, with how many days later nights without a run are made up for.
HORIZONS = ((30, 7), (7, 2))
# Whoever buys daily has points that end daily, and wants to hear of them once a week.
REST_OF_WEEK = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Night:
    """A look so many days ahead, at `day` and what was missed before it."""

    day: date
    horizon: int
    late: int


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
    """Tell members 30 and 7 days before points end, or some days late, with all that end in the
    week from that day on; what was told so is not told again. How many were told."""
    told = 0
    for horizon, late in HORIZONS:
        day, last_member = shop.today() + timedelta(days=horizon), 0
        first = day - timedelta(days=late)
        while batch := await points_ending(
            first, day, until=day + REST_OF_WEEK, after=last_member, members=NOTICE_BATCH
        ):
            last_member = batch[-1]["member_id"]
            told += await _warn(shop, batch, Night(day, horizon, late))
    return told


@transactional
async def _warn(shop: Shop, batch: Sequence[Row], night: Night) -> int:
    told_until = await _told_until(sorted({line["member_id"] for line in batch}), night)
    told = 0
    for member_id, lots in groupby(batch, key=itemgetter("member_id")):
        told_already = told_until.get(member_id, date.min)
        news = [lot for lot in lots if _last_day(lot) > told_already and _is_old(lot, night)]
        if news and _last_day(news[0]) <= night.day:
            told += await _notice(shop, member_id, news, night)
    return told


async def _told_until(members: Sequence[int], night: Night) -> dict[int, date]:
    """The last day on which points end that each heard of lately."""
    days = [night.day - timedelta(days=back) for back in range(1, night.late + 7)]
    keys = {_key(member, day, night.horizon): (member, day) for member in members for day in days}
    told: dict[int, date] = {}
    for key in await keys_in_use(list(keys)):
        member, day = keys[key]
        told[member] = max(told.get(member, day), day + REST_OF_WEEK)
    return told


def _last_day(lot: Row) -> date:
    return date.fromisoformat(lot["expires_on"])


def _is_old(lot: Row, night: Night) -> bool:
    """What was good for no longer than the horizon was announced when it came."""
    return (_last_day(lot) - day_of(from_ms(lot["opened_at"]))).days > night.horizon


def _key(member_id: int, day: date, horizon: int) -> str:
    return f"points-end:{member_id}:{day}:{horizon}"


async def _notice(shop: Shop, member_id: int, lots: Sequence[Row], night: Night) -> bool:
    first, until = _last_day(lots[0]), night.day + REST_OF_WEEK
    days = [first + timedelta(days=ahead) for ahead in range((until - first).days + 1)]
    earlier = [horizon for horizon, _ in HORIZONS if horizon > night.horizon]
    return await put_notice(
        shop,
        member_id,
        wording="points/ending",
        facts={
            "points": sum(int(lot["remaining"]) for lot in lots),
            "expires_on": first.isoformat(),
        },
        key=_key(member_id, night.day, night.horizon),
        due_at=this_morning(shop),
        message_class="service",
        topic=Topic.EXPIRY,
        useless_after=end_of(first),
        replaces=[_key(member_id, day, horizon) for horizon in earlier for day in days],
    )
