"""Notices (通知) of what ends: not after the fact, and of one matter not twice in one reply."""

from datetime import date, datetime

import pytest

from loyalty.person import Person
from services.clock import SHOP_ZONE
from services.coupons.notices import notice_ending_coupons
from services.ledger.point_expiry import expiry_notices
from services.messages.outbox import take_due_messages
from services.messages.waiting import take_first_lines
from services.people.callers import follow, unfollow
from services.shop import Shop
from services.tiers.notices import put_tier_notices
from storage.sql import change, row, rows
from tests.outbox import record_outcome
from tests.services.couponing import CAKE, a_coupon
from tests.services.growing import spends
from tests.services.posting import member_id_of
from tests.shop_parts import MachineClock, a_follower, a_member

# A year after a test begins.
POINTS_END = date(2028, 1, 11)


@pytest.fixture
async def li(shop: Shop) -> Person:
    """A member with 50 points of the welcome pack."""
    person = await a_member(shop)
    await change("UPDATE coupons SET state = 'void'")
    await change("DELETE FROM outbox")
    return person


def at(clock: MachineClock, day: str, hour: int = 9) -> None:
    clock.now = datetime.combine(date.fromisoformat(day), datetime.min.time(), SHOP_ZONE).replace(
        hour=hour
    )


async def nobody_can_be_told(shop: Shop, clock: MachineClock, day: str) -> None:
    """The night of this day, and the morning after it, when the platform takes nothing."""
    at(clock, day, hour=1)
    for put in (notice_ending_coupons, expiry_notices, put_tier_notices):
        await put(shop)
    at(clock, day)
    for message in await take_due_messages(shop, "worker", 10):
        await record_outcome(shop, message, "worker", state="failed", reason="window_closed")


async def told(shop: Shop, key: str = "m") -> list[str]:
    return await take_first_lines(shop, await a_follower(shop), key=key)


@pytest.mark.parametrize(("day", "lines"), [("2028-01-11", 1), ("2028-01-12", 0)])
async def test_points_are_spoken_of_until_they_end(
    shop: Shop, clock: MachineClock, li: Person, day: str, lines: int
) -> None:
    await nobody_can_be_told(shop, clock, "2027-12-12")
    at(clock, day)
    assert len(await told(shop)) == lines


async def test_of_the_same_points_only_the_nearest_notice_waits(
    shop: Shop, clock: MachineClock, li: Person
) -> None:
    await nobody_can_be_told(shop, clock, "2027-12-12")
    await nobody_can_be_told(shop, clock, "2028-01-04")
    [line] = await told(shop)
    assert POINTS_END.isoformat() in line


@pytest.mark.parametrize(("day", "lines"), [("2027-02-15", 1), ("2027-02-16", 0)])
async def test_coupons_are_spoken_of_until_they_end_and_once(
    shop: Shop, clock: MachineClock, li: Person, day: str, lines: int
) -> None:
    await a_coupon(shop, member_id_of(li), {**CAKE, "valid": "35d"})
    await nobody_can_be_told(shop, clock, "2027-01-16")
    await nobody_can_be_told(shop, clock, "2027-02-08")
    at(clock, day)
    assert len(await told(shop)) == lines


async def test_coupons_of_another_day_are_another_matter(
    shop: Shop, clock: MachineClock, li: Person
) -> None:
    for number, days in enumerate((35, 13)):
        await a_coupon(shop, member_id_of(li), {**CAKE, "valid": f"{days}d"}, key=f"{number}")
    await nobody_can_be_told(shop, clock, "2027-01-16")
    await nobody_can_be_told(shop, clock, "2027-01-17")
    assert len(await told(shop)) == 2


@pytest.mark.parametrize(("day", "lines"), [("2028-01-31", 1), ("2028-02-01", 0)])
async def test_tiers_are_spoken_of_until_they_end_and_once(
    shop: Shop, clock: MachineClock, li: Person, day: str, lines: int
) -> None:
    await spends(shop, li, 50_000)
    await change("DELETE FROM outbox")
    await change("UPDATE lots SET expires_on = NULL")
    await nobody_can_be_told(shop, clock, "2028-01-01")
    await nobody_can_be_told(shop, clock, "2028-01-24")
    at(clock, day)
    assert len(await told(shop)) == lines


async def test_a_notice_still_in_the_queue_gives_way_too(
    shop: Shop, clock: MachineClock, li: Person
) -> None:
    for day in ("2027-12-12", "2028-01-04"):
        at(clock, day, hour=1)
        await expiry_notices(shop)
    found = await rows("SELECT state, reason FROM outbox ORDER BY id")
    assert [(line["state"], line["reason"]) for line in found] == [
        ("suppressed", "replaced"),
        ("queued", None),
    ]


async def test_whoever_comes_back_hears_the_nearest_notice_only(
    shop: Shop, clock: MachineClock, li: Person
) -> None:
    at(clock, "2027-12-12", hour=1)
    await expiry_notices(shop)
    await unfollow(shop, li, pushed_at=1)
    await nobody_can_be_told(shop, clock, "2028-01-04")
    await follow(shop, li, pushed_at=2, source=None)
    assert len(await told(shop)) == 1


async def test_points_of_a_later_week_are_another_matter(
    shop: Shop, clock: MachineClock, li: Person
) -> None:
    await nobody_can_be_told(shop, clock, "2027-12-12")
    await change("UPDATE lots SET expires_on = '2028-01-04'")
    at(clock, "2027-12-28", hour=1)
    await expiry_notices(shop)
    found = await row("SELECT COUNT(*) AS waiting FROM waiting_lines WHERE told_at IS NULL")
    assert found == {"waiting": 1}
