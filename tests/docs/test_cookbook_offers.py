"""The recipes for the shop file (商家档案) are loaded as they stand."""

import tomllib

import pytest

from services.loading import load_shop
from services.shop import Shop
from tests.docs.pages import Fence, fences_of
from tests.docs.recipes import PAGE
from tests.shop_parts import MachineClock

# The lines for a shop file, by what their first line says, and what loading them changes.
OFFERS = {
    "a price promotion": "promotions cakes-100-10",
    "two boosts": "point_boosts tea-festival, point_boosts tea-hundred",
    "a ladder with a start date": "ladder, tiers",
    "a coupon kind with a scope": "coupon_kinds tea-15",
    "a reward": "rewards ten-coffees",
    "a top-up offer": "topup_offers topup2000",
}


@pytest.mark.parametrize(("place", "loaded"), OFFERS.items())
async def test_the_lines_for_the_shop_file_are_loaded(shop: Shop, place: str, loaded: str) -> None:
    [lines] = [fence.content for fence in offers_of_the_page() if place in fence.text]
    changes = await load_shop(shop, tomllib.loads(lines))
    assert changes == loaded.split(", ")
    assert await load_shop(shop, tomllib.loads(lines)) == []


def test_every_change_of_the_shop_file_is_tried() -> None:
    assert len(offers_of_the_page()) == len(OFFERS)


async def test_the_new_ladder_waits_for_its_day(shop: Shop, clock: MachineClock) -> None:
    [lines] = [fence.content for fence in offers_of_the_page() if "start date" in fence.text]
    await load_shop(shop, tomllib.loads(lines))
    await shop.rules.refresh()
    assert [tier.code for tier in shop.rules.tiers] == ["base", "silver", "gold", "black"]
    clock.pass_time(days=200)
    assert [tier.growth for tier in shop.rules.tiers] == [0, 800, 3000]


def offers_of_the_page() -> list[Fence]:
    return [fence for fence in fences_of(PAGE) if fence.file == "shop.toml"]
