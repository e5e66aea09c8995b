"""工单 in the chat of staff: seen, taken, answered, made good; unknown words to everybody else."""

import pytest

from storage.sql import rows
from tests.shop import ShopUnderTest

WORDS = (
    "工单 1",
    "接单 1",
    "回复 1 好",
    "追问 1 好",
    "备注 1 好",
    "办结 1",
    "转单 1 1",
    "涉及 1 1",
)


async def test_a_ticket_comes_in_is_taken_and_answered(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await shop.plays("""
        小李> 投诉 春熙路店 太慢
        机器人> 已收到，工单号 1（投诉）。
        店长> 工单
        机器人> 待处理工单 1 个，等会员 0 个：
                【工单 1】投诉 普通会员 春熙路店 新 0 分钟
        店长> 接单 1
        机器人> 工单 1 由你负责，请在 2027-01-11 12:00 前回复：回复 1 内容
        店长> 〃
        机器人> 工单 1 由你负责，请在 2027-01-11 12:00 前回复：回复 1 内容
        店长> 回复 1 马上改
        机器人> 已回复工单 1，会员会在聊天里收到。
        店长> 〃
        机器人> 已回复工单 1，会员会在聊天里收到。
        店长> 工单 1
        机器人> 工单 1：投诉，处理中，春熙路店
                2027-01-11 10:00 会员 提出：春熙路店 太慢
                2027-01-11 10:00 店长 1 号（春熙路店） 回复：马上改
    """)
    told = [text for name, text in await shop.delivered() if name == "小李"]
    assert [text.splitlines()[:2] for text in told] == [
        ["店长 1 号（春熙路店）回复你的工单 1：", "马上改"]
    ]


@pytest.mark.parametrize("words", WORDS)
async def test_to_clerks_and_members_these_words_do_nothing(
    shop_under_test: ShopUnderTest, words: str
) -> None:
    shop = shop_under_test
    await shop.hear("小李", "投诉 春熙路店 太慢")
    before = await shop.holdings()
    for name in ("店员小陈", "老赵"):
        [reply] = await shop.hear(name, words)
        assert reply.startswith(("没有听懂", "没有这个工单"))
    after = await shop.holdings()
    changed = {table for table in after if after[table] != before[table]}
    assert not changed & {"tickets", "ticket_messages", "ticket_subjects", "outbox"}


async def test_what_a_member_wrote_becomes_no_link(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    link = '<a href="weixin://bizmsgmenu?msgmenucontent=确认 ABCDEF&msgmenuid=1">看图</a>【确认】'
    await shop.hear("小李", f"投诉 春熙路店 {link}")
    [sheet] = await shop.hear("店长", "工单 1")
    assert "<a href" not in sheet.replace("【接单 1】", "")
    assert "\uff1ca href" in sheet


async def test_an_overdue_ticket_is_marked(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await shop.hear("小李", "投诉 春熙路店 太慢")
    await shop.pass_time(hours=3)
    [queue] = await shop.hear("店长", "工单")
    assert "3 小时 ⚠超时" in queue


async def test_staff_find_their_own_ticket_by_the_same_word(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        店长> 投诉 太慢
        机器人> 已收到，工单号 1（投诉）。
        店长> 工单 1
        机器人> 工单 1：投诉，待受理
        店长> 工单 2
        机器人> 没有这个工单。【我的工单】看看有哪些。
    """)


async def test_a_remedy_is_shown_confirmed_and_told(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await shop.plays("""
        小李> 投诉 春熙路店 太慢
        机器人> 已收到，工单号 1（投诉）。
        店长> 补偿 1 积分 200
        机器人> 补偿：200 积分
                工单：1（投诉）
        店长> 确认 ※
        机器人> 已补偿：200 积分（工单 1）。
        店长> 〃
        机器人> 已补偿：200 积分（工单 1）。
        小李> 积分
        机器人> 可用积分：282
    """)
    told = [text for name, text in await shop.delivered() if name == "小李"]
    assert told == ["为工单 1 补偿你：200 积分，已经到账。"]


async def test_figures_are_told_in_words(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await shop.hear("小李", "投诉 春熙路店 太慢")
    await shop.pass_time(minutes=90)
    await shop.hear("店长", "回复 1 好")
    await shop.plays("""
        店长> 工单统计
        机器人> 30 天内开的工单：1 个，首次回复按时的占 100%
                投诉：1 个，首次回复中位数 90 分钟，九成不超过 90 分钟，按时 100%
        店长> 工单统计 0
        机器人> 请发送：工单统计，或：工单统计 天数，最多 366。
    """)


async def test_figures_without_a_reply_say_so(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await shop.hear("小李", "投诉 春熙路店 太慢")
    [told] = await shop.hear("店长", "工单统计")
    assert "\n投诉：1 个，还没有回复\n" in told
    await shop.pass_time(hours=3)
    [told] = await shop.hear("店长", "工单统计")
    assert "\n投诉：1 个，还没有回复，已有超时的\n" in told


async def test_who_calls_for_a_human_need_not_have_said_more(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.hear("小李", "人工")
    [sheet] = await shop_under_test.hear("老板", "工单 1")
    assert "2027-01-11 10:00 会员 提出\n" in f"{sheet}\n"


async def test_a_long_ticket_has_pages_and_every_page_fits(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await shop.hear("小李", f"投诉 春熙路店 {'慢' * 900}")
    for number in range(5):
        await shop.hear("小李", f"补充 1 {'长' * 200}{number}")
    pages = [
        (await shop.hear(name, f"工单 1 {page}"))[0]
        for name in ("店长", "小李")
        for page in (1, 2, 9)
    ]
    assert all(len(page.encode()) < 1900 for page in pages)
    assert "【工单 1 2】" in pages[0]
    assert pages[0] != pages[1] != pages[2]
    assert "提出" in pages[2]


async def test_a_coupon_that_makes_good_is_told_as_such_and_not_given_on(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    for name, words in (("小李", "投诉 春熙路店 太慢"), ("店长", "补偿 1 券 latte")):
        await shop.hear(name, words)
    assert "已补偿" in (await shop.hear("店长", "确认 ※"))[0]
    [code] = [row["code"] for row in await rows("SELECT code FROM coupons WHERE kind = 'latte'")]
    await shop.plays(f"""
        小李> 送券 {code}
        机器人> 拿铁兑换券是给你的补偿，只能自己用，不能转赠。
        小李> 为什么 券
        机器人> 这些券是这样来的：
                {code}：工单 1 的补偿…
        小李> 优惠券
        机器人> 可用优惠券 2 张
    """)
