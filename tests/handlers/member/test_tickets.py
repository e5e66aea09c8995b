"""反馈、投诉、人工 in chat: a number and a promise, the same for the same message."""

import pytest

from storage.models import TicketMessage, TicketRow
from tests.shop import ShopUnderTest


async def test_feedback_behind_the_word_gets_a_number_and_a_promise(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.plays("""
        小李> 反馈 拿铁很好喝
        机器人> 已收到，工单号 1（反馈）。
                2027-01-13 10:00 前会有人回复你，回复发到这里。
        小李> 〃
        机器人> 已收到，工单号 1（反馈）。
                2027-01-13 10:00 前会有人回复你，回复发到这里。
    """)
    assert await TicketMessage.all().count() == 1


async def test_a_bare_word_asks_and_takes_the_next_message(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        小李> 投诉
        机器人> 请写下发生了什么…
        小李> 等了半小时
        机器人> 已收到，工单号 1（投诉）。
        小李> 〃
        机器人> 已收到，工单号 1（投诉）。
        小李> 等了半小时
        机器人> 没有听懂…
    """)
    assert await TicketRow.all().count() == 1


@pytest.mark.parametrize(
    "words", ["投诉：太慢", "投诉，太慢", "  投诉\n太慢\n真的", "投诉\u3000太慢"]
)
async def test_a_complaint_is_read_however_it_is_written(
    shop_under_test: ShopUnderTest, words: str
) -> None:
    [reply] = await shop_under_test.hear("小李", words)
    assert reply.startswith("已收到，工单号 1（投诉）。")


@pytest.mark.parametrize(
    ("words", "kind"), [("我要投诉", "投诉"), ("我要反馈", "反馈"), ("我要建议", "建议")]
)
async def test_people_say_what_they_want(
    shop_under_test: ShopUnderTest, words: str, kind: str
) -> None:
    await shop_under_test.hear("小李", words)
    [reply] = await shop_under_test.hear("小李", "等了半小时")
    assert reply.startswith(f"已收到，工单号 1（{kind}）。")
    [reply] = await shop_under_test.hear("小李", f"{words}，等了半小时")
    assert reply.startswith(f"已收到，工单号 2（{kind}）。")


async def test_a_rating_reads_as_one(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await shop.hear("小李", "投诉 春熙路店 太慢")
    await shop.hear("店长", "办结 1 已加人手")
    await shop.hear("小李", "评价 1 2")
    [sheet] = await shop.hear("小李", "工单 1")
    assert "2027-01-11 10:00 我：评价 2 分" in sheet


@pytest.mark.parametrize(
    "words", ["人工智能是什么", "人工客服电话", "投诉电话", "补充", "评价 很好"]
)
async def test_a_word_that_only_begins_so_is_no_ticket(
    shop_under_test: ShopUnderTest, words: str
) -> None:
    await shop_under_test.hear("小李", words)
    assert await TicketRow.all().count() == 0


async def test_a_human_is_called_by_one_word_and_once(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        小王> 人工
        机器人> 已收到，工单号 1（人工）。
                2027-01-11 10:30 前会有人回复你，回复发到这里。
        小王> 转人工
        机器人> 已收到，工单号 1（人工）。
        小王> 人工 在吗
        机器人> 已收到，工单号 1（人工）。
    """)
    assert await TicketRow.all().count() == 1


async def test_another_word_leaves_the_question(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        小李> 反馈
        机器人> 请直接写下你的意见或问题…
        小李> 取消
        机器人> 好的，已取消。…
        小李> 反馈
        机器人> 请直接写下你的意见或问题…
        小李> 投诉 太慢
        机器人> 已收到，工单号 1（投诉）。
        小李> 太慢
        机器人> 没有听懂…
    """)


async def test_a_question_of_another_word_stays_open(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        小李> 填称呼
        机器人> 称呼…
        小李> 反馈 太冷
        机器人> 已收到，工单号 1（反馈）。
        小李> 李雷
        机器人> 李*…
    """)


async def test_a_member_follows_their_ticket_to_its_end(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await shop.plays("""
        小李> 投诉 春熙路店 太慢
        机器人> 已收到，工单号 1（投诉）。
        店长> 追问 1 几点
        机器人> 已追问，工单 1 等会员回答。
        小李> 我的工单
        机器人> 我的工单：
                【工单 1】投诉 等你补充 2027-01-11 10:00
        小李> 补充 1
        机器人> 请写下要补充的内容…
        小李> 12 点
        机器人> 已补充到工单 1，2027-01-11 12:00 前回复你。
        小李> 〃
        机器人> 已补充到工单 1，2027-01-11 12:00 前回复你。
        店长> 办结 1 已加人手
        机器人> 工单 1 已办结，会员会收到评价的邀请。
        小李> 补充 1 还有
        机器人> 工单 1 已办结。还有问题请点【重开 1】。
        小李> 重开 1
        机器人> 工单 1 已重开，2027-01-11 12:00 前回复你。
        店长> 办结 1
        机器人> 工单 1 已办结，会员会收到评价的邀请。
        小李> 评价 1 2
        机器人> 很抱歉没有让你满意…
        小李> 工单 1
        机器人> 工单 1：投诉，已关闭
                2027-01-11 10:00 我：12 点
    """)
    to_li = [text for name, text in await shop.delivered() if name == "小李"]
    assert [text.splitlines()[0] for text in to_li] == [
        "店长 1 号（春熙路店）处理工单 1 时想问你：",
        "你的工单 1 已办结。",
        "你的工单 1 已办结。",
    ]


async def test_of_other_peoples_tickets_none_exists(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await shop.hear("小李", "投诉 春熙路店 太慢")
    before = await TicketMessage.all().count()
    for words in ("工单 1", "补充 1 …", "评价 1 5", "重开 1", "工单 999999999999"):
        assert await shop.hear("老赵", words) == ["没有这个工单。【我的工单】看看有哪些。"]
    assert await TicketMessage.all().count() == before


async def test_a_repeated_mark_and_a_repeated_reopening_say_the_same(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.plays("""
        小李> 投诉 春熙路店 太慢
        机器人> 已收到，工单号 1（投诉）。
        店长> 办结 1
        机器人> 工单 1 已办结，会员会收到评价的邀请。
        小李> 评价 1 5
        机器人> 谢谢你的评价：5 分。
        小李> 〃
        机器人> 谢谢你的评价：5 分。
        小李> 重开 1
        机器人> 工单 1 已重开，2027-01-11 12:00 前回复你。
        小李> 〃
        机器人> 工单 1 已重开，2027-01-11 12:00 前回复你。
    """)


async def test_reading_ones_tickets_writes_nothing(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await shop.hear("小李", "投诉 春熙路店 太慢")
    before = await shop.holdings()
    for words in ("我的工单", "工单 1"):
        await shop.hear("小李", words)
    after = await shop.holdings()
    assert {table for table in after if after[table] != before[table]} <= {"followers"}
