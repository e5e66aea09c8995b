"""退订: withdrawing marketing consent by one word."""

from storage.sql import rows
from tests.shop import ShopUnderTest


async def test_one_word_stops_marketing_and_leaves_the_membership(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.plays("""
        小李> 退订
        机器人> 已为你停止优惠和活动消息…
        小李> 积分
        机器人> 可用积分：82…
    """)
    newest = await rows("SELECT purpose, given FROM consents ORDER BY id DESC LIMIT 1")
    assert (newest[0]["purpose"], bool(newest[0]["given"])) == ("marketing", False)


async def test_the_same_message_twice_is_one_withdrawal(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.hear("小李", "TD")
    before = await shop_under_test.holdings()
    await shop_under_test.hear_again()
    assert await shop_under_test.holdings() == before
