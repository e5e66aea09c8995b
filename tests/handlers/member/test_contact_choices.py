"""消息设置: topics, fewer, and a pause, all by tapping."""

import pytest

from tests.shop import ShopUnderTest


async def test_what_one_hears_of_is_shown_with_a_tap_for_each(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.plays("""
        小李> 消息
        机器人> 你的消息设置
                · 优惠：未订阅（【订阅】）
                · 祝福：收（【退订 祝福】）
                多少：一周最多 1 条优惠、2 条祝福和提醒（【少一点】）
                时间：一直收（【暂停一个月】）
    """)


async def test_one_topic_can_be_switched_off_and_on(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        小李> 订阅
        机器人> 同意后，山茶咖啡会把优惠和活动消息发给你…
        小李> 同意订阅
        机器人> 已订阅优惠和活动消息…
        小李> 退订 活动
        机器人> 好，不再发活动消息。…
        小李> 订阅
        机器人> 你已经订阅了优惠和活动消息。
                · 优惠：收（【退订 优惠】）
                · 活动：不收（【订阅 活动】）
        小李> 订阅 活动
        机器人> 好，活动消息恢复。…
        小李> 消息
        机器人> 你的消息设置
                · 活动：收（【退订 活动】）
    """)


@pytest.mark.parametrize(("word", "topic"), [("订阅 优惠", "优惠"), ("恢复祝福", "祝福")])
async def test_of_a_topic_without_consent_one_is_asked_first(
    shop_under_test: ShopUnderTest, word: str, topic: str
) -> None:
    shop = shop_under_test
    await shop.hear("小李", f"退订 {topic}")
    await shop.hear("小李", "退订")
    [said] = await shop.hear("小李", word)
    assert said.startswith("同意后，山茶咖啡会把优惠和活动消息发给你"), said
    [said] = await shop.hear("小李", "同意订阅")
    assert said.startswith("已订阅优惠和活动消息")
    [said] = await shop.hear("小李", "消息")
    assert f"· {topic}：收（【退订 {topic}】）" in said


@pytest.mark.parametrize("words", ["退订活动", "TD 活动", "停 活动消息", "退订 活动消息"])
async def test_people_say_it_in_many_ways(shop_under_test: ShopUnderTest, words: str) -> None:
    [said] = await shop_under_test.hear("小李", words)
    assert "不再发活动消息" in said


@pytest.mark.parametrize("word", ["退订", "TD", "停", "停止订阅"])
async def test_one_word_stops_care_too(shop_under_test: ShopUnderTest, word: str) -> None:
    await shop_under_test.hear("小李", word)
    await shop_under_test.plays("""
        小李> 消息
        机器人> 你的消息设置
                · 优惠：未订阅（【订阅】）
                · 祝福：已停止（【订阅】）
                · 到期：已停止（【订阅】）
    """)


async def test_fewer_and_fewer_and_more_again(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        小李> 少一点
        机器人> 好，一周最多 1 条。…
        小李> 〃
        机器人> 好，一周最多 1 条。…
        小李> 少一点
        机器人> 好，不再主动发消息…
        小李> 多一点
        机器人> 好，一周最多 1 条。…
        小李> 多一点
        机器人> 好，恢复到一周最多 1 条优惠、2 条祝福和提醒。…
    """)


async def test_a_month_for_exams(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await shop.plays("""
        小李> 暂停一个月
        机器人> 好，2027-02-10 之前不打扰你…
        小李> 暂停 60天
        机器人> 好，2027-03-12 之前不打扰你…
        小李> 消息
        机器人> 你的消息设置
                时间：2027-03-12 起再收（【恢复消息】）
    """)
    await shop.pass_time(days=60)
    await shop.plays("""
        小李> 消息
        机器人> 你的消息设置
                时间：一直收（【暂停一个月】）
    """)


async def test_a_pause_can_be_ended(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        小李> 暂停 30
        机器人> 好，2027-02-10 之前不打扰你…
        小李> 恢复消息
        机器人> 好，消息恢复。…
        小李> 消息
        机器人> 你的消息设置
                时间：一直收（【暂停一个月】）
    """)


@pytest.mark.parametrize("days", ["0", "181", "9999"])
async def test_a_pause_for_ever_is_no_pause(shop_under_test: ShopUnderTest, days: str) -> None:
    [said] = await shop_under_test.hear("小李", f"暂停 {days}天")
    assert said.startswith("可以暂停 1 到 180 天")


async def test_whoever_is_no_member_is_shown_the_way_in(shop_under_test: ShopUnderTest) -> None:
    for words in ("消息", "少一点", "退订 活动", "暂停一个月"):
        [said] = await shop_under_test.hear("小王", words)
        assert "入会" in said
