"""优惠券: a line each; what waits for its day or for a friend stands apart."""

import re

from bot.replies import LONGEST_TEXT_BYTES
from services.coupons.redeeming import redeem_coupon
from storage.sql import change
from tests.cast import CAST
from tests.services.couponing import TEN_VISITS, give_coupon
from tests.shop import ShopUnderTest, new_till

LINE = r"[0-9]+\. (超值){12} [0-9A-Z]{12} 有效至 2027-01-21"
LONGEST_LINE = len(f"30. {'超值' * 12} {'C' * 12} 有效至 2027-01-21\n".encode())
LI, ZHAO = CAST["小李"].openid, CAST["老赵"].openid


async def test_the_list_tells_cards_offers_and_later_ones_apart(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test.shop
    cake = await give_coupon(shop, LI)
    card = await give_coupon(shop, LI, TEN_VISITS)
    await give_coupon(shop, LI, delay_days=5)
    await redeem_coupon(shop, await new_till(shop), card, "R-1")
    await shop_under_test.hear("小李", "送券 1")
    await shop_under_test.plays(f"""
        小李> 优惠券
        机器人> 可用优惠券 2 张
                3. 新人券 …
                4. 瑜伽次卡 {card} 剩 9 次 有效至 2027-04-11
                赠送中（被领取前不能使用）
                1. 蛋糕券 {cake} 有效至 2027-01-21
                还没到日子
                2027-01-16 起可用…
    """)


async def test_more_than_fit_one_message_are_counted(shop_under_test: ShopUnderTest) -> None:
    for _ in range(30):
        await give_coupon(shop_under_test.shop, ZHAO, name="超值" * 12)
    [reply] = await shop_under_test.hear("老赵", "券")
    first, *lines, last = reply.splitlines()
    assert first == "可用优惠券 30 张"
    assert all(re.fullmatch(LINE, line) for line in lines), lines
    assert last == f"还有 {30 - len(lines)} 张，先用快到期的。"
    assert LONGEST_TEXT_BYTES - LONGEST_LINE < len(reply.encode()) <= LONGEST_TEXT_BYTES


async def test_what_just_fits_one_message_is_told_whole(shop_under_test: ShopUnderTest) -> None:
    for _ in range(21):
        await give_coupon(shop_under_test.shop, ZHAO)
    [reply] = await shop_under_test.hear("老赵", "券")
    assert (len(reply.splitlines()), "还有" in reply) == (22, False)
    await change("UPDATE coupons SET uses_left = 0, state = 'used'")
    assert (await shop_under_test.hear("老赵", "券")) == ["暂时没有可用的优惠券。"]
