"""The tour of coupons (用券巡店): redeemed, refused, given to friends, and had for points."""

from typing import Any

from storage.sql import change
from tests.cast import CAST
from tests.handlers.pages.street import Street, open_street
from tests.handlers.pos.counter import Counter, open_counter
from tests.services.couponing import CAKE, TEN_VISITS, give_coupon, load_kinds
from tests.shop import ShopUnderTest

LI = CAST["小李"].openid
REWARD = {"code": "slice", "name": "小蛋糕", "points": 80, "coupon": "cake"}
REFUSED: tuple[dict[str, Any], ...] = (
    {"stores": ["cq01"]},
    {"regions": ["cq"]},
    {"tiers": ["black"]},
    {"delay_days": 3},
)


async def trade_coupons(shop: ShopUnderTest) -> None:
    async with open_counter(shop) as counter:
        await redeem_and_be_refused(counter)
    async with open_street(shop) as street:
        await give_to_friends(street)
    await spend_points(shop)


async def ask(counter: Counter, what: str, code: str, receipt_no: str) -> None:
    await counter.report({"receipt_no": receipt_no}, path=f"/pos/v1/coupons/{code}/{what}")


async def redeem_and_be_refused(counter: Counter) -> None:
    shop = counter.shop
    code = await give_coupon(shop.shop, LI)
    for what, receipt_no in (("release", "C-1"), ("redeem", "C-1"), ("redeem", "C-2")):
        await ask(counter, what, code, receipt_no)
    basket = counter.basket() | {"receipt_no": "C-1"}
    await counter.report(basket)
    await ask(counter, "release", code, "C-1")
    refund = {"refund_no": "C-R", "receipt_no": "C-1", "amount_fen": basket["paid_fen"]}
    now = shop.shop.now().isoformat()
    await counter.report(refund | {"refunded_at": now}, path="/pos/v1/refunds")
    await ask(counter, "redeem", await give_coupon(shop.shop, LI), "C-1")
    tomorrow = (shop.shop.today().isoweekday() % 7) + 1
    for terms in (*REFUSED, {"weekdays": [tomorrow]}):
        await ask(counter, "redeem", await give_coupon(shop.shop, LI, **terms), "C-3")
    await ask(counter, "redeem", (await offered(shop))[0], "C-3")
    card = await give_coupon(shop.shop, LI, TEN_VISITS)
    for what, receipt_no in (("redeem", "C-5"), ("redeem", "C-6"), ("release", "C-5")):
        await ask(counter, what, card, receipt_no)
    for number in range(61):
        await ask(counter, "redeem", "x", f"C-{number}")
    old = await give_coupon(shop.shop, LI)
    await change("UPDATE coupons SET ends_on = '2027-01-01' WHERE code = $1", old)
    await counter.report({"receipt_no": "C-4"}, path=f"/pos/v1/coupons/{old}/redeem", till="cd01-2")


async def offered(shop: ShopUnderTest, **terms: Any) -> tuple[str, str]:
    """The code and the token of a coupon that 小李 has put on offer."""
    code = await give_coupon(shop.shop, LI, **terms)
    reply = (await shop.hear("小李", f"送券 {code}"))[0]
    token = next(line for line in reply.splitlines() if line.startswith("领券 "))
    return code, token.removeprefix("领券 ")


async def give_to_friends(street: Street) -> None:
    shop = street.shop
    await give_coupon(shop.shop, LI, TEN_VISITS)
    await offered(shop)
    for words in ("优惠券", "送券", "送券 99"):
        await shop.hear("小李", words)
    code, token = await offered(shop)
    await street.open(f"/g/{token}")
    await street.open("/g/x")
    await street.open("/login/gift")
    await shop.hear("小王", f"领券 {token}")
    for name in ("小王", "小李", "老赵", "小程序的小王"):
        await street.takes(name, token)
    for name in ("老赵", "小王"):
        await shop.hear(name, f"领券 {token}")
    await shop.hear("老赵", f"送券 {code}")
    code, token = await offered(shop)
    await shop.hear("小李", f"撤回 {code}")
    await shop.hear("老赵", f"领券 {token}")
    await street.takes("老赵", token)
    await shop.hear("小李", f"撤回 {await give_coupon(shop.shop, LI)}")


async def spend_points(shop: ShopUnderTest) -> None:
    await shop.hear("小李", await shop.receipt(20_000))
    rewards = [reward.as_data() | {"tiers": ["black"]} for reward in shop.shop.rules.rewards]
    await load_kinds(shop.shop, CAKE, rewards=rewards)
    await shop.hear("小李", "兑换")
    sold_out = REWARD | {"code": "gone", "stock": 0}
    dear = REWARD | {"code": "dear", "points": 90_000}
    await load_kinds(shop.shop, CAKE, rewards=[REWARD, sold_out, dear])
    for words in ("兑换", "兑换 9", "兑换 2", "兑换 3", "兑换 1"):
        await shop.hear("小李", words)
    await load_kinds(shop.shop, CAKE, rewards=[REWARD | {"points": 70}])
    for words in ("确认", "确认", "账单"):
        await shop.hear("小李", words)
