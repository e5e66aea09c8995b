"""导出: asked by a manager, said yes to by an owner, fetched by whoever asked."""

from storage.sql import rows
from tests.shop import ShopUnderTest


async def test_a_manager_asks_and_an_owner_says_yes(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays("""
        店长> 导出
        机器人> 导出会员名单：春熙路店，2 人，姓名和手机号打码，带你的标记。
                需要老板在 30 分钟内回复：
        店长> 确认 ※
        机器人> 这件事要由另一位老板确认。
        老板> 确认 ※
        机器人> 已批准，2 人的名单链接会发给申请人，10 分钟内有效，只能下载一次。
        老板> 〃
        机器人> 已批准，2 人的名单链接会发给申请人，10 分钟内有效，只能下载一次。
    """)
    assert (await shop_under_test.delivered())[-1] == ("店长", "1")
    assert len(await rows("SELECT 1 AS one FROM member_exports")) == 1


async def test_for_everybody_else_it_is_an_unknown_word(shop_under_test: ShopUnderTest) -> None:
    for name in ("店员小陈", "小李", "路人"):
        reply = await shop_under_test.hear(name, "导出")
        assert reply[0].startswith("没有听懂"), name
    assert await rows("SELECT 1 AS one FROM confirmations") == []


async def test_a_manager_cannot_name_another_store(shop_under_test: ShopUnderTest) -> None:
    reply = await shop_under_test.hear("店长", "导出 cd02")
    assert "春熙路店" in reply[0]
    assert await rows("SELECT 1 AS one FROM confirmations") == []


async def test_an_owner_needs_another_owner(shop_under_test: ShopUnderTest) -> None:
    [asked] = await shop_under_test.hear("老板", "导出")
    assert "\n需要另一位老板在 30 分钟内回复：\n" in asked
