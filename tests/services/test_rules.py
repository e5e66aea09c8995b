"""The rules book (规则册): new versions hold in running processes, the clock comes along."""

from datetime import timedelta
from typing import Any

from services.clockwork import keep_offset
from services.loading import load_shop
from services.rules import RulesBook
from services.shop import Shop
from storage.sql import rows
from tests.shop_parts import MachineClock, demo_shop


async def test_the_demo_shop_is_read_as_it_was_written(shop: Shop) -> None:
    rules = shop.rules
    assert (rules.brand_code, rules.brand_name, rules.base_tier) == (
        "camellia",
        "山茶咖啡",
        "base",
    )
    assert [tier.code for tier in rules.tiers] == ["base", "silver", "gold", "black"]
    assert {"welcome10", "birthday", "latte", "coffee10"} <= set(rules.coupon_kinds)
    assert {boost.code for boost in rules.point_boosts} >= {"member-day", "beans"}
    assert {promotion.kind for promotion in rules.promotions} == {"money_off", "bundle"}
    assert min(reward.points for reward in rules.rewards) < 100
    assert {offer.bonus_fen for offer in rules.topup_offers} == {5000, 15000}
    assert {campaign.code for campaign in rules.campaigns} >= {"welcome", "birthday", "comeback"}
    assert (rules.points.expire, rules.points.claim_days) == ("365d", 30)


async def test_a_process_takes_over_what_another_has_loaded(shop: Shop) -> None:
    other = RulesBook(shop.clock)
    await other.refresh()
    data: dict[str, Any] = demo_shop()
    data["points"]["points_per_yuan"] = 3
    await load_shop(shop, data)
    assert other.points.points_per_yuan == 1
    await other.refresh()
    assert other.points.points_per_yuan == 3


async def test_without_a_new_version_nothing_is_read_anew(shop: Shop) -> None:
    kinds = shop.rules.coupon_kinds
    await shop.rules.refresh()
    assert shop.rules.coupon_kinds is kinds


async def test_a_part_that_is_loaded_alone_leaves_the_other_rules(shop: Shop) -> None:
    await load_shop(shop, {"points": {"points_per_yuan": 5}})
    await shop.rules.refresh()
    assert shop.rules.points.points_per_yuan == 5
    assert len(shop.rules.tiers) == 4


async def test_the_shops_clock_moves_forward_and_never_back(
    shop: Shop, clock: MachineClock
) -> None:
    tomorrow = shop.now() + timedelta(days=1)
    await keep_offset(shop, tomorrow)
    assert shop.now() == tomorrow
    await keep_offset(shop, tomorrow - timedelta(hours=1))
    assert shop.now() == tomorrow
    clock.pass_time(hours=1)
    assert shop.now() == tomorrow + timedelta(hours=1)
    await keep_offset(shop, clock.now)
    assert shop.now() == tomorrow + timedelta(hours=1)


async def test_in_the_sandbox_the_clock_comes_with_the_rules(shop: Shop) -> None:
    await rows("UPDATE installation SET clock_offset_ms = 60000")
    before = shop.now()
    await shop.keep_up()
    assert shop.now() == before + timedelta(minutes=1)
