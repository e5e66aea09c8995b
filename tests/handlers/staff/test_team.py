"""邀请员工、停用、员工、批准: owners decide who works here, and say yes to operators."""

import re
from dataclasses import replace

import pytest

from loyalty.staff import Role
from services.org.approvals import approved, ask_approval
from storage.sql import rows
from tests.handlers.staff.refusing import everything
from tests.shop import ShopUnderTest, become_staff

INVITATION = re.compile(r"^绑定 ([2-9A-Z]{4}(?:-[2-9A-Z]{4}){3})$", re.MULTILINE)


async def invited(shop: ShopUnderTest) -> str:
    """The code an owner is shown after 确认."""
    (told,) = await shop.hear("老板", "确认 ※")
    shown = INVITATION.search(told)
    assert shown is not None, told
    return shown[1]


async def number_of(role: str) -> int:
    (found,) = await rows("SELECT id FROM staff WHERE role = $1 AND state = 'active'", role)
    return int(found["id"])


async def test_an_owner_invites_a_clerk_who_binds(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await shop.plays("""
        老板> 邀请员工 店员 cd02
        机器人> 邀请员工：店员（宽窄巷子店）
                邀请码 15 分钟内有效，只能用一次，谁拿到谁就能绑定。
                确认 …
    """)
    code = await invited(shop)
    await shop.plays(f"""
        老板> 〃
        机器人> 店员（宽窄巷子店）的邀请码，15 分钟内有效。请只发给本人，由本人发送：
                绑定 {code}
        小王> 绑定 {code}
        机器人> 绑定成功：宽窄巷子店 店员
    """)


async def test_a_region_is_where_somebody_works(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await shop.plays("""
        老板> 邀请员工 店长 cd
        机器人> 邀请员工：店长（成都）
    """)
    await shop.hear("小王", f"绑定 {await invited(shop)}")
    await shop.plays("""
        小王> 小票 10 cd02
        机器人> 小票：10.00 元
                门店：宽窄巷子店
        小王> 小票 10 cq01
        机器人> 你只能办理成都的事。
        小王> 小票 10
        机器人> 请在后面写上门店编号，例如 cd01。
    """)


async def test_what_is_wrong_with_an_invitation_is_said(shop_under_test: ShopUnderTest) -> None:
    before = await everything(shop_under_test)
    await shop_under_test.plays("""
        老板> 邀请员工
        机器人> 请发送：邀请员工 角色 门店编号…
        老板> 邀请员工 经理 cd01
        机器人> 没有这个角色，可以写：老板 营销 店长 店员 客服 审计
        老板> 邀请员工 店员
        机器人> 请在后面写上门店编号，例如 cd01。
        老板> 邀请员工 店长 xx
        机器人> 没有编号为 xx 的门店或区域。
    """)
    after = await everything(shop_under_test)
    assert {**after, "last_told": 0} == {**before, "last_told": 0}


async def test_a_clerk_is_stopped_and_both_are_told(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    number = await number_of("clerk")
    await shop.plays(f"""
        老板> 停用 {number}
        机器人> 停用员工：店员 {number} 号（春熙路店）
        老板> 确认 ※
        机器人> 已停用：店员 {number} 号（春熙路店）。
        店员小陈> 小票 12
        机器人> 没有听懂。可以发送：
        老板> 停用 {number}
        机器人> 没有这个员工，发“员工”看看员工号。
    """)
    told = dict(await shop.delivered())["店员小陈"]
    assert told == f"你的员工身份已停用：店员 {number} 号（春熙路店）。会员身份不受影响。"


async def test_the_last_owner_cannot_leave(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.plays(f"""
        老板> 停用 {await number_of("owner")}
        机器人> 这是最后一位老板，先邀请另一位再停用。
    """)


async def test_owners_are_made_by_two_where_there_are_two(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await become_staff(shop, "路人", Role.OWNER, "")
    await shop.plays("""
        老板> 邀请员工 老板
        机器人> 邀请员工：老板（山茶咖啡）
                需要另一位老板在 30 分钟内回复：
        老板> 确认 ※
        机器人> 这件事要由另一位老板确认。
        店长> 确认 ※
        机器人> 这件事你不能确认。
        路人> 确认 ※
        机器人> 老板（山茶咖啡）的邀请码，…
                绑定 …
    """)


async def test_the_team_is_listed_by_number(shop_under_test: ShopUnderTest) -> None:
    (told,) = await shop_under_test.hear("老板", "员工")
    lines = [re.sub(r"\d+ 号", "N 号", line) for line in told.splitlines()]
    assert lines == [
        "在岗员工：",
        "店长 N 号（春熙路店） 2027-01-10 起",
        "店员 N 号（春熙路店） 2027-01-10 起",
        "老板 N 号（山茶咖啡） 2027-01-10 起",
    ]
    await shop_under_test.plays("""
        老板> 员工 cq01
        机器人> 在岗员工：
                这里还没有员工。
        老板> 员工 xx
        机器人> 没有编号为 xx 的门店或区域。
    """)


async def test_an_owner_approves_what_an_operator_asks(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    live = replace(shop.shop, environment="production")
    content = {"purpose": "field"}
    code = (await ask_approval(live, "keys.rotate", content, summary="更换密钥：field")).code
    assert dict(await shop.delivered())["老板"].splitlines()[1] == "更换密钥：field"
    await shop.plays(f"""
        店长> 批准 {code}
        机器人> 没有听懂。可以发送：
        老板> 批准 AAAAAA
        机器人> 没有等着这个批准码的事，可能已过期，请操作员重新发起。
        老板> 批准 {code}
        机器人> 批准操作员做这件事：
                更换密钥：field
        老板> 确认 ※
        机器人> 已批准，操作员可在 30 分钟内执行一次。
        老板> 〃
        机器人> 已批准，操作员可在 30 分钟内执行一次。
    """)
    assert [await approved(live, "keys.rotate", content) for _ in range(2)] == [True, False]


@pytest.mark.parametrize("reason", ["", "扫错了"])
async def test_an_undo_tells_the_member_the_reason(
    shop_under_test: ShopUnderTest, reason: str
) -> None:
    shop = shop_under_test
    (member,) = await rows("SELECT member_no FROM members ORDER BY id DESC LIMIT 1")
    for words in (f"补积分 {member['member_no']} 10 漏积", f"撤销 {reason}"):
        await shop.hear("店长", words)
        await shop.hear("店长", "确认 ※")
    last = [text for name, text in await shop.delivered() if name == "小李"][-1]
    assert last.startswith("春熙路店调整了你的积分：-10")
    assert ("原因：扫错了" in last) == bool(reason)


async def test_an_undo_with_an_endless_reason_is_refused(shop_under_test: ShopUnderTest) -> None:
    await shop_under_test.hear("店员小陈", "小票 12")
    await shop_under_test.hear("店员小陈", "确认 ※")
    (told,) = await shop_under_test.hear("店员小陈", f"撤销 {'错' * 41}")
    assert told == "原因最多 40 个字。"
