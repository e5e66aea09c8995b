"""绑定: the way to become staff, and what staff words are to everybody else."""

import pytest

from loyalty.staff import Role
from services.org.invitations import invite
from storage.sql import rows
from tests.handlers.staff.refusing import everything, refused
from tests.shop import ShopUnderTest

UNKNOWN = "没有听懂。可以发送："
STAFF_WORDS = (
    "核销 ABCDEFGHJKLM",
    "小票 128",
    "查会员 80000011",
    "撤销",
    "确认 AB2CD3",
    "充值 661234567890123456 100",
    "补积分 80000011 100 补偿",
    "退卡 80000011",
    "邀请员工 店员 cd01",
    "停用 1",
    "员工",
    "批准 AB2CD3",
)


async def test_an_invitation_makes_a_clerk_and_help_shows_the_words(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    code = (await invite(shop.shop, Role.CLERK, "cd02"))["code"]
    await shop.plays(f"""
        小王> 核销
        机器人> {UNKNOWN}
        小王> 绑定 {code}
        机器人> 绑定成功：宽窄巷子店 店员
                回【帮助】看看能做什么。
        小王> 〃
        机器人> 绑定成功：宽窄巷子店 店员
        小王> 帮助
        机器人> 可以发送：
                更多：…
        小王> 帮助 员工
        机器人> 员工口令：
                核销 …
        路人> 绑定 {code}
        机器人> 邀请码不对、已用过或已过期，请向老板要一个新的。
    """)
    assert [name for name, text in await shop.delivered() if "店员" in text] == ["老板"]


async def test_members_see_only_their_own_words_in_help(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    assert "员工" not in (await shop.hear("小李", "帮助"))[0]
    assert await shop.hear("小李", "帮助 员工") == await shop.hear("小李", "不是口令")
    clerk, manager = [(await shop.hear(name, "帮助 员工"))[0] for name in ("店员小陈", "店长")]
    assert ("补积分" in clerk, "补积分" in manager) == (False, True)


@pytest.mark.parametrize("words", STAFF_WORDS)
async def test_staff_words_are_unknown_to_members_and_write_nothing(
    shop_under_test: ShopUnderTest, words: str
) -> None:
    unknown = await shop_under_test.hear("小李", "你说什么")
    before = await shop_under_test.holdings()
    assert await shop_under_test.hear("小李", words) == unknown
    assert await shop_under_test.holdings() == before


async def test_what_a_clerk_may_not_do_is_unknown_to_the_clerk(
    shop_under_test: ShopUnderTest,
) -> None:
    unknown = await shop_under_test.hear("店员小陈", "你说什么")
    before = await everything(shop_under_test)
    for words in ("补积分 80000011 100 补偿", "退卡 80000011"):
        assert await shop_under_test.hear("店员小陈", words) == unknown
    assert await everything(shop_under_test) == before
    assert await refused() == ["refused.word"] * 2


@pytest.mark.parametrize(
    "words", ["绑定", "绑定 我是老板 13800138000", "绑定 123456", "我要绑定 AAAABBBBCCCCDDDD"]
)
async def test_a_claimed_name_or_phone_binds_nobody(
    shop_under_test: ShopUnderTest, words: str
) -> None:
    unknown = await shop_under_test.hear("小李", "你说什么")
    assert await shop_under_test.hear("小李", words) == unknown


async def test_an_invitation_wins_over_an_open_question(shop_under_test: ShopUnderTest) -> None:
    code = (await invite(shop_under_test.shop, Role.CLERK, "cd02"))["code"]
    await shop_under_test.plays(f"""
        小李> 填称呼
        机器人> 怎么称呼你…
        小李> 绑定 {code}
        机器人> 绑定成功：宽窄巷子店 店员
    """)
    shown = (await shop_under_test.hear("小李", "资料"))[0]
    assert "绑" not in shown


async def test_a_removed_clerk_is_a_stranger_at_once(shop_under_test: ShopUnderTest) -> None:
    unknown = await shop_under_test.hear("小李", "你说什么")
    await rows("UPDATE staff SET state = 'stopped' WHERE role = 'clerk'")
    assert await shop_under_test.hear("店员小陈", "小票 12") == unknown


async def test_an_owner_keeps_the_role_whatever_is_sent(shop_under_test: ShopUnderTest) -> None:
    code = (await invite(shop_under_test.shop, Role.CLERK, "cd02"))["code"]
    (told,) = await shop_under_test.hear("老板", f"绑定 {code}")
    assert told == "你已经是老板，不能改绑成别的身份。"
