"""审计: owners and auditors read who looked at whom and who did what; all others do not."""

import pytest

from loyalty.staff import Role
from services.org.invitations import invite
from storage.sql import rows
from tests.shop import ShopUnderTest, become_staff

CLERK, MANAGER, OWNER = "店员小陈", "店长", "老板"


async def a_number() -> str:
    (found,) = await rows("SELECT member_no FROM members ORDER BY id DESC LIMIT 1")
    return str(found["member_no"])


async def whats(shop: ShopUnderTest) -> list[str]:
    return [row["what"] for row in await shop.trail() if not row["what"].startswith("staff.")]


async def test_a_look_at_a_member_is_kept_once_a_message(shop_under_test: ShopUnderTest) -> None:
    shop, number = shop_under_test, await a_number()
    first = await shop.hear(CLERK, f"查会员 {number}")
    assert await shop.hear_again() == first
    (look,) = [row for row in await shop.trail() if row["what"] == "member.view"]
    assert (look["role"], look["subject"], look["facts"]) == ("clerk", "", "{}")
    assert None not in (look["member_id"], look["staff_id"], look["store_id"])


async def test_an_owner_sees_who_looked_at_a_member(shop_under_test: ShopUnderTest) -> None:
    shop, number = shop_under_test, await a_number()
    await shop.hear(CLERK, f"查会员 {number}")
    await shop.pass_time(days=1)
    await shop.hear(MANAGER, f"查会员 {number}")
    (told,) = await shop.hear(OWNER, f"谁看过 {number}")
    first, newest, older = told.splitlines()
    assert first == f"最近看过会员 {number} 的："
    assert newest.startswith("01-12 10:00 店长 ")
    assert newest.endswith(" 号（春熙路店）：查看会员")
    assert older.startswith("01-11 10:00 店员 ")
    assert (await whats(shop))[-1] == "audit.looks"


async def test_a_summary_that_nobody_confirms_was_a_look_all_the_same(
    shop_under_test: ShopUnderTest,
) -> None:
    shop, number = shop_under_test, await a_number()
    await shop.hear(MANAGER, f"补积分 {number} 100 漏积")
    (look,) = [row for row in await shop.trail() if row["what"] == "member.view"]
    assert look["subject"] == "summary:adjust"
    (told,) = await shop.hear(OWNER, f"谁看过 {number}")
    assert told.endswith(" 号（春熙路店）：查看会员")


async def test_what_was_done_with_a_ticket_is_told_with_its_number(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    await shop.hear("小李", "匿名投诉 春熙路店 太慢")
    for words in ("接单 1", "回复 1 马上改", "办结 1"):
        await shop.hear(MANAGER, words)
    (told,) = await shop.hear(OWNER, "审计")
    done = [line.partition("：")[2] for line in told.splitlines() if "工单 1" in line]
    assert done == ["办结，工单 1", "回复，工单 1", "接单，工单 1"]


async def test_whom_a_ticket_is_about_does_not_read_of_it(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    (owner,) = await rows("SELECT id FROM staff WHERE role = 'owner'")
    await shop.hear("小李", f"投诉 春熙路店 员工{owner['id']} 骂人")
    await shop.hear(MANAGER, "接单 1")
    (told,) = await shop.hear(OWNER, "审计")
    assert "接单" not in told
    assert [row["what"] for row in await shop.trail()][-2:] == ["ticket.take", "audit.read"]


async def test_who_looked_at_somebody_who_left_is_told_to_the_brand_alone(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    await shop.hear(CLERK, "查会员 80000024")
    await shop.hear("小李", "注销")
    await shop.hear("小李", "确认注销")
    (told,) = await shop.hear(OWNER, "谁看过 80000024")
    assert told.startswith("最近看过会员 80000024 的：")
    assert told.endswith(" 号（春熙路店）：查看会员")
    await become_staff(shop, "路人", Role.OWNER, "cd01")
    (told,) = await shop.hear("路人", "谁看过 80000024")
    assert told.startswith("没有这个会员")


async def test_nobody_looked_yet(shop_under_test: ShopUnderTest) -> None:
    number = await a_number()
    (told,) = await shop_under_test.hear(OWNER, f"谁看过 {number}")
    assert told == f"还没有人看过会员 {number}。"


async def test_what_was_confirmed_is_listed_by_day_and_by_staff_number(
    shop_under_test: ShopUnderTest,
) -> None:
    shop, number = shop_under_test, await a_number()
    await shop.hear(MANAGER, f"补积分 {number} 100 漏积")
    await shop.hear(MANAGER, "确认 ※")
    (act,) = [row for row in await shop.trail() if row["what"] == "points.adjust"]
    assert "漏积" not in act["facts"]
    assert '"points": 100' in act["facts"]
    for word in ("审计", "审计 2027-01-11", f"审计 {act['staff_id']}"):
        (told,) = await shop.hear(OWNER, word)
        assert f" 号（春熙路店）：补扣积分，会员 {number}" in told, word
    for word in ("审计 2027-01-10", "审计 999"):
        assert "补扣积分" not in (await shop.hear(OWNER, word))[0]
    assert (await shop.hear(OWNER, "审计 昨天"))[0].startswith("请发送：审计")


async def test_a_second_person_is_named_as_the_one_who_approved(
    shop_under_test: ShopUnderTest,
) -> None:
    shop, number = shop_under_test, await a_number()
    await shop.hear(MANAGER, f"补积分 {number} 2000 活动")
    await shop.hear(OWNER, "确认 ※")
    (act,) = [row for row in await shop.trail() if row["what"] == "points.adjust"]
    (manager,) = await rows("SELECT id FROM staff WHERE role = 'manager'")
    (owner,) = await rows("SELECT id FROM staff WHERE role = 'owner'")
    assert (act["staff_id"], act["role"], act["approval"]) == (
        manager["id"],
        "manager",
        owner["id"],
    )


@pytest.mark.parametrize("words", ["谁看过 80000011", "审计"])
@pytest.mark.parametrize("name", [CLERK, MANAGER, "小李"])
async def test_to_all_others_these_are_no_words(
    shop_under_test: ShopUnderTest, name: str, words: str
) -> None:
    unknown = await shop_under_test.hear(name, "你说什么")
    assert await shop_under_test.hear(name, words) == unknown
    refused = ["refused.word"] if name != "小李" else []
    assert await whats(shop_under_test) == refused


async def test_an_auditor_reads_and_does_nothing_else(shop_under_test: ShopUnderTest) -> None:
    shop, number = shop_under_test, await a_number()
    await become_staff(shop, "路人", Role.AUDITOR, "")
    assert (await shop.hear("路人", "审计"))[0].startswith("最近办过的事：")
    unknown = await shop.hear("路人", "你说什么")
    assert await shop.hear("路人", f"查会员 {number}") == unknown


async def test_an_auditor_of_one_store_reads_of_that_store(shop_under_test: ShopUnderTest) -> None:
    shop, number = shop_under_test, await a_number()
    await become_staff(shop, "路人", Role.AUDITOR, "cd02")
    await shop.hear(CLERK, f"查会员 {number}")
    (told,) = await shop.hear("路人", "审计")
    assert "春熙路店" not in told
    assert (await shop.hear("路人", f"谁看过 {number}"))[0].startswith("没有这个会员")


async def test_an_auditor_of_a_region_reads_of_its_stores_and_its_people(
    shop_under_test: ShopUnderTest,
) -> None:
    shop, number = shop_under_test, await a_number()
    for role, name in ((Role.MANAGER, "老赵"), (Role.AUDITOR, "路人")):
        invitation = await invite(shop.shop, role, region="cd")
        await shop.hear(name, f"绑定 {invitation['code']}")
    for name in (CLERK, "老赵"):
        await shop.hear(name, f"查会员 {number}")
    told = (await shop.hear("路人", "审计"))[0].splitlines()
    seen = [line.partition("：")[0] for line in told if "查看会员" in line]
    assert len(seen) == 2
    assert seen[0].endswith("号（成都）")
    assert seen[1].endswith("号（春熙路店）")


async def test_wrong_codes_and_words_without_right_are_kept_but_not_for_ever(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    await shop.hear(CLERK, "小票 1")
    for _ in range(30):
        await shop.hear(CLERK, "确认 AAAAAA")
    found = await whats(shop)
    assert set(found) == {"refused.code"}
    assert len(found) == 20


async def test_whoever_was_staff_once_is_no_stranger(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await rows("UPDATE staff SET state = 'stopped' WHERE role = 'clerk'")
    await shop.hear(CLERK, "小票 1")
    (refused,) = [row for row in await shop.trail() if row["what"] == "refused.word"]
    assert (refused["staff_id"], refused["facts"]) == (None, '{"word": "小票"}')
    assert "非在职员工：被拒绝的操作" in (await shop.hear(OWNER, "审计"))[0]
