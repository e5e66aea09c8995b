"""Service (服务) from outside: tickets with a number and a promise, answers that arrive, pauses."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.contract.bench import Bench
from tests.contract.client import Phone
from tests.contract.team import Team, confirmed, guest_of, queue_of, team_of, ticket_in

CLOSED_WINDOW, NOT_SUBSCRIBED = 45015, 43004
PROMISE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d 前")
POLLS_SECONDS = 2.5  # the outbox is looked at every second


@pytest.fixture
async def team(bench: Bench) -> Team:
    return await team_of(bench)


@pytest.mark.parametrize(
    "words", ["反馈 门口太滑", "投诉 锦里店 等了半小时", "人工", "人工 我要开发票"]
)
async def test_whoever_speaks_up_gets_a_number_and_a_promise(bench: Bench, words: str) -> None:
    for phone in (await bench.follower(), await bench.member()):
        push = phone.text(words)
        answer = await phone.tells(push)
        number = ticket_in(answer)
        assert PROMISE.search(answer)
        assert await phone.tells(push, at=1) == answer
        assert number in await phone.says("我的工单", at=1)


@pytest.mark.parametrize("word", ["反馈", "投诉"])
async def test_the_bare_word_takes_the_next_message(bench: Bench, word: str) -> None:
    phone = await bench.member()
    await phone.says(word)
    number = ticket_in(await phone.says("空调太冷，座位太少", at=1))
    assert "空调太冷" in await phone.says(f"工单 {number}")


async def test_an_answer_reaches_the_member_and_the_ticket_ends(bench: Bench, team: Team) -> None:
    phone, _ = await guest_of(bench, "cd01-1")
    number = ticket_in(await phone.says("投诉 春熙路店 咖啡凉了"))
    support = team["support"]
    assert number in await queue_of(support)
    sheet = await support.says(f"工单 {number}")
    assert "咖啡凉了" in sheet
    assert await heard_after(phone, support, f"回复 {number} 马上给您换一杯") == "马上给您换一杯"
    assert await heard_after(phone, support, f"追问 {number} 哪一天的？") == "哪一天的？"
    await phone.says(f"补充 {number} 今天上午", at=1)
    assert "今天上午" in await team["manager"].says(f"工单 {number}")
    assert "已办结" in await heard_after(phone, support, f"办结 {number} 已经换新")
    assert "5" in await phone.says(f"评价 {number} 5", at=1)
    assert "已关闭" in await phone.says(f"工单 {number}")


async def heard_after(phone: Phone, colleague: Phone, words: str) -> str:
    """The member's message in which the staff's words stand: the second line, or all of it."""
    before = len(phone.wechat.journal)
    push = colleague.text(words)
    first = await colleague.tells(push, at=1)
    assert await colleague.tells(push) == first
    heard = await phone.hears(after=before)
    assert len(phone.wechat.sent_to(phone.openid, after=before)) == 1
    return heard if words.startswith("办结") else heard.splitlines()[1]


async def test_nobody_reads_or_answers_the_ticket_of_another(bench: Bench, team: Team) -> None:
    phone, other = await bench.member(), await bench.member()
    number = ticket_in(await phone.says("反馈 我的地址写错了"))
    for words in (f"工单 {number}", f"补充 {number} 我也是", f"评价 {number} 1", f"重开 {number}"):
        assert await other.says(words) == await other.says(words.replace(number, "999999"))
    for role in ("clerk", "marketing", "auditor"):
        assert "我的地址" not in await team[role].says(f"工单 {number}")
    assert "我也是" not in await phone.says(f"工单 {number}")


async def test_notes_between_staff_are_theirs_alone(bench: Bench, team: Team) -> None:
    phone, _ = await guest_of(bench, "cd01-1")
    number = ticket_in(await phone.says("投诉 春熙路店 咖啡凉了"))
    before = len(bench.wechat.journal)
    await team["support"].says(f"备注 {number} 常来吵的那位")
    assert "常来吵" in await team["manager"].says(f"工单 {number}", at=1)
    assert "常来吵" not in await phone.says(f"工单 {number}")
    assert bench.wechat.sent_to(phone.openid, after=before) == []


async def test_staff_named_in_a_complaint_do_not_see_it(bench: Bench, team: Team) -> None:
    phone, _ = await guest_of(bench, "cd01-1")
    own = re.findall(r"店长 (\d+) 号（春熙路店）", await team["owner"].says("员工"))[0]
    number = ticket_in(await phone.says(f"投诉 春熙路店 员工{own} 骂人"))
    manager = team["manager"]
    unknown = await manager.says("接单 999999")
    for words in (f"工单 {number}", f"接单 {number}", f"回复 {number} 好", f"办结 {number}"):
        assert await manager.says(words, at=1) == unknown
    assert "骂人" in await team["owner"].says(f"工单 {number}")


async def test_who_speaks_without_a_name_is_nobody_to_the_store(bench: Bench, team: Team) -> None:
    phone, member_no = await guest_of(bench, "cd01-1")
    number = ticket_in(await phone.says("匿名投诉 春熙路店 后厨不干净"))
    sheet = await team["manager"].says(f"工单 {number}")
    assert "后厨不干净" in sheet
    assert member_no not in sheet
    assert await heard_after(phone, team["manager"], f"回复 {number} 已经整改") == "已经整改"


async def test_what_came_too_late_is_the_first_line_of_the_next_contact(
    bench: Bench, team: Team
) -> None:
    phone = await bench.member()
    await answer_in_vain(bench, team["support"], phone, CLOSED_WINDOW)
    push = phone.text("积分")
    answer = await phone.tells(push, at=1)
    assert 0 <= answer.find("已经铺了地垫") < answer.find("50")
    assert await phone.tells(push) == answer
    assert "已经铺了地垫" not in await phone.says("积分")


async def test_who_left_hears_the_answer_on_coming_back(bench: Bench, team: Team) -> None:
    phone, joined_at = await bench.member(), int(time.time())
    assert (await phone.leaves()).status == 200
    await answer_in_vain(bench, team["support"], phone, NOT_SUBSCRIBED)
    # Two follows of one second are one event to WeChat.
    await bench.until(lambda: int(time.time()) > joined_at)
    assert "已经铺了地垫" in (await phone.follows(at=1)).splitlines()
    assert "已经铺了地垫" not in await phone.says("积分")


async def answer_in_vain(bench: Bench, support: Phone, phone: Phone, code: int) -> None:
    """The answer to a new ticket is refused by the platform, and kept; who left is not called."""
    number = ticket_in(await phone.says("反馈 门口太滑"))
    bench.wechat.unreachable[phone.openid] = code
    await support.says(f"回复 {number} 已经铺了地垫")
    if code != NOT_SUBSCRIBED:
        await bench.until(lambda: any(phone.openid == one.openid for one in bench.wechat.refused))
    await bench.at_rest()
    del bench.wechat.unreachable[phone.openid]


async def test_a_remedy_is_confirmed_and_credited_once(bench: Bench, team: Team) -> None:
    phone, _ = await guest_of(bench, "cd01-1")
    number = ticket_in(await phone.says("投诉 春熙路店 咖啡凉了"))
    before = len(bench.wechat.journal)
    assert "100" in await confirmed(team["support"], f"补偿 {number} 积分 100")
    assert "100" in await phone.hears(after=before)
    assert "182" in await bench.points_of(phone)


# Sending is paused and goes on.


async def test_nothing_is_sent_between_pausing_and_resuming(bench: Bench, team: Team) -> None:
    phone = await bench.member()
    number = ticket_in(await phone.says("反馈 门口太滑"))
    async with sending_paused(team["owner"]):
        before = len(bench.wechat.journal)
        assert "已回复" in await team["support"].says(f"回复 {number} 已经铺了地垫", at=1)
        assert "50" in await bench.points_of(phone)
        await asyncio.sleep(POLLS_SECONDS)
        assert bench.wechat.journal[before:] == []
        assert [await gauge(bench, server.admin_url) for server in bench.shop.servers] == [
            1
        ] * bench.shop.process_count
    assert "已经铺了地垫" in await phone.hears(after=before)
    await bench.at_rest()
    assert len(bench.wechat.sent_to(phone.openid, after=before)) == 1


@asynccontextmanager
async def sending_paused(owner: Phone) -> AsyncIterator[None]:
    assert "已暂停" in await confirmed(owner, "暂停发送 群发发错了")
    try:
        yield
    finally:
        assert "已恢复" in await confirmed(owner, "恢复发送")


async def gauge(bench: Bench, admin_url: str) -> int:
    async with bench.session.get(f"{admin_url}/metrics") as answer:
        found = re.search(r"^\w*sending_paused (\d)", await answer.text(), re.MULTILINE)
    assert found
    return int(found[1])
