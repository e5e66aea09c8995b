"""The tour of claims (扫小票): receipts that bring nothing, too many a day, and why all that is."""

from services.loading import load_shop
from services.people.callers import identify
from tests.cast import CAST
from tests.handlers.pages.street import open_street
from tests.handlers.pos.counter import Counter, open_counter
from tests.handlers.pos.test_purchases import code_of
from tests.handlers.pos.test_refunds import REFUNDS, a_refund
from tests.services.posting import spend_points
from tests.shop import LATTE, ShopUnderTest
from tests.shop_parts import points_of

SCANNER = "老赵"
CARD = {**LATTE, "sku": "card", "category": "礼品卡"}
BEANS = {**LATTE, "sku": "beans", "category": "零售"}
PLAIN: dict[str, object] = {
    "points": {"excluded_categories": ["礼品卡"]},
    "point_boosts": [
        {"code": "tour-beans", "name": "三倍豆", "percent": 300, "categories": ["零售"]}
    ],
}


async def claim_and_ask(shop: ShopUnderTest) -> None:
    await use(shop, PLAIN)
    await claim_what_brings_nothing(shop)
    await claim_while_points_are_owed(shop)
    await await_points(shop)
    await claim_too_many(shop)
    await use(shop, PLAIN)


async def use(shop: ShopUnderTest, data: dict[str, object]) -> None:
    await load_shop(shop.shop, data)
    await shop.shop.rules.refresh()


async def scan_and_ask(shop: ShopUnderTest, token: str) -> None:
    for words in (token, "为什么"):
        await shop.hear(SCANNER, words)


async def claim_what_brings_nothing(shop: ShopUnderTest) -> None:
    """Goods that earn nothing, all returned, half returned, and beyond the limit of the day."""
    cards = await shop.sell(10_000, lines=[{**CARD, "amount_fen": 10_000}])
    await scan_and_ask(shop, cards["claim"]["token"])
    mixed = [{**LATTE, "amount_fen": 2500}, {**BEANS, "amount_fen": 7500}]
    await scan_and_ask(shop, (await shop.sell(10_000, lines=mixed))["claim"]["token"])
    async with open_counter(shop) as counter:
        for back_fen in (20_000, 10_000):
            await scan_and_ask(shop, await returned(counter, back_fen))
    await use(shop, {**PLAIN, "points": {"cap_per_day": 1}})
    for _ in range(2):
        await scan_and_ask(shop, await shop.receipt())
    await use(shop, PLAIN)


async def returned(counter: Counter, back_fen: int) -> str:
    basket = counter.basket(20_000)
    token: str = (await counter.report(basket)).body["claim"]["token"]
    back = a_refund(counter, basket["receipt_no"], amount_fen=back_fen)
    await counter.report(back | {"refund_no": f"F-{back_fen}"}, path=REFUNDS)
    return token


async def claim_while_points_are_owed(shop: ShopUnderTest) -> None:
    """What was earned is spent, then returned: the next receipts pay for it."""
    person = (await identify(shop.shop, "main", CAST[SCANNER].openid, "")).person
    async with open_counter(shop) as counter:
        basket = counter.basket(20_000, member_code=await code_of(counter, SCANNER))
        await counter.report(basket)
        await spend_points(shop.shop, person, await points_of(shop.shop, person), key="claims tour")
        back = a_refund(counter, basket["receipt_no"], amount_fen=20_000)
        await counter.report(back | {"refund_no": "F-owed"}, path=REFUNDS)
        await scan_and_ask(shop, await shop.receipt())
        async with open_street(shop) as street:
            await street.claims(SCANNER, await shop.receipt())
        await counter.report(counter.basket(member_code=await code_of(counter, SCANNER)))
    await shop.hear(SCANNER, "账单")


async def await_points(shop: ShopUnderTest) -> None:
    await scan_and_ask(shop, await shop.offline_receipt(9_001))
    await use(shop, {**PLAIN, "points": {"pending_days": 7}})
    for _ in range(4):
        await scan_and_ask(shop, await shop.receipt())
    for words in ("积分", "为什么"):
        await shop.hear(SCANNER, words)


async def claim_too_many(shop: ShopUnderTest) -> None:
    for limit in ("claims_per_day", "claims_per_store_per_day"):
        await use(shop, {**PLAIN, "points": {limit: 1}})
        for _ in range(2):
            await shop.hear(SCANNER, await shop.receipt())
        async with open_street(shop) as street:
            await street.claims(SCANNER, await shop.receipt())
