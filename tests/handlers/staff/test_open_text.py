"""While a question for free text is open, what begins like a word is text, and a bare word wins."""

import pytest

from bot.pushes import TextMessage
from loyalty.staff import Role
from storage.models import TicketRow
from storage.sql import rows
from tests.shop import ShopUnderTest, become_staff

LIKE_WORDS = (
    "回复 1 就能参加抽奖",
    "投诉 有奖，说出你的不满",
    "员工 福利来了",
    "群发 福利来了",
    "群发\n福利来了",
    "确认 收货后再领奖",
    "确认收货后再领奖",
    "工单 8 折优惠",
    "补充 3 倍积分",
)


@pytest.fixture(autouse=True)
async def marketing(shop_under_test: ShopUnderTest) -> None:
    await become_staff(shop_under_test, "小王", Role.MARKETING, "")


@pytest.mark.parametrize("words", LIKE_WORDS)
async def test_what_begins_like_a_word_is_the_content(
    shop_under_test: ShopUnderTest, words: str
) -> None:
    shop = shop_under_test
    await shop.hear("小李", "反馈 拿铁很好喝")
    await shop.hear("老板", "群发 全部")
    [said] = await shop.hear("老板", words)
    assert said.startswith("群发 1 预演，还没有发出。"), said
    assert f"内容：{words}" in said
    assert await TicketRow.all().count() == 1
    assert await rows("SELECT 1 AS one FROM ticket_messages WHERE step = 'reply'") == []


async def test_a_bare_word_wins_and_skipping_is_no_content(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        小王> 群发 全部
        机器人> 全部：现在 2 人。
        小王> 跳过
        机器人> 这一问跳不过，请把内容回给我。…
        小王> 积分
        机器人> 还不是会员…
        小王> 上新了
        机器人> 没有听懂…
        小王> 群发 全部
        机器人> 全部：现在 2 人。
        小王> 群发
        机器人> 群发给谁？可以回：
        小王> 取消
        机器人> 好的，已取消。…
    """)
    assert await rows("SELECT 1 AS one FROM broadcasts") == []


async def test_a_code_is_said_yes_to_and_the_question_stays(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.plays("""
        小王> 群发 全部
        机器人> 全部：现在 2 人。
        小王> 上新了
        机器人> 群发 1 预演，还没有发出。
        小王> 群发 确认 1
        机器人> 要另一个有群发权限的人在 30 分钟内回复：…
        老板> 群发 全部
        机器人> 全部：现在 2 人。
        老板> 确认 ※
        机器人> 群发 1 开始发送。
        老板> 第二杯半价
        机器人> 群发 2 预演，还没有发出。
    """)


async def test_a_tapped_word_is_what_it_says(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.hear("小王", "群发 全部")
    push = shop_under_test.push("小王", TextMessage("群发 列表", "群发 列表"))
    [said] = await shop_under_test.receive(push)
    assert said.startswith("还没有群发过。")
    assert await rows("SELECT 1 AS one FROM broadcasts") == []


async def test_a_complaint_of_staff_is_taken_as_it_was_written(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.plays("""
        小李> 反馈 拿铁很好喝
        机器人> 已收到，工单号 1（反馈）。
        老板> 投诉
        机器人> 请写下发生了什么…
        老板> 回复 1 的人态度很差
        机器人> 已收到，工单号 2（投诉）。
        老板> 投诉
        机器人> 请写下发生了什么…
        老板> 跳过
        机器人> 这一问跳不过，请把内容回给我。…
        老板> 反馈 还是算了
        机器人> 已收到，工单号 3（反馈）。
    """)


@pytest.mark.parametrize("words", ["送券 1", "同意付款 123456", "兑换 1", "工单 1"])
async def test_what_has_a_shape_of_its_own_is_understood_in_between(
    shop_under_test: ShopUnderTest, words: str
) -> None:
    await shop_under_test.hear("小王", "群发 全部")
    await shop_under_test.hear("小王", words)
    assert await rows("SELECT 1 AS one FROM broadcasts") == []


async def test_a_receipt_is_claimed_in_between(shop_under_test: ShopUnderTest) -> None:
    token = await shop_under_test.receipt()
    await shop_under_test.hear("小王", "群发 全部")
    [said] = await shop_under_test.hear("小王", token)
    assert "积分" in said
    [said] = await shop_under_test.hear("小王", "上新了")
    assert said.startswith("群发 1 预演，还没有发出。")
