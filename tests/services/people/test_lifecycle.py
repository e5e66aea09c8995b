"""Stages in the night (生命周期): who is looked at, what is written, and why it changed."""

import json

from loyalty.person import Person
from services.loading import load_shop
from services.people.lifecycle import refresh_all_stages, refresh_stages
from services.shop import Shop
from storage.sql import Row, change, row, rows
from tests.services.growing import brings_back, spends
from tests.services.posting import member_id_of
from tests.shop_parts import MachineClock, a_member


async def rhythm(person: Person) -> Row:
    found = await row("SELECT * FROM member_rhythms WHERE member_id = $1", member_id_of(person))
    assert found is not None
    return found


async def changes() -> list[tuple[str, str]]:
    found = await rows("SELECT to_stage, cause FROM stage_changes ORDER BY id")
    return [(line["to_stage"], line["cause"]) for line in found]


async def test_a_member_goes_through_the_stages_each_with_its_cause(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    turned = [await refresh_stages(shop)]
    await spends(shop, li, 1_000)
    for days in (0, 30, 15, 45, 275):
        clock.pass_time(days=days)
        turned.append(await refresh_stages(shop))
    await spends(shop, li, 1_000)
    turned.append(await refresh_stages(shop))
    assert turned == [1] * 7
    assert await changes() == [
        ("prospect", "joined"),
        ("new", "purchase"),
        *((stage, "quiet") for stage in ("active", "cooling", "dormant", "lost")),
        ("regained", "purchase"),
    ]


async def test_a_night_without_news_writes_nothing(shop: Shop, clock: MachineClock) -> None:
    li = await a_member(shop)
    await spends(shop, li, 1_000)
    assert [await refresh_stages(shop) for _ in range(2)] == [1, 0]
    before = await rhythm(li)
    clock.pass_time(days=1)
    assert await refresh_stages(shop) == 0
    assert await rhythm(li) == before


async def test_what_was_brought_back_was_no_visit(shop: Shop) -> None:
    li = await a_member(shop)
    purchase_id, _ = await spends(shop, li, 1_000)
    await refresh_stages(shop)
    await brings_back(shop, li, purchase_id, 1_000)
    assert await refresh_stages(shop) == 1
    assert (await changes())[-1] == ("prospect", "refund")
    assert (await rhythm(li))["visits"] == 0


async def test_who_comes_weekly_is_asleep_after_three_weeks(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    for _ in range(3):
        await spends(shop, li, 1_000)
        clock.pass_time(days=7)
    await refresh_stages(shop)
    assert (await rhythm(li))["median_days"] == 7
    clock.pass_time(days=14)
    await refresh_stages(shop)
    assert (await rhythm(li))["stage"] == "dormant"
    [told] = await rows("SELECT facts FROM stage_changes WHERE to_stage = 'dormant'")
    assert json.loads(told["facts"]) == {"quiet": 21, "median": 7, "cooling": 14, "dormant": 21}


async def test_other_terms_hold_for_everybody_once_all_are_looked_at(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    await spends(shop, li, 1_000)
    clock.pass_time(days=40)
    await refresh_stages(shop)
    await load_shop(shop, {"lifecycle": {"cooling_days": 40}})
    await shop.rules.refresh()
    assert await refresh_all_stages(shop) == 1
    assert (await changes())[-1] == ("cooling", "terms")


async def test_a_member_who_joined_since_is_looked_at(shop: Shop) -> None:
    await a_member(shop)
    assert await refresh_stages(shop) == 1
    await a_member(shop, "wang")
    assert await refresh_stages(shop) == 1


async def test_who_is_no_member_any_more_is_not_looked_at(shop: Shop, clock: MachineClock) -> None:
    li = await a_member(shop)
    await spends(shop, li, 1_000)
    await refresh_stages(shop)
    await change("UPDATE members SET state = 'closed'")
    clock.pass_time(days=30)
    assert await refresh_stages(shop) == 0
    assert await changes() == [("new", "joined")]
