"""为什么: the rule and the figures behind the last number told, from what was stored."""

from bot.replies import LONGEST_TEXT_BYTES
from services.loading import load_shop
from storage.sql import change, rows
from tests.cast import CAST
from tests.services.couponing import give_coupon
from tests.shop import ShopUnderTest


async def test_points_are_explained_by_the_purchase_they_come_from(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.plays("""
        小李> 积分
        机器人> 可用积分：82
        小李> 为什么
        机器人> 积分是这样来的…
                消费 32.00 元（春熙路店）…
                可积分金额 32.00 元 × 每元 1 积分…
                +50 积分…
    """)


async def test_the_explanation_is_about_what_was_told_last(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        小李> 优惠券
        机器人> 可用优惠券 1 张
        小李> 为什么
        机器人> 这些券是这样来的：
                入会礼…
                满 50.00 元可用…
        小李> 等级
        机器人> 等级：普通会员
        小李> 为什么？
        机器人> 等级是这样来的：
                还没有升级过，现在是普通会员。
    """)


async def test_one_can_ask_for_a_topic_by_name(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        小李> 为什么 余额
        机器人> 还没有可以解释的账目…
        小李> 为什么 积分
        机器人> 积分是这样来的…
        小王> 为什么 积分
        机器人> 还不是会员…
    """)


async def test_a_tier_is_explained_by_the_figures_that_decided(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.hear("小李", await shop_under_test.receipt(60_000))
    [reply] = await shop_under_test.hear("小李", "为什么 等级")
    assert "升为银卡会员" in reply
    assert "成长值 632.00，要求 500.00" in reply


async def test_explaining_writes_nothing(shop_under_test: ShopUnderTest) -> None:
    before = await shop_under_test.holdings()
    for words in ("为什么", "为什么 等级", "为什么 券", "为什么 余额"):
        await shop_under_test.hear("小李", words)
    assert await shop_under_test.holdings() == before


async def test_a_rule_that_has_changed_since_explains_nothing(
    shop_under_test: ShopUnderTest,
) -> None:
    [before] = await shop_under_test.hear("小李", "为什么 积分")
    await load_shop(shop_under_test.shop, {"points": {"points_per_yuan": 3}})
    await shop_under_test.shop.keep_up()
    assert await shop_under_test.hear("小李", "为什么 积分") == [before]


async def test_after_a_price_its_rules_are_told(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        小李> 算 30
        机器人> …
        小李> 为什么
        机器人> 价格是这样来的：
                普通会员付 100%…
    """)


async def test_coupons_at_hand_are_explained_as_many_as_one_message_holds(
    shop_under_test: ShopUnderTest,
) -> None:
    for _ in range(30):
        await give_coupon(shop_under_test.shop, CAST["老赵"].openid)
    [ended] = await rows("SELECT MIN(code) AS code FROM coupons WHERE kind = 'cake'")
    await change("UPDATE coupons SET ends_on = '2027-01-10' WHERE code = $1", ended["code"])
    [told] = await shop_under_test.hear("老赵", "为什么 券")
    first, *lines, left, more = told.splitlines()
    assert (first, more[:5]) == ("这些券是这样来的：", "也可以问：")
    shown = len([line for line in lines if line.startswith("蛋糕券")])
    assert (left, ended["code"] in told) == (f"还有 {29 - shown} 张没有列出。", False)
    assert shown > 5
    assert len(told.encode()) <= LONGEST_TEXT_BYTES
