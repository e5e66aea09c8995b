"""群发 as somebody plays it who has never seen it."""

import pytest

import services.broadcasts.rehearsals
from bot.pushes import ImageMessage
from loyalty.staff import Role
from services.broadcasts.commands import draft_at_desk
from services.broadcasts.work import work_round
from services.messages.contacts import flush_contacts
from storage.sql import change, row, rows
from tests.shop import ShopUnderTest, become_staff, full_width

WRITTEN = """
    小王> 群发
    机器人> 群发给谁？可以回：
        【全部】
    小王> 全部
    机器人> 全部：现在 2 人。
        · 图文 标题|说明|链接|图片链接
    小王> {称呼}，周末第二杯半价
    机器人> 群发 1 预演，还没有发出。
        对象：全部，2 人
        现在能发：1 人（客服消息 1）
        不会发：1 人（没同意收优惠 1）
        【群发 测试 1】先发给自己看
"""


@pytest.fixture(autouse=True)
async def marketing(shop_under_test: ShopUnderTest) -> None:
    """小王 works in marketing; 小李 and 老赵 are members, one of whom agreed to offers."""
    await become_staff(shop_under_test, "小王", Role.MARKETING, "")
    await shop_under_test.hear("小李", "订阅")
    await shop_under_test.hear("小李", "同意订阅")
    await flush_contacts(shop_under_test.shop)


async def newest() -> int:
    found = await row("SELECT MAX(id) AS id FROM broadcasts")
    assert found is not None
    number: int = found["id"]
    return number


async def work(shop: ShopUnderTest) -> None:
    while await work_round(shop.shop, "worker"):
        pass


async def test_one_writes_and_another_says_yes(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays(WRITTEN)
    await shop_under_test.plays("""
        小王> 群发 测试 1
        机器人> 已发给你自己，请看效果。没问题就回【群发 确认 1】。
        小王> 群发 确认 1
        机器人> 群发 1：{称呼}，周末第二杯半价
                对象：全部，2 人，其中能发 1 人。
                要另一个有群发权限的人在 30 分钟内回复：
        小王> 确认 ※
        机器人> 这件事要由另一位店长、营销或老板确认。
        老板> 确认 ※
        机器人> 群发 1 开始发送。
    """)


async def test_it_is_stopped_and_ended_by_either(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays(WRITTEN)
    await shop_under_test.plays("""
        老板> 群发 确认 1
        机器人> 确认请在 60 秒内回复：…
        老板> 确认 ※
        机器人> 群发 1 开始发送。
        老板> 群发 暂停 1
        机器人> 群发 1 已暂停，没发的都停在这里。…
        小王> 群发 继续 1
        机器人> 群发 1 接着发了。…
    """)
    await work(shop_under_test)
    await shop_under_test.plays("""
        小王> 群发 进度 1
        机器人> 群发 1：全部（发送中）
                对象 2 人：已发 0 失败 0 拦截 1 未知 0 在途 1
                拦截的原因：没同意收优惠 1
        小王> 群发 取消 1
        机器人> 群发 1 已取消，没发出的都不发了。
        小王> 群发 列表
        机器人> 最近的群发：
                【群发 进度 1】全部，已取消
        小王> 群发 确认 1
        机器人> 群发 1 现在不能这样做。…
    """)


async def test_whoever_did_not_write_it_needs_a_code_of_a_minute(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.plays("""
        小王> 群发 全部
        机器人> 全部：现在 2 人。
        小王> 上新了
        机器人> 群发 1 预演，还没有发出。
        老板> 群发 确认 1
        机器人> 确认请在 60 秒内回复：…
        老板> 确认 ※
        机器人> 群发 1 开始发送。
        老板> 〃
        机器人> 群发 1 开始发送。
        小王> 群发 确认 1
        机器人> 群发 1 现在不能这样做。…
    """)


async def test_slips_are_told_and_the_question_stays_open(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.plays("""
        小王> 群发
        机器人> 群发给谁？可以回：
    """)
    for slip in ("等级>>金卡", "没有这个人群", "等级=不存在"):
        [told] = await shop_under_test.hear("小王", slip)
        assert "没有听懂" not in told, slip
    await shop_under_test.plays("""
        小王> 全部
        机器人> 全部：现在 2 人。
        小王> {姓名}你好
        机器人> 没有“姓名”可以填。大括号里能写的有：{称呼} {积分} {等级} {余额} {门店}
        小王> 图文 新品
        机器人> 图文请写成：图文 标题|说明|链接|图片链接…
        小王> 小程序 点单
        机器人> 小程序请写成：小程序 标题|路径。
    """)
    [said] = await shop_under_test.hear("小王", "\uff5b称呼\uff5d你好")
    assert said.startswith("群发 1 预演，还没有发出。")


async def test_a_slip_is_answered_with_an_example_and_where_to_read_on(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.hear("小王", "群发")
    await shop_under_test.plays("""
        小王> 上个月来过的人
        机器人> 第 1 个字起的“上个月来过的人”不认识，是不是：…
                请改好再发一次，例如：等级>=金卡 且 90天内未消费
                还能写哪些条件，看【人群 条件】。不发了回【取消】。
        小王> 全部
        机器人> 全部：现在 2 人。…
    """)


async def test_a_number_alone_shows_how_far_it_is(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays(WRITTEN)
    await shop_under_test.hear("小王", "群发 发送 1")
    await shop_under_test.plays("""
        小王> 群发 1
        机器人> 群发 1 预演，还没有发出。
                已经请人确认，等他回复确认码。
        老板> 确认 ※
        机器人> 群发 1 开始发送。
        小王> 群发 1
        机器人> 群发 1：全部（发送中）
                正在排名单，过几秒再看【群发 进度 1】。
    """)


async def test_what_an_operator_drafted_one_person_confirms(
    shop_under_test: ShopUnderTest,
) -> None:
    await draft_at_desk(shop_under_test.shop, "全部", "上新了", key="console")
    await shop_under_test.plays("""
        小王> 群发 1
        机器人> 群发 1 预演，还没有发出。
                【群发 确认 1】再回一次确认码就发
        小王> 群发 确认 1
        机器人> 确认请在 60 秒内回复：…
        小王> 确认 ※
        机器人> 群发 1 开始发送。
    """)


async def test_whoever_has_nobody_to_confirm_is_told_so(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.hear("老板", "群发 全部")
    await shop_under_test.hear("老板", "上新了")
    [asked] = await shop_under_test.hear("老板", "群发 确认 1")
    assert "现在没有别人能确认" not in asked
    await change("UPDATE staff SET state = 'stopped' WHERE role = 'marketing'")
    [asked] = await shop_under_test.hear("老板", "群发 确认 1")
    assert "现在没有别人能确认" in asked


async def test_what_is_filled_in_for_each_says_why_so_few_get_it(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.pass_time(days=3)
    await shop_under_test.hear("小王", "群发 全部")
    [said] = await shop_under_test.hear("小王", "{称呼}，周末第二杯半价")
    assert "没有可用的通道 1" in said
    assert "这样的内容只能用客服消息" in said


async def test_a_question_is_left_with_one_word(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.hear("小王", "群发 全部")
    await shop_under_test.hear("小王", "取消")
    assert await rows("SELECT 1 AS one FROM broadcasts") == []
    [said] = await shop_under_test.hear("小王", "上新了")
    assert said.startswith("没有听懂")


async def test_the_same_message_makes_one_draft(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        小王> 群发 全部
        机器人> 全部：现在 2 人。
        小王> 上新了
        机器人> 群发 1 预演，还没有发出。
        小王> 〃
        机器人> 群发 1 预演，还没有发出。
    """)
    assert await newest() == 1


async def test_a_picture_sent_into_the_chat_is_the_content(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.hear("小王", "群发 全部")
    push = shop_under_test.push("小王", ImageMessage("media-7", "https://mmbiz.example/0"))
    [said] = await shop_under_test.receive(push)
    assert "内容：（图片）" in said
    found = await row("SELECT content FROM broadcasts")
    assert found == {"content": '{"kind": "image", "account": "main", "media_id": "media-7"}'}
    assert await rows("SELECT 1 AS one FROM ticket_pictures") == []


async def test_a_picture_is_no_audience(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.hear("小王", "群发")
    push = shop_under_test.push("小王", ImageMessage("media-7", "https://mmbiz.example/0"))
    await shop_under_test.receive(push)
    assert await rows("SELECT 1 AS one FROM broadcasts") == []


async def test_an_article_and_a_card_are_kept_as_such(shop_under_test: ShopUnderTest) -> None:
    for words, shown in (
        ("图文 新品|上市|https://example.org/a", "（图文）新品：上市"),
        ("图文 新品|上市|https://example.org/a|", "（图文）新品：上市"),
        ("小程序 点单|pages/order", "（小程序）点单"),
    ):
        await shop_under_test.hear("小王", "群发 全部")
        [said] = await shop_under_test.hear("小王", words)
        assert f"内容：{shown}" in said


async def test_an_old_rehearsal_is_shown_anew_before_the_code(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.hear("小王", "群发 全部")
    await shop_under_test.hear("小王", "上新了")
    await shop_under_test.pass_time(minutes=31)
    await shop_under_test.plays("""
        小王> 群发 确认 1
        机器人> 上次预演过去太久了，重新算了一遍，请看过再确认：
                群发 1 预演，还没有发出。
        小王> 群发 确认 1
        机器人> 要另一个有群发权限的人在 30 分钟内回复：…
    """)


async def test_a_large_audience_is_counted_in_the_background(
    shop_under_test: ShopUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.broadcasts.rehearsals, "CHUNK", 1)
    await shop_under_test.plays("""
        小王> 群发 全部
        机器人> 全部：现在 2 人。
        小王> 上新了
        机器人> 群发 1 存好了，还没有发出。
        小王> 群发 进度 1
        机器人> 群发 1 正在预演：已核对 0 人，还没有发出。
        小王> 群发 确认 1
        机器人> 群发 1 正在预演：已核对 0 人，还没有发出。
    """)
    await work(shop_under_test)
    told = [text for name, text in await shop_under_test.delivered() if name == "小王"]
    assert told[-1].startswith("群发 1 预演，还没有发出。")


async def test_a_manager_reaches_the_members_of_the_own_store(
    shop_under_test: ShopUnderTest,
) -> None:
    await change("UPDATE members SET home_store_id = 2 WHERE id = (SELECT MIN(id) FROM members)")
    await change(
        "UPDATE purchases SET store_id = 2 WHERE member_id = (SELECT MIN(id) FROM members)"
    )
    await shop_under_test.plays("""
        小王> 群发 全部
        机器人> 全部：现在 2 人。
        店长> 群发 全部
        机器人> 全部：现在 1 人。…
        店长> 上新了
        机器人> 对象：全部，1 人…
    """)


async def test_for_everybody_else_it_is_an_unknown_word(shop_under_test: ShopUnderTest) -> None:
    for name in ("店员小陈", "小李", "路人"):
        for words in ("群发", "群发 全部", "群发 确认 1", "群发 列表"):
            said = await shop_under_test.hear(name, words)
            assert said[0].startswith("没有听懂"), (name, words)


async def test_a_number_that_is_not_there_or_no_number_is_told(
    shop_under_test: ShopUnderTest,
) -> None:
    [said] = await shop_under_test.hear("小王", f"群发 进度 {full_width('7')}")
    assert said.startswith("没有编号为 7 的群发。")
    await shop_under_test.plays("""
        小王> 群发 列表
        机器人> 还没有群发过。回【群发】开始写一条。
        小王> 群发 暂停
        机器人> 群发：一步一步写一条，先预演，另一个人确认了才发
        小王> 群发 暂停 一
        机器人> 群发：一步一步写一条，先预演，另一个人确认了才发
        小王> 群发 帮助
        机器人> 群发：一步一步写一条，先预演，另一个人确认了才发
    """)
    [help_text] = await shop_under_test.hear("小王", "帮助 员工")
    assert "群发（给会员发消息，先预演再发）" in help_text
