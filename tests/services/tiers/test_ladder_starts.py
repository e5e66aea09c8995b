"""Ladder versions (等级版本): loaded ahead, they take over by themselves on their day."""

import json
from datetime import date, timedelta
from typing import Any

from loyalty.shop_file.reading import LadderTerms
from services.clockwork import keep_offset
from services.loading import load_shop
from services.rules import RulesBook
from services.shop import Shop
from storage.sql import change, rows
from tests.shop_parts import MachineClock, demo_shop

Data = dict[str, Any]
# The demo shop opens on 11 January 2027, ten o'clock.
STARTS = "2027-02-01"


def new_ladder(starts: str | None = STARTS, *, silver: int = 800) -> Data:
    """Silver from another growth on, and a term of half a year."""
    tiers = demo_shop()["tiers"]
    tiers[1]["growth"] = silver
    ladder = {"term_months": 6} | ({"starts": starts} if starts else {})
    return {"ladder": ladder, "tiers": tiers}


def silver_and_term(rules: RulesBook) -> tuple[int, int]:
    silver = rules.tier("silver")
    assert silver is not None
    return silver.growth, rules.ladder.term_months


async def load(shop: Shop, data: Data) -> list[str]:
    changes = await load_shop(shop, data)
    await shop.rules.refresh()
    return changes


async def test_a_ladder_loaded_ahead_is_known_and_not_in_force(shop: Shop) -> None:
    assert shop.rules.upcoming is None
    assert await load(shop, new_ladder()) == ["ladder", "tiers"]
    assert silver_and_term(shop.rules) == (500, 12)
    assert shop.rules.upcoming is not None
    starts_on, ladder, tiers = shop.rules.upcoming
    assert starts_on == ladder.starts == date(2027, 2, 1)
    assert (ladder.term_months, tiers[1].growth) == (6, 800)


async def test_at_midnight_of_its_day_it_takes_over_by_itself(
    shop: Shop, clock: MachineClock
) -> None:
    await load(shop, new_ladder())
    clock.pass_time(days=20, hours=13, minutes=59)
    assert silver_and_term(shop.rules) == (500, 12)
    clock.pass_time(minutes=1)
    assert silver_and_term(shop.rules) == (800, 6)
    assert shop.rules.upcoming is None


async def test_a_clock_jump_switches_it_in_a_process_that_reads_no_rules(shop: Shop) -> None:
    other = RulesBook(shop.clock)
    await load(shop, new_ladder())
    await other.refresh()
    version = other.version
    await keep_offset(shop, shop.now() + timedelta(days=30))
    assert silver_and_term(other) == (800, 6)
    assert other.version == version


async def test_a_process_started_after_the_jump_finds_the_same(shop: Shop) -> None:
    await load(shop, new_ladder())
    await keep_offset(shop, shop.now() + timedelta(days=30))
    await load(shop, new_ladder(None, silver=900))
    await load(shop, new_ladder("2027-06-01", silver=1000))
    started = RulesBook(shop.clock)
    await started.refresh()
    assert silver_and_term(started) == (900, 6)
    assert started.upcoming is not None
    assert started.upcoming[0] == date(2027, 6, 1)


async def test_a_file_with_a_coming_ladder_changes_nothing_the_second_time(
    shop: Shop, clock: MachineClock
) -> None:
    await load(shop, new_ladder())
    assert await load(shop, new_ladder()) == []
    clock.pass_time(days=40)
    assert await load(shop, new_ladder()) == []
    assert silver_and_term(shop.rules) == (800, 6)


async def test_a_ladder_that_should_have_started_holds_at_once(shop: Shop) -> None:
    await load(shop, new_ladder("2027-01-11"))
    assert silver_and_term(shop.rules) == (800, 6)
    assert shop.rules.upcoming is None


async def test_a_ladder_without_a_start_holds_at_once(shop: Shop) -> None:
    await load(shop, new_ladder(None))
    assert silver_and_term(shop.rules) == (800, 6)


async def test_a_coming_ladder_gives_way_to_a_newer_one(shop: Shop, clock: MachineClock) -> None:
    await load(shop, new_ladder())
    assert await load(shop, new_ladder("2027-03-01", silver=900)) == ["ladder", "tiers"]
    clock.pass_time(days=30)
    assert silver_and_term(shop.rules) == (500, 12)
    clock.pass_time(days=30)
    assert silver_and_term(shop.rules) == (900, 6)


async def test_a_coming_ladder_put_off_starts_with_its_tiers_later(
    shop: Shop, clock: MachineClock
) -> None:
    await load(shop, new_ladder())
    assert await load(shop, new_ladder("2027-03-01")) == ["ladder", "tiers"]
    clock.pass_time(days=30)
    assert silver_and_term(shop.rules) == (500, 12)


async def test_a_coming_ladder_may_be_put_in_force_at_once(shop: Shop) -> None:
    await load(shop, new_ladder())
    assert await load(shop, new_ladder(None)) == ["ladder", "tiers"]
    assert silver_and_term(shop.rules) == (800, 6)
    assert shop.rules.upcoming is None


async def test_tiers_that_come_before_their_new_ladder_are_told_with_the_old_one(
    shop: Shop,
) -> None:
    await load(shop, new_ladder())
    await load(shop, {"ladder": {"term_months": 3, "starts": "2027-03-01"}})
    assert shop.rules.upcoming is not None
    starts_on, ladder, tiers = shop.rules.upcoming
    assert (starts_on, ladder.term_months, tiers[1].growth) == (date(2027, 2, 1), 12, 800)


async def test_loading_what_holds_today_takes_a_coming_ladder_back(
    shop: Shop, clock: MachineClock
) -> None:
    present = {"ladder": {}, "tiers": demo_shop()["tiers"]}
    await load(shop, present)
    await load(shop, new_ladder())
    assert await load(shop, present) == ["ladder", "tiers"]
    clock.pass_time(days=30)
    assert silver_and_term(shop.rules) == (500, 12)


async def test_tiers_that_stay_as_they_are_get_no_new_version(shop: Shop) -> None:
    data = {**new_ladder(), "tiers": demo_shop()["tiers"]}
    assert await load(shop, data) == ["ladder"]
    assert shop.rules.upcoming is not None
    assert shop.rules.upcoming[2] == shop.rules.tiers


async def test_rules_that_are_not_about_tiers_do_not_wait_for_the_ladder(shop: Shop) -> None:
    await load(shop, {**new_ladder(), "points": {"points_per_yuan": 3}})
    assert shop.rules.points.points_per_yuan == 3


async def test_a_first_ladder_that_is_still_to_come_leaves_a_shop_without_tiers(
    shop: Shop, clock: MachineClock
) -> None:
    await change("DELETE FROM rules WHERE kind IN ('tiers', 'ladder')")
    await load(shop, new_ladder())
    assert (shop.rules.tiers, shop.rules.ladder) == ((), LadderTerms())
    assert (shop.rules.base_tier, shop.rules.tier("base")) == ("base", None)
    clock.pass_time(days=30)
    assert shop.rules.base_tier == "base"
    assert silver_and_term(shop.rules) == (800, 6)


async def test_rules_of_an_older_version_are_read_with_defaults_and_are_no_change(
    shop: Shop,
) -> None:
    old_points = {"points_per_yuan": 1, "expire": "365d", "pending_days": 0, "claim_days": 30}
    old_tier = {"code": "base", "name": "普通会员", "growth": 0, "discount_percent": 100}
    await store_body("points", old_points)
    await store_body("tiers", {"ladder": [old_tier]})
    await change("UPDATE installation SET rules_version = rules_version + 1")
    await shop.rules.refresh()
    assert (shop.rules.points.adjust_limit, shop.rules.tiers[0].match) == (1000, "all")
    assert await load_shop(shop, {"points": old_points, "tiers": [old_tier]}) == []


async def store_body(kind: str, body: Data) -> None:
    assert await rows("SELECT 1 AS n FROM rules WHERE kind = $1", kind)
    await change("UPDATE rules SET body = $2 WHERE kind = $1", kind, json.dumps(body))
