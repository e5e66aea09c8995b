"""The tour at the counter before paying (算价): quotes, and what is said when one cannot be."""

from services.loading import load_shop
from services.people.callers import identify
from storage.sql import change
from tests.cast import CAST
from tests.handlers.pos.counter import Counter, open_counter
from tests.handlers.pos.test_purchases import code_of
from tests.handlers.pos.test_quotes import LINE, QUOTES
from tests.services.couponing import give_coupon
from tests.services.posting import give
from tests.services.quoting import make_gold
from tests.shop import ShopUnderTest

TEN_OFF: dict[str, object] = {
    "code": "ten-off",
    "name": "十元券",
    "kind": "money_off",
    "amount_fen": 1000,
    "valid": "30d",
}
BAG: dict[str, object] = {
    "code": "bag",
    "name": "满 70 减 10",
    "kind": "money_off",
    "amount_fen": 1000,
    "threshold_fen": 7000,
    "with_tier_price": True,
}


async def ask_for_prices(shop: ShopUnderTest) -> None:
    await load_shop(shop.shop, {"promotions": [BAG]})
    await shop.shop.rules.refresh()
    li = (await identify(shop.shop, "main", CAST["小李"].openid, "")).person
    await change("DELETE FROM member_tiers WHERE member_id = $1", li.member_id)
    await make_gold(li)
    await give(shop.shop, li, 5000, key="price tour")
    await give_coupon(shop.shop, li.openid, TEN_OFF)
    for words in ("算", "算 68", "算 80", "算 1.2.3", "算 0"):
        await shop.hear("小李", words)
    async with open_counter(shop) as counter:
        await ask_tills(counter)


async def ask_tills(counter: Counter) -> None:
    for asked in ({"lines": [{**LINE, "amount_fen": -1}]}, {"points": 100}):
        await counter.report({"lines": [LINE], **asked}, path=QUOTES)
    code = await code_of(counter, "小李")
    for points in (99_999_999, 1, 4000, 100):
        asked = {"lines": [LINE], "member_code": code, "points": points}
        told = await counter.report(asked, path=QUOTES)
    payable, quote = told.body["payable_fen"], {"quote_id": told.body["quote_id"]}
    for lines in ([LINE, LINE], [LINE], [LINE]):
        await counter.report(counter.basket(payable, lines=lines, **quote))
    late = await counter.report({"lines": [LINE]}, path=QUOTES)
    counter.shop.clock.pass_time(minutes=31)
    for quote_id in ("q1", late.body["quote_id"]):
        await counter.report(counter.basket(6000, lines=[LINE], quote_id=quote_id))
