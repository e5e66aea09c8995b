"""退订: withdrawing marketing consent by one word."""

import pytest

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
    newest = await rows("SELECT purpose, given FROM consents ORDER BY id DESC LIMIT 2")
    assert {line["purpose"]: bool(line["given"]) for line in newest} == {
        "marketing": False,
        "care": False,
    }


@pytest.mark.parametrize(
    "words",
    [
        "不要再发了",
        "别发了",
        "别再给我发广告了！",
        "请不要再打扰我",
        "不想再收到了",
        "我不想收消息了",
    ],
)
async def test_it_is_understood_in_other_words(shop_under_test: ShopUnderTest, words: str) -> None:
    await shop_under_test.hear("小李", "订阅")
    await shop_under_test.hear("小李", "同意订阅")
    [told] = await shop_under_test.hear("小李", words)
    assert told.startswith("已为你停止优惠和活动消息"), told


@pytest.mark.parametrize("words", ["发票不要发错了", "别发错券了", "不要糖"])
async def test_what_is_about_something_else_stops_nothing(
    shop_under_test: ShopUnderTest, words: str
) -> None:
    before = await rows("SELECT COUNT(*) AS n FROM consents")
    await shop_under_test.hear("小李", words)
    assert await rows("SELECT COUNT(*) AS n FROM consents") == before


async def test_the_same_message_twice_is_one_withdrawal(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.hear("小李", "TD")
    before = await shop_under_test.holdings()
    await shop_under_test.hear_again()
    assert await shop_under_test.holdings() == before


async def test_marketing_is_had_again_by_agreeing_to_the_words_shown(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    await shop.plays("""
        小李> 退订
        机器人> 已为你停止优惠和活动消息…
        小李> 订阅
        机器人> 同意后，山茶咖啡会把优惠和活动消息发给你…
        小李> 同意订阅
        机器人> 已订阅优惠和活动消息…
        小李> 〃
        机器人> 已订阅优惠和活动消息…
        小李> 订阅
        机器人> 你已经订阅了优惠和活动消息。
    """)
    [agreed] = await rows(
        "SELECT t.text FROM consents c JOIN consent_texts t ON t.text_hash = c.text_hash"
        " WHERE c.purpose = 'marketing' AND c.given AND t.text LIKE '同意后，山茶咖啡%'"
    )
    assert "同意请回" in agreed["text"]


async def test_a_subscription_needs_the_very_words(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.hear("小李", "订阅")
    await shop_under_test.hear("小李", "好")
    await shop_under_test.plays("""
        小李> 同意订阅
        机器人> 没有听懂。可以发送：
    """)


async def test_who_writes_more_than_the_word_is_stopped_too(shop_under_test: ShopUnderTest) -> None:
    for words in ("退订广告", "退订 谢谢", "TD吧"):
        [told] = await shop_under_test.hear("小李", words)
        assert told.startswith("已为你停止优惠和活动消息"), words
    [told] = await shop_under_test.hear("小李", "退订 活动")
    assert told.startswith("好，不再发活动消息")
