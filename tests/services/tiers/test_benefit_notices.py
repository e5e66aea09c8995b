"""Notices of changed benefits: to whom they concern, once a change, when it holds."""

from typing import Any

from services.loading import load_shop
from services.shop import Shop
from services.tiers.benefit_notices import tell_new_benefits
from storage.sql import rows
from tests.outbox import notices
from tests.services.posting import member_id_of
from tests.shop_parts import MachineClock, a_member, demo_shop


async def load_tiers(shop: Shop, *, starts: str | None = None, **gold: Any) -> None:
    """The demo's ladder with another gold rung."""
    data = demo_shop()
    tiers = [tier | gold if tier["code"] == "gold" else tier for tier in data["tiers"]]
    ladder = data["ladder"] | ({"starts": starts} if starts else {})
    await load_shop(shop, {"tiers": tiers, "ladder": ladder})
    await shop.rules.refresh()


async def a_gold_member(shop: Shop) -> int:
    member_id = member_id_of(await a_member(shop))
    await rows(
        "INSERT INTO member_tiers (member_id, tier, growth, since_on)"
        " VALUES ($1, 'gold', 2000, '2027-01-01')",
        member_id,
    )
    return member_id


async def test_whoever_stands_there_hears_what_is_new_once(shop: Shop) -> None:
    gold = await a_gold_member(shop)
    await a_member(shop, "wang")
    await load_tiers(shop, benefits=["新品先尝", "生日双倍积分"], discount_percent=94)
    assert [await tell_new_benefits(shop) for _ in range(2)] == [1, 0]
    [told] = await notices("tiers/told_benefits")
    assert (told["member_id"], told["class"], told["topic"]) == (gold, "care", "tiers")
    assert told["facts"]["lines"].splitlines() == [
        "· 新增：生日双倍积分",
        "· 不再有：升级送 200 积分和蛋糕",
        "· 会员价：原价的 94%",
    ]


async def test_what_a_rung_asks_for_is_no_benefit(shop: Shop) -> None:
    await a_gold_member(shop)
    await load_tiers(shop, visits=50)
    assert await tell_new_benefits(shop) == 0


async def test_a_ladder_loaded_ahead_is_told_when_it_holds(shop: Shop, clock: MachineClock) -> None:
    await a_gold_member(shop)
    await load_tiers(shop, starts="2027-01-20", discount_percent=90)
    assert await tell_new_benefits(shop) == 0
    clock.pass_time(days=9)
    assert await tell_new_benefits(shop) == 1


async def test_a_change_that_was_slept_through_is_no_news(shop: Shop, clock: MachineClock) -> None:
    await a_gold_member(shop)
    await load_tiers(shop, discount_percent=90)
    clock.pass_time(days=8)
    assert await tell_new_benefits(shop) == 0


async def test_the_lowest_rung_is_everybodys_who_never_rose(shop: Shop) -> None:
    await a_gold_member(shop)
    await a_member(shop, "wang")
    data = demo_shop()
    base, *others = data["tiers"]
    await load_shop(shop, {"tiers": [base | {"benefits": ["会员日双倍"]}, *others]})
    assert await tell_new_benefits(shop) == 1
