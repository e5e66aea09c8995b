"""The tour of goods that come back (退货): refunds, debts, and points that have to wait."""

from services.loading import load_shop
from services.people.callers import identify
from tests.cast import CAST
from tests.handlers.pages.street import open_street
from tests.handlers.pos.counter import Counter, open_counter
from tests.handlers.pos.test_purchases import code_of
from tests.handlers.pos.test_quotes import LINE, QUOTES
from tests.handlers.pos.test_refunds import REFUNDS, a_refund
from tests.services.posting import give, spend_points
from tests.shop import ShopUnderTest
from tests.shop_parts import points_of

BUYER = "小李"


async def return_goods(shop: ShopUnderTest) -> None:
    async with open_counter(shop) as counter:
        await refund_what_was_paid_with_points(counter)
        await refund_what_was_spent(counter)
        for words in ("积分", "账单"):
            await shop.hear(BUYER, words)
        await show_another_code(counter)
        await refuse_refunds(counter)
    await wait_for_points(shop)


async def refund_what_was_paid_with_points(counter: Counter) -> None:
    shop = counter.shop
    li = (await identify(shop.shop, "main", CAST[BUYER].openid, "")).person
    await give(shop.shop, li, 1000, key="refund tour")
    asked = {"lines": [LINE], "member_code": await code_of(counter, BUYER), "points": 100}
    quote = (await counter.report(asked, path=QUOTES)).body
    basket = counter.basket(quote["payable_fen"], lines=[LINE], quote_id=quote["quote_id"])
    await counter.report(basket)
    back = a_refund(counter, basket["receipt_no"], amount_fen=quote["payable_fen"])
    await counter.report(back | {"refund_no": "F-points"}, path=REFUNDS)


async def refund_what_was_spent(counter: Counter) -> None:
    shop = counter.shop
    li = (await identify(shop.shop, "main", CAST[BUYER].openid, "")).person
    basket = counter.basket(member_code=await code_of(counter, BUYER))
    await counter.report(basket)
    await spend_points(shop.shop, li, await points_of(shop.shop, li), key="refund tour spent")
    await counter.report(a_refund(counter, basket["receipt_no"]), path=REFUNDS)


async def show_another_code(counter: Counter) -> None:
    asked = {"lines": [LINE], "member_code": await code_of(counter, BUYER)}
    quote = (await counter.report(asked, path=QUOTES)).body
    other = await code_of(counter, "老赵")
    paid = {"quote_id": quote["quote_id"], "member_code": other}
    await counter.report(counter.basket(quote["payable_fen"], lines=[LINE], **paid))


async def refuse_refunds(counter: Counter) -> None:
    basket = counter.basket()
    waiting = a_refund(counter, basket["receipt_no"], amount_fen=1) | {"refund_no": "F-early"}
    await counter.report(waiting, path=REFUNDS)
    await counter.report(basket)
    too_much = a_refund(counter, basket["receipt_no"], amount_fen=9999)
    await counter.report(too_much | {"refund_no": "F-much"}, path=REFUNDS)
    alone = a_refund(counter, basket["receipt_no"], amount_fen=1)
    await counter.report(alone | {"refund_no": "F-alone"}, path=REFUNDS)
    late = {"refund_no": "F-late", "refunded_at": "2049-01-01T00:00:00Z"}
    await counter.report(alone | late, path=REFUNDS)


async def wait_for_points(shop: ShopUnderTest) -> None:
    """Large receipts wait for the end of their return period."""
    await load_shop(shop.shop, {"points": {"pending_days": 7}})
    await shop.shop.rules.refresh()
    await shop.hear(BUYER, await shop.receipt())
    async with open_counter(shop) as counter:
        basket = counter.basket(member_code=await code_of(counter, BUYER))
        await counter.report(basket)
    async with open_street(shop) as street:
        await street.claims(BUYER, await shop.receipt())
