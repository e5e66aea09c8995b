"""Warnings of lapsing points (到期提醒): 30 and 7 days before, once for each day of ending."""

import asyncio

import pytest

import services.ledger.point_expiry
from services.ledger.point_expiry import expiry_notices
from services.shop import Shop
from storage.sql import change
from tests.outbox import notices
from tests.services.posting import give, spend_points
from tests.shop_parts import MachineClock, a_member

WELCOME = 50


async def test_members_are_told_30_and_7_days_before(shop: Shop, clock: MachineClock) -> None:
    li = await a_member(shop)
    await give(shop, li, 30, key="same day")
    told = []
    for days in (334, 1, 1, 22, 1, 6):
        clock.pass_time(days=days)
        told.append(await expiry_notices(shop))
    assert told == [0, 1, 0, 1, 0, 0]
    facts = {"points": WELCOME + 30, "expires_on": "2028-01-11"}
    assert [notice["facts"] for notice in await notices()] == [facts, facts]
    assert {notice["class"] for notice in await notices()} == {"service"}


async def test_what_ends_within_a_week_is_told_together_and_once(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    for bought in range(1, 9):
        clock.pass_time(days=1)
        await give(shop, li, bought, key=f"day {bought}")
    clock.pass_time(days=326)
    told = []
    for _ in range(9):
        clock.pass_time(days=1)
        told.append(await expiry_notices(shop))
    assert told == [1, 0, 0, 0, 0, 0, 0, 1, 0]
    first, second = [notice["facts"] for notice in await notices()]
    assert first == {"points": WELCOME + sum(range(1, 7)), "expires_on": "2028-01-11"}
    assert second == {"points": 7 + 8, "expires_on": "2028-01-18"}


async def test_who_has_nothing_left_is_not_warned(shop: Shop, clock: MachineClock) -> None:
    await spend_points(shop, await a_member(shop), WELCOME, key="spent")
    clock.pass_time(days=335)
    assert await expiry_notices(shop) == 0


async def test_the_run_repeated_or_twice_at_once_warns_once(
    shop: Shop, clock: MachineClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.ledger.point_expiry, "NOTICE_BATCH", 2)
    for number in range(5):
        await a_member(shop, f"member-{number}")
    clock.pass_time(days=335)
    assert sum(await asyncio.gather(expiry_notices(shop), expiry_notices(shop))) == 5
    assert await expiry_notices(shop) == 0
    assert len({notice["member_id"] for notice in await notices()}) == 5


async def test_nights_without_a_run_are_made_up_for(shop: Shop, clock: MachineClock) -> None:
    await a_member(shop)
    told = []
    for days in (335 + 7, 16 + 2):
        clock.pass_time(days=days)
        told.append(await expiry_notices(shop))
    assert told == [1, 1]
    facts = {"points": WELCOME, "expires_on": "2028-01-11"}
    assert [notice["facts"] for notice in await notices()] == [facts, facts]


@pytest.mark.parametrize("days", [335 + 8, 358 + 3])
async def test_what_is_too_late_is_not_told(shop: Shop, clock: MachineClock, days: int) -> None:
    await a_member(shop)
    clock.pass_time(days=days)
    assert await expiry_notices(shop) == 0


async def test_whatever_nights_were_missed_all_is_told_once_and_once_a_week(
    shop: Shop, clock: MachineClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.ledger.point_expiry, "HORIZONS", ((30, 7),))
    li = await a_member(shop)
    for bought in range(1, 30):
        clock.pass_time(days=1)
        await give(shop, li, 2**bought, key=f"day {bought}")
    clock.pass_time(days=305)
    nights = []
    for night in range(31):
        clock.pass_time(days=1)
        if night not in (0, 8, 9, 10, 16, 17, 24):
            nights += [night] * await expiry_notices(shop)
    assert nights == [1, 11, 18, 25]
    # Each day's points are a bit of their own.
    told = [notice["facts"]["points"] for notice in await notices()]
    assert sum(told) == WELCOME + sum(2**bought for bought in range(1, 30))


async def test_points_that_came_for_less_than_a_month_are_not_announced_again(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    await spend_points(shop, li, WELCOME, key="spent")
    await give(shop, li, 30, key="for a while")
    await change("UPDATE lots SET expires_on = '2027-02-09'")
    told = []
    for _ in range(30):
        clock.pass_time(days=1)
        told.append(await expiry_notices(shop))
    assert [day for day, number in enumerate(told, start=1) if number] == [22]
