"""Staff (员工) from outside: who is let in, what each may say, and how they are sent away again."""

import re

import pytest

from tests.contract.bench import Bench
from tests.contract.client import Phone
from tests.contract.team import (
    NONSENSE,
    ROLES,
    Team,
    code_for,
    confirmed,
    guest_of,
    hired,
    invited,
    knows,
    number_of,
    queue_of,
    staff_numbers,
    team_of,
    ticket_in,
    until_unknown,
)
from tests.contract.test_people import get, link_in
from tests.contract.trail import changed, rows_of_trail

NOBODY = "99999999"
NO_TICKET = "999999"
COUNTER = {"owner", "manager", "other manager", "clerk"}
LEADING = {"owner", "manager", "other manager"}
SERVICE = LEADING | {"support"}
OWNER = {"owner"}
# Each asks for nothing that is there, or for less than the word needs: nothing is changed by it.
WORDS: dict[str, set[str]] = {
    f"查会员 {NOBODY}": COUNTER | SERVICE,
    f"退卡 {NOBODY}": LEADING,
    f"退充值 {NOBODY}": LEADING,
    "核销 ABC": COUNTER,
    f"充值 {NOBODY} 1": COUNTER,
    f"补积分 {NOBODY} 1 谢谢": LEADING,
    "撤销": COUNTER | SERVICE,
    "小票": COUNTER,
    f"接单 {NO_TICKET}": SERVICE,
    f"回复 {NO_TICKET} 好": SERVICE,
    f"追问 {NO_TICKET} 好": SERVICE,
    f"备注 {NO_TICKET} 好": SERVICE,
    f"办结 {NO_TICKET}": SERVICE,
    f"转单 {NO_TICKET} 1": SERVICE,
    f"涉及 {NO_TICKET} 1": SERVICE,
    f"补偿 {NO_TICKET} 积分 1": SERVICE,
    f"看图 {NO_TICKET}": SERVICE,
    "工单统计": SERVICE,
    "话题": SERVICE,
    "改进": LEADING | {"marketing"},
    "邀请员工": OWNER,
    f"停用 {NOBODY}": OWNER,
    "员工": OWNER | {"auditor"},
    "恢复发送 谢谢": OWNER,
    "备份": OWNER,
    "批准": OWNER,
    "导出 一 二 三": LEADING,
    "合并": LEADING,
    "撤销合并": LEADING,
    "今日生日": COUNTER | SERVICE,
    "待核资料": COUNTER,
    "已核": COUNTER,
    "查电话": SERVICE,
    f"谁看过 {NOBODY}": OWNER | {"auditor"},
    "审计": OWNER | {"auditor"},
    "确认": set(ROLES),
    "培训": set(ROLES),
}


@pytest.fixture
async def team(bench: Bench) -> Team:
    return await team_of(bench)


async def test_an_invitation_makes_one_person_staff_once(bench: Bench) -> None:
    printed = invited(bench, "clerk", "--store", "cd02")
    assert (printed["role"], printed["store"]) == ("clerk", "cd02")
    assert re.match(r"\d{4}-\d\d-\d\dT.*[+Z]", printed["expires_at"])
    first, second = await bench.follower(), await bench.member()
    assert "店员" in await first.says(f"绑定 {printed['code']}")
    assert "店员" not in await second.says(f"绑定 {printed['code']}", at=1)
    assert await knows(first, "小票", at=1)
    assert not await knows(second, "小票")


@pytest.mark.parametrize("role", ["stranger", "member", *ROLES])
async def test_a_word_answers_only_who_has_the_right(bench: Bench, team: Team, role: str) -> None:
    own = {"stranger": bench.phone, "member": bench.phone}
    phone = own[role]() if role in own else team[role]
    if role == "member":
        await phone.joins()
    unknown = await phone.says(NONSENSE)
    heard = {words: await phone.says(words, at=next(bench.turns)) for words in WORDS}
    known = {words for words, answer in heard.items() if answer != unknown}
    assert known == {words for words, roles in WORDS.items() if role in roles}


async def test_who_is_stopped_by_the_operator_is_a_customer_everywhere(
    bench: Bench, team: Team
) -> None:
    before = await staff_numbers(team["owner"])
    clerk = await hired(bench, team["owner"], "店员 cd01")
    number = await number_of(team["owner"], before)
    assert await knows(clerk, "小票", at=1)
    bench.shop.succeed("staff", "stop", "--id", number)
    await until_unknown(bench, clerk, "小票")


async def test_who_is_stopped_in_chat_is_a_customer_everywhere(bench: Bench, team: Team) -> None:
    before = await staff_numbers(team["owner"])
    support = await hired(bench, team["owner"], "客服")
    number = await number_of(team["owner"], before)
    heard = len(bench.wechat.journal)
    assert number in await confirmed(team["owner"], f"停用 {number}")
    await until_unknown(bench, support, f"回复 {NO_TICKET} 好")
    assert "停用" in await support.hears(after=heard)
    assert number not in await staff_numbers(team["owner"])


async def test_what_was_asked_before_being_stopped_is_not_done_after(
    bench: Bench, team: Team
) -> None:
    guest, member_no = await guest_of(bench, "cd01-1")
    before = await staff_numbers(team["owner"])
    manager = await hired(bench, team["owner"], "店长 cd01")
    asked = await manager.says(f"补积分 {member_no} 500 谢谢")
    await confirmed(team["owner"], f"停用 {await number_of(team['owner'], before)}")
    code = re.findall(r"确认 (\w{6})", asked)[0]
    assert await manager.says(f"确认 {code}", at=1) == await manager.says(NONSENSE)
    assert "582" not in await bench.points_of(guest)


# Another store's member, to a manager, is nobody.


async def test_a_member_of_another_store_is_nobody_by_any_word(bench: Bench, team: Team) -> None:
    guest, theirs = await guest_of(bench, "cd02-1")
    _, own = await guest_of(bench, "cd01-1")
    manager, heard = team["manager"], len(bench.wechat.journal)
    await manager.says("取消")
    before = await bench.at_rest()
    forms = [
        *("查会员 {}", "补积分 {} 100 谢谢", "退卡 {}", "退充值 {}", "已核 {}", "查电话 {} 送货"),
        *(f"合并 {{}} {own} 换微信", f"合并 {own} {{}} 换微信", "撤销合并 {}"),
    ]
    for form in forms:
        answer = await manager.says(form.format(theirs), at=next(bench.turns))
        assert answer == await manager.says(form.format(NOBODY), at=next(bench.turns)), form
    after = await bench.at_rest()
    changed_tables = {name.strip('"') for name in after if after[name] != before[name]}
    assert changed_tables <= {"audit_log", "audit_head", "inbox", "replies", "followers"}
    assert bench.wechat.sent_to(guest.openid, after=heard) == []
    assert theirs in await team["other manager"].says(f"查会员 {theirs}")


async def test_a_member_of_another_store_is_not_counted(bench: Bench, team: Team) -> None:
    counted = [await members_in_export(team[who]) for who in ("manager", "other manager")]
    await guest_of(bench, "cd02-1")
    again = [await members_in_export(team[who]) for who in ("manager", "other manager")]
    assert [now - then for now, then in zip(again, counted, strict=True)] == [0, 1]


async def members_in_export(manager: Phone) -> int:
    found = re.search(r"(\d+) 人", await manager.says("导出"))
    await manager.says("取消")
    return int(found[1]) if found else 0


async def test_a_list_of_members_holds_the_own_store_and_opens_once(
    bench: Bench, team: Team
) -> None:
    (own, own_no), (_, theirs) = [await guest_of(bench, till) for till in ("cd01-1", "cd02-1")]
    await own.says("资料")
    await own.says("1 13900007788")
    manager, heard = team["manager"], len(bench.wechat.journal)
    code = await code_for(manager, "导出")
    for other in (manager, team["other manager"]):
        await other.says(f"确认 {code}")
    assert bench.wechat.sent_to(manager.openid, after=heard) == []
    await team["owner"].says(f"确认 {code}", at=1)
    link = link_in(await manager.hears(after=heard))
    listed = await get(bench, f"{link}/members.csv")
    assert (own_no in listed.html, theirs in listed.html) == (True, False)
    assert "139****7788" in listed.html
    assert (await get(bench, f"{link}/members.csv")).status == 404


async def test_a_ticket_of_another_store_is_none_by_any_word(bench: Bench, team: Team) -> None:
    guest, _ = await guest_of(bench, "cd02-1")
    number = ticket_in(await guest.says("投诉 锦里店 咖啡凉了"))
    manager, heard = team["manager"], len(bench.wechat.journal)
    figures = await manager.says("工单统计")
    words = (
        "接单 {}",
        "回复 {} 好",
        "追问 {} 好",
        "备注 {} 好",
        "办结 {}",
        "转单 {} 1",
        "涉及 {} 1",
    )
    for form in (
        *words,
        "补偿 {} 积分 1",
        "看图 {}",
        "话题 {} 咖啡",
        "改进 {} 换了机器",
        "工单 {}",
    ):
        answer = await manager.says(form.format(number), at=next(bench.turns))
        assert answer == await manager.says(form.format(NO_TICKET), at=next(bench.turns)), form
    assert number not in await queue_of(manager)
    assert number in await queue_of(team["other manager"])
    assert await manager.says("工单统计") == figures
    assert bench.wechat.sent_to(guest.openid, after=heard) == []
    assert "咖啡凉了" in await team["other manager"].says(f"工单 {number}")


# What was done and seen is on record.


async def test_who_looked_stands_in_the_trail(bench: Bench, team: Team) -> None:
    _, member_no = await guest_of(bench, "cd01-1")
    await team["clerk"].says(f"查会员 {member_no}")
    await team["other manager"].says(f"查会员 {member_no}")
    looks = await team["auditor"].says(f"谁看过 {member_no}")
    assert looks.count("店员") == 1
    assert "锦里店" not in looks
    assert "春熙路店" in looks


async def test_a_changed_and_a_missing_row_of_the_trail_are_found(bench: Bench, team: Team) -> None:
    await bench.at_rest()
    rows = await rows_of_trail(bench)
    row, newest = rows[len(rows) // 2], rows[-1]
    async with changed(bench, row, row | {"at": row["at"] + 1}):
        assert_verify_finds_it(bench)
    async with changed(bench, newest, None):
        assert_verify_finds_it(bench)
    bench.shop.verify()


def assert_verify_finds_it(bench: Bench) -> None:
    done = bench.shop.command("verify")
    assert (done.returncode, "audit" in done.stdout + done.stderr) == (1, True), done
