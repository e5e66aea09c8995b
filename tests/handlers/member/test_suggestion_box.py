"""意见箱: the code at the counter fills in the store, and whoever wants to stays unnamed."""

from bot.pushes import ImageMessage
from services.tickets.pictures import keep_picture
from storage.sql import Row, row, rows
from tests.shop import ShopUnderTest

PNG = b"\x89PNG\r\n\x1a\n"


async def newest_ticket() -> Row:
    found = await row("SELECT * FROM tickets ORDER BY id DESC LIMIT 1")
    assert found is not None
    return found


async def send_picture(shop: ShopUnderTest, name: str, media_id: str = "media") -> list[str]:
    return await shop.receive(shop.push(name, ImageMessage(media_id, "http://mmbiz.qpic.cn/0")))


async def test_a_scan_opens_feedback_for_the_store(shop_under_test: ShopUnderTest) -> None:
    [asked] = await shop_under_test.scan("小李", "box_cd02")
    assert "意见箱" in asked
    assert "【匿名】" in asked
    await shop_under_test.plays("""
        小李> 插座太少
        机器人> 已收到，工单号…
        小李> 积分
        机器人> …
    """)
    ticket = await newest_ticket()
    assert (ticket["kind"], ticket["store_id"]) == ("feedback", 2)
    assert ticket["member_id"] is not None


async def test_unnamed_is_one_tap_away_and_the_store_stays(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.follows("路人", "box_cd01")
    await shop_under_test.plays("""
        路人> 匿名
        机器人> 春熙路店意见箱（匿名）…
        路人> 店员不理人
        机器人> 已匿名收到…
    """)
    ticket = await newest_ticket()
    assert (bool(ticket["is_anonymous"]), ticket["store_id"]) == (True, 1)
    assert ticket["member_id"] is None


async def test_the_same_scan_twice_opens_one_question_and_one_ticket(
    shop_under_test: ShopUnderTest,
) -> None:
    first = await shop_under_test.scan("小李", "box_cd01")
    assert await shop_under_test.hear_again() == first
    await shop_under_test.hear("小李", "灯太暗")
    await shop_under_test.hear_again()
    assert len(await rows("SELECT id FROM tickets")) == 1


async def test_words_after_a_picture_tell_the_store(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.hear("小王", "反馈")
    await send_picture(shop_under_test, "小王")
    await shop_under_test.plays("""
        店长> 工单 1
        机器人> 没有这个工单。【我的工单】看看有哪些。
        小王> 春熙路店的空调太冷了
        机器人> 已补充到工单 1…
        店长> 工单 1
        机器人> 工单 1：反馈，新，春熙路店
    """)
    told = ("店长", "会员补充了工单 1（反馈，春熙路店）。【工单 1】查看")
    assert told in await shop_under_test.delivered()


async def test_later_words_and_a_box_leave_the_store_as_it_is(
    shop_under_test: ShopUnderTest,
) -> None:
    await shop_under_test.hear("小王", "投诉 有人插队")
    await shop_under_test.hear("小王", "补充 1 就是春熙路店")
    assert (await newest_ticket())["store_id"] is None
    await shop_under_test.scan("小王", "box_cd02")
    await send_picture(shop_under_test, "小王")
    await shop_under_test.hear("小王", "春熙路店更好")
    assert (await newest_ticket())["store_id"] == 2


async def test_a_box_of_no_store_is_a_greeting(shop_under_test: ShopUnderTest) -> None:
    [said] = await shop_under_test.scan("小李", "box_nowhere")
    assert "意见箱" not in said
    assert await rows("SELECT id FROM tickets") == []


async def test_a_picture_may_come_before_the_words(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.scan("小李", "box_cd01")
    first = await send_picture(shop_under_test, "小李")
    assert await shop_under_test.hear_again() == first
    assert "请再写一句" in first[0]
    await shop_under_test.plays("""
        小李> 杯子有裂缝
        机器人> 已补充到工单…
    """)
    steps = await rows("SELECT step, picture_id FROM ticket_messages ORDER BY id")
    assert [(step["step"], step["picture_id"] is not None) for step in steps] == [
        ("open", True),
        ("add", False),
    ]


async def test_a_picture_goes_to_the_ticket_that_is_open(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.hear("小李", "投诉 春熙路店 有虫")
    said = await send_picture(shop_under_test, "小李")
    number = (await newest_ticket())["id"]
    assert f"图片已加到工单 {number}" in said[0]
    await shop_under_test.hear("小李", f"补充 {number}")
    await send_picture(shop_under_test, "小李", "media-2")
    sheet = (await shop_under_test.hear("小李", f"工单 {number}"))[0]
    assert sheet.count("（图片）") == 2


async def test_a_picture_about_nothing_says_how_to_go_on(shop_under_test: ShopUnderTest) -> None:
    [said] = await send_picture(shop_under_test, "小李")
    assert "【反馈】" in said
    assert await rows("SELECT id FROM ticket_pictures") == []


async def test_staff_see_pictures_by_a_word(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.hear("小李", "反馈 春熙路店 有虫")
    await send_picture(shop_under_test, "小李")
    number = (await newest_ticket())["id"]
    [picture] = await rows("SELECT id FROM ticket_pictures")
    await keep_picture(shop_under_test.shop, picture["id"], PNG)
    await shop_under_test.plays(f"""
        店长> 看图 {number}
        机器人> 工单 {number} 的 1 张图片马上发到这里。
        店长> 〃
        机器人> 工单 {number} 的 1 张图片马上发到这里。
        店员小陈> 看图 {number}
        机器人> 没有听懂…
    """)
    sent = await rows("SELECT id FROM outbox WHERE key LIKE 'show:%'")
    assert len(sent) == 1
