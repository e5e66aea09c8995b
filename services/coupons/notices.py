"""Reminders of coupons (券到期提醒): 30 and 7 days before the last one, one a member and day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from loyalty.coupons import coupon_copy
from loyalty.messages import Topic
from services.clock import end_of
from services.messages.notices import put_notice, this_morning
from services.shop import Shop
from storage.coupons import coupons_ending
from storage.sql import Row
from storage.transactions import transactional

# Days before the last one, with how many days later a run that was missed still makes up for it.
HORIZONS = ((30, 7), (7, 2))
MOST_NAMED = 3
BATCH = 200


@dataclass(frozen=True, slots=True)
class Ending:
    """What of one member's ends on one day."""

    member_id: int
    last_day: date
    names: tuple[str, ...]


async def notice_ending_coupons(shop: Shop) -> int:
    """Make the notices of today; again, or a day late, makes none twice. How many are new."""
    made = 0
    for horizon, late in HORIZONS:
        last = shop.today() + timedelta(days=horizon)
        first, after = last - timedelta(days=late), 0
        while found := await coupons_ending(first, last, after=after, members=BATCH):
            after = found[-1]["member_id"]
            made += await notice_all(shop, _together(found, horizon), horizon)
    return made


@transactional
async def notice_all(shop: Shop, endings: Iterable[Ending], horizon: int) -> int:
    """A batch at a time, so that tills never wait for the whole chain's notices."""
    return sum([await _notice(shop, ending, horizon) for ending in endings])


def _together(found: Iterable[Row], horizon: int) -> list[Ending]:
    """A coupon that was good for no longer than the horizon was announced when it came."""
    copies = [(row["member_id"], coupon_copy(row)) for row in found]
    worth_it = [
        (member_id, copy.ends_on, copy.terms.name)
        for member_id, copy in copies
        if (copy.ends_on - copy.starts_on).days > horizon
    ]
    return [
        Ending(member_id, last_day, tuple(name for _, _, name in group))
        for (member_id, last_day), group in groupby(worth_it, key=lambda line: line[:2])
    ]


async def _notice(shop: Shop, ending: Ending, horizon: int) -> bool:
    names = "、".join(dict.fromkeys(ending.names[:MOST_NAMED]))
    return await put_notice(
        shop,
        ending.member_id,
        wording="coupons/ending",
        facts={
            "names": names,
            "count": len(ending.names),
            "last_day": ending.last_day.isoformat(),
            "days": (ending.last_day - shop.today()).days,
        },
        key=_key(ending, horizon),
        due_at=this_morning(shop),
        message_class="service",
        topic=Topic.EXPIRY,
        useless_after=end_of(ending.last_day),
        replaces=[_key(ending, earlier) for earlier, _ in HORIZONS if earlier > horizon],
    )


def _key(ending: Ending, horizon: int) -> str:
    return f"coupons-ending:{ending.member_id}:{ending.last_day}:{horizon}"
