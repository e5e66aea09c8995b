"""The tour of the ladder (等级巡店): somebody climbs it rung by rung, and is reviewed on top."""

import re
from datetime import date

from services.loading import load_shop
from services.tiers.pins import pin_tier
from storage.sql import row
from tests.shop import ShopUnderTest

NAME = "路人"
LADDER = {"window_days": 365, "visit_from_fen": 1000}
TIERS: list[dict[str, object]] = [
    {"code": "base", "name": "普通会员", "growth": 0},
    {"code": "silver", "name": "银卡会员", "growth": 100, "benefits": ["新品先尝"]},
    {"code": "gold", "name": "金卡会员", "growth": 200, "visits": 2, "spend_fen": 20_000},
    {"code": "black", "name": "黑卡会员", "growth": 9000, "visits": 30, "match": "any"},
]
BOOST = {"code": "silver2", "name": "银卡双倍积分", "percent": 200, "tiers": ["silver"]}


async def climb_the_ladder(shop: ShopUnderTest) -> None:
    await use(shop, {"ladder": {"window_days": 0}})
    await hears(shop, "等级")
    gold = {**TIERS[2], "discount_percent": 95, "gifts": [{"points": 10}, {"coupon": "latte"}]}
    tiers = [*TIERS[:2], gold, TIERS[3]]
    await use(shop, {"ladder": LADDER, "tiers": tiers, "point_boosts": [BOOST]})
    await hears(shop, "等级", "为什么", "等级 50", "等级 100", "为什么")
    await buys(shop, 10_000)
    await hears(shop, "等级", "为什么", "权益")
    await shop.pass_time(days=40)
    await buys(shop, 10_000)
    await hears(shop, "等级", "为什么", "账单", "为什么 等级", "为什么 券")
    await shop.pass_time(days=40)
    await buys(shop, 20_000)
    await shop.pass_time(days=1)
    await buys(shop, 1000)
    await hears(shop, "等级")
    await buys(shop, 900_000)
    await hears(shop, "等级")
    await shop.pass_time(days=await days_left(shop))
    await hears(shop, "等级")
    await pin_and_look(shop)
    await use(shop, {"ladder": {"window_days": 0}})
    await hears(shop, "等级")


async def pin_and_look(shop: ShopUnderTest) -> None:
    found = re.search(r"会员号 ([0-9]+)", (await shop.hear("小李", "资料"))[0])
    assert found is not None
    until = shop.shop.today().replace(month=12, day=31)
    await pin_tier(shop.shop, found[1], "black", until=until, reason="guest of the house")
    await shop.hear("小李", "等级")


async def use(shop: ShopUnderTest, data: dict[str, object]) -> None:
    await load_shop(shop.shop, data)
    await shop.shop.rules.refresh()


async def hears(shop: ShopUnderTest, *words: str) -> None:
    for word in words:
        await shop.hear(NAME, word)


async def buys(shop: ShopUnderTest, amount_fen: int) -> None:
    answer = await shop.sell(amount_fen, receipt_no=f"climbed-{shop.shop.today()}-{amount_fen}")
    await shop.hear(NAME, answer["claim"]["token"])


async def days_left(shop: ShopUnderTest) -> int:
    """To the day on which the newest term is reviewed."""
    found = await row("SELECT until_on FROM member_tiers ORDER BY since_on DESC LIMIT 1")
    assert found is not None
    return (date.fromisoformat(found["until_on"]) - shop.shop.today()).days + 1
