"""Warnings of lapsing points (到期提醒): 30 and 7 days before, once for each day of ending."""

import asyncio

import pytest

import services.point_expiry
from services.point_expiry import expiry_notices
from services.shop import Shop
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


async def test_who_has_nothing_left_is_not_warned(shop: Shop, clock: MachineClock) -> None:
    await spend_points(shop, await a_member(shop), WELCOME, key="spent")
    clock.pass_time(days=335)
    assert await expiry_notices(shop) == 0


async def test_the_run_repeated_or_twice_at_once_warns_once(
    shop: Shop, clock: MachineClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.point_expiry, "NOTICE_BATCH", 2)
    for number in range(5):
        await a_member(shop, f"member-{number}")
    clock.pass_time(days=335)
    assert sum(await asyncio.gather(expiry_notices(shop), expiry_notices(shop))) == 5
    assert await expiry_notices(shop) == 0
    assert len({notice["member_id"] for notice in await notices()}) == 5
