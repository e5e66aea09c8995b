"""RFM scores (field-rules D8): by fixed bounds in a small shop, by percentile in a large one."""

import pytest

import services.people.rfm
from services.people.rfm import refresh_rfm
from services.shop import Shop
from storage.sql import rows
from tests.services.growing import brings_back, spends
from tests.shop_parts import MachineClock, a_member


async def scores() -> list[tuple[int, int, int, str]]:
    found = await rows("SELECT r, f, m, name FROM rfm_scores ORDER BY member_id")
    return [(line["r"], line["f"], line["m"], line["name"]) for line in found]


async def test_a_small_shop_is_scored_by_fixed_bounds(shop: Shop, clock: MachineClock) -> None:
    li = await a_member(shop)
    for _ in range(4):
        await spends(shop, li, 5_000)
    await spends(shop, await a_member(shop, "wang"), 100_000)
    clock.pass_time(days=70)
    assert await refresh_rfm(shop) == 2
    assert await scores() == [(3, 3, 2, "steady"), (3, 1, 4, "steady")]


async def test_in_a_large_shop_a_fifth_of_all_is_a_score(
    shop: Shop, clock: MachineClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.people.rfm, "ENOUGH_BUYERS", 5)
    for number in range(6):
        member = await a_member(shop, f"member-{number}")
        await spends(shop, member, 1_000 * (number + 1))
        clock.pass_time(days=1)
    clock.pass_time(days=180)
    assert await refresh_rfm(shop) == 6
    assert [(r, m) for r, _, m, _ in await scores()] == [
        *((1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (5, 5))
    ]
    assert {f for _, f, _, _ in await scores()} == {1}


async def test_who_brought_everything_back_or_left_off_has_no_score(
    shop: Shop, clock: MachineClock
) -> None:
    li, wang = await a_member(shop), await a_member(shop, "wang")
    purchase_id, _ = await spends(shop, li, 1_000)
    await spends(shop, wang, 1_000)
    assert await refresh_rfm(shop) == 2
    await brings_back(shop, li, purchase_id, 1_000)
    clock.pass_time(days=1)
    assert await refresh_rfm(shop) == 1
    clock.pass_time(days=365)
    assert await refresh_rfm(shop) == 0
    assert await scores() == []
