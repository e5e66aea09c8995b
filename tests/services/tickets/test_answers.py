"""Answering tickets (答复工单): by who may see them, once a message, never by whom it is about."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from loyalty.person import Person
from loyalty.staff import NotAllowed, Role
from loyalty.tickets import StepNotNow, Ticket, TicketStep, TicketUnknown
from services.shop import Shop
from services.tickets.answers import (
    StaffNumberUnknown,
    StaffUnfit,
    TakenByAnother,
    answer_ticket,
    hand_ticket_over,
    name_subject,
    note_in_ticket,
    take_ticket,
)
from services.tickets.endings import resolve_ticket
from services.tickets.own_tickets import add_to_ticket, own_ticket_sheet
from services.tickets.queues import ticket_queue, view_ticket
from storage.sql import change, rows
from tests.services.staffing import a_staff
from tests.services.ticketing import a_ticket, messages, replied, ticket_row, told
from tests.shop_parts import MachineClock, a_follower, a_member

Try = Callable[[Shop, Person, Ticket], Awaitable[object]]
EVERY_STEP: dict[str, Try] = {
    "view": lambda shop, person, ticket: view_ticket(shop, person, ticket.id, key="x"),
    "take": lambda shop, person, ticket: take_ticket(shop, person, ticket.id, key="x"),
    "reply": lambda shop, person, ticket: replied(shop, person, ticket, key="x"),
    "note": lambda shop, person, ticket: note_in_ticket(shop, person, ticket.id, "…", key="x"),
    "hand": lambda shop, person, ticket: hand_ticket_over(shop, person, ticket.id, 1, key="x"),
    "name": lambda shop, person, ticket: name_subject(shop, person, ticket.id, 1, key="x"),
    "resolve": lambda shop, person, ticket: resolve_ticket(shop, person, ticket.id, "", key="x"),
}


async def everything() -> list[object]:
    tables = ("tickets", "ticket_messages", "ticket_subjects", "outbox", "audit_log")
    return [await rows(f"SELECT * FROM {table} ORDER BY id") for table in tables]


async def number_of(person: Person) -> int:
    assert person.staff_id is not None
    return person.staff_id


@pytest.mark.parametrize("step", EVERY_STEP)
async def test_another_stores_manager_finds_nothing_and_leaves_nothing(
    shop: Shop, step: str
) -> None:
    other = await a_staff(shop, "other", Role.MANAGER, "cd02")
    ticket = await a_ticket(shop, await a_member(shop))
    before = await everything()
    with pytest.raises(TicketUnknown):
        await EVERY_STEP[step](shop, other, ticket)
    assert await everything() == before


@pytest.mark.parametrize("step", EVERY_STEP)
async def test_a_clerk_has_no_such_words(shop: Shop, step: str) -> None:
    clerk = await a_staff(shop)
    ticket = await a_ticket(shop, await a_member(shop))
    before = await everything()
    with pytest.raises(NotAllowed):
        await EVERY_STEP[step](shop, clerk, ticket)
    assert await everything() == before


@pytest.mark.parametrize("step", EVERY_STEP)
async def test_whom_a_ticket_is_about_finds_no_such_ticket(shop: Shop, step: str) -> None:
    manager = await a_staff(shop, "manager", Role.MANAGER)
    text = f"春熙路店 店长 {await number_of(manager)} 号"
    ticket = await a_ticket(shop, await a_member(shop), text)
    with pytest.raises(TicketUnknown):
        await EVERY_STEP[step](shop, manager, ticket)
    assert (await ticket_queue(shop, manager)).tickets == []
    assert await told("manager") == []


async def test_nor_by_another_account_or_under_a_new_number(shop: Shop) -> None:
    ticket = await a_ticket(shop, await a_member(shop))
    first = await a_staff(shop, "manager", Role.MANAGER)
    owner = await a_staff(shop, "owner", Role.OWNER, "")
    await name_subject(shop, owner, ticket.id, await number_of(first), key="n")
    again = await a_staff(shop, "manager", Role.MANAGER)
    assert await number_of(again) != await number_of(first)
    second = await a_staff(shop, "second", Role.MANAGER)
    await change("UPDATE followers SET unionid = 'u' WHERE openid IN ($1, $2)", *openids())
    for person in (again, second):
        with pytest.raises(TicketUnknown):
            await view_ticket(shop, person, ticket.id, key=person.openid)


def openids() -> tuple[str, str]:
    return "openid-manager", "openid-second"


async def test_a_complaint_about_the_manager_goes_to_the_owner(shop: Shop) -> None:
    manager = await a_staff(shop, "manager", Role.MANAGER)
    await a_staff(shop, "owner", Role.OWNER, "")
    await a_ticket(shop, await a_member(shop), f"春熙路店 店长{await number_of(manager)}")
    assert (len(await told("manager")), len(await told("owner"))) == (0, 1)


async def test_the_nearest_are_told_and_nobody_reads_the_words(shop: Shop) -> None:
    for name, role, store, region in (
        ("manager", Role.MANAGER, "cd01", ""),
        ("clerk", Role.CLERK, "cd01", ""),
        ("region", Role.MANAGER, "", "cd"),
        ("support", Role.SUPPORT, "", ""),
        ("owner", Role.OWNER, "", ""),
    ):
        await a_staff(shop, name, role, store, region=region)
    await a_ticket(shop, await a_member(shop), "春熙路店 张三")
    told_of = {name: await told(name) for name in ("manager", "clerk", "region", "support")}
    assert [len(lines) for lines in told_of.values()] == [1, 0, 0, 0]
    assert "张三" not in told_of["manager"][0]
    await a_ticket(shop, await a_member(shop), "张三", key="t2")
    assert (len(await told("support")), len(await told("owner"))) == (1, 0)


async def test_what_belongs_to_no_store_is_for_the_brand_and_for_support(shop: Shop) -> None:
    ticket = await a_ticket(shop, await a_member(shop), "太慢")
    support = await a_staff(shop, "support", Role.SUPPORT, "cd02")
    manager = await a_staff(shop, "manager", Role.MANAGER)
    assert (await view_ticket(shop, support, ticket.id, key="v")).ticket == ticket
    with pytest.raises(TicketUnknown):
        await view_ticket(shop, manager, ticket.id, key="v2")


async def test_of_two_who_take_it_at_once_one_has_it(shop: Shop) -> None:
    ticket = await a_ticket(shop, await a_member(shop))
    staff = [await a_staff(shop, f"m{number}", Role.MANAGER) for number in range(4)]
    tries = [take_ticket(shop, person, ticket.id, key=person.openid) for person in staff]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, TakenByAnother) for result in results) == 3
    assert len(await messages()) == 2


async def test_what_somebody_took_who_left_may_be_taken_by_another(shop: Shop) -> None:
    ticket = await a_ticket(shop, await a_member(shop))
    gone = await a_staff(shop, "gone", Role.MANAGER)
    manager = await a_staff(shop, "manager", Role.MANAGER)
    await take_ticket(shop, gone, ticket.id, key="k1")
    with pytest.raises(TakenByAnother):
        await take_ticket(shop, manager, ticket.id, key="k2")
    await change("UPDATE staff SET state = 'stopped' WHERE id = $1", gone.staff_id)
    taken = await take_ticket(shop, manager, ticket.id, key="k3")
    assert taken.owner_staff_id == manager.staff_id


async def test_a_reply_reaches_the_member_once_and_the_first_one_counts(
    shop: Shop, clock: MachineClock
) -> None:
    ticket = await a_ticket(shop, await a_member(shop))
    manager = await a_staff(shop, "manager", Role.MANAGER)
    clock.pass_time(minutes=5)
    results = await asyncio.gather(*[replied(shop, manager, ticket) for _ in range(5)])
    assert len(results) == 5
    clock.pass_time(minutes=5)
    last = await replied(shop, manager, ticket, key="r2")
    assert last.first_reply_at == ticket.created_at + timedelta(minutes=5)
    assert len([text for text in await told("li") if "回复你的工单" in text]) == 2
    waiting = await rows("SELECT DISTINCT otherwise FROM outbox WHERE openid = 'openid-li'")
    assert waiting == [{"otherwise": "first_line"}]


async def test_somebody_who_left_the_account_is_answered_by_their_other_one(shop: Shop) -> None:
    li = await a_member(shop)
    ticket = await a_ticket(shop, li)
    await a_follower(shop, "phone")
    await change("UPDATE followers SET member_id = $1 WHERE openid = 'openid-phone'", li.member_id)
    await change("UPDATE followers SET follows = FALSE WHERE openid = 'openid-li'")
    await replied(shop, await a_staff(shop, "manager", Role.MANAGER), ticket)
    assert (len(await told("li")), len(await told("phone"))) == (0, 1)


async def test_a_question_waits_for_the_member(shop: Shop) -> None:
    li, manager = await a_member(shop), await a_staff(shop, "manager", Role.MANAGER)
    ticket = await a_ticket(shop, li)
    await answer_ticket(shop, manager, ticket.id, "几点", step=TicketStep.ASK, key="q")
    assert (await ticket_queue(shop, manager)).tickets == []
    assert (await ticket_queue(shop, manager, waiting=True)).count == 1
    await add_to_ticket(shop, li, ticket.id, "十点", key="a")
    assert (await ticket_queue(shop, manager)).count == 1


async def test_members_read_no_notes(shop: Shop) -> None:
    li, manager = await a_member(shop), await a_staff(shop, "manager", Role.MANAGER)
    ticket = await a_ticket(shop, li)
    await note_in_ticket(shop, manager, ticket.id, "查监控", key="n")
    assert [line.step for line in (await own_ticket_sheet(shop, li, ticket.id)).lines] == ["open"]
    sheet = await view_ticket(shop, manager, ticket.id, key="v")
    assert [line.text for line in sheet.lines] == ["查监控", "春熙路店 太慢"]


async def test_an_unnamed_ticket_shows_nobody_and_is_answered_all_the_same(shop: Shop) -> None:
    manager = await a_staff(shop, "manager", Role.MANAGER)
    ticket = await a_ticket(shop, await a_member(shop), anonymous=True)
    assert (await view_ticket(shop, manager, ticket.id, key="v")).member is None
    await replied(shop, manager, ticket)
    assert len(await told("li")) == 1
    audited = await rows("SELECT member_id FROM audit_log WHERE what LIKE 'ticket.%'")
    assert {line["member_id"] for line in audited} == {None}


async def test_whoever_looks_is_noted_once_a_message(shop: Shop) -> None:
    li, manager = await a_member(shop), await a_staff(shop, "manager", Role.MANAGER)
    ticket = await a_ticket(shop, li)
    for key in ("v1", "v1", "v2"):
        await view_ticket(shop, manager, ticket.id, key=key)
    found = await rows(
        "SELECT staff_id, member_id, subject FROM audit_log WHERE what = 'ticket.view'"
    )
    assert [tuple(line.values()) for line in found] == [
        (manager.staff_id, li.member_id, f"ticket:{ticket.id}")
    ] * 2


async def test_the_brand_sends_a_ticket_to_a_store_by_handing_it_over(shop: Shop) -> None:
    ticket = await a_ticket(shop, await a_member(shop), "太慢")
    owner = await a_staff(shop, "owner", Role.OWNER, "")
    manager = await a_staff(shop, "manager", Role.MANAGER, "cd02")
    await hand_ticket_over(shop, owner, ticket.id, await number_of(manager), key="h")
    assert (await ticket_row(ticket))["store_id"] == 2
    assert [text for text in await told("manager") if "转给你" in text]
    assert (await ticket_queue(shop, manager)).count == 1


async def test_a_store_hands_nothing_to_other_stores_or_to_clerks(shop: Shop) -> None:
    ticket = await a_ticket(shop, await a_member(shop))
    manager = await a_staff(shop, "manager", Role.MANAGER)
    other = await a_staff(shop, "other", Role.MANAGER, "cd02")
    clerk = await a_staff(shop, "clerk")
    for target in (await number_of(other), await number_of(clerk), 99):
        with pytest.raises(StaffUnfit):
            await hand_ticket_over(shop, manager, ticket.id, target, key=f"h{target}")
    assert len(await messages()) == 1


async def test_who_is_named_loses_what_they_had_taken(shop: Shop) -> None:
    ticket = await a_ticket(shop, await a_member(shop))
    manager = await a_staff(shop, "manager", Role.MANAGER)
    owner = await a_staff(shop, "owner", Role.OWNER, "")
    await take_ticket(shop, manager, ticket.id, key="k")
    with pytest.raises(StaffNumberUnknown):
        await name_subject(shop, owner, ticket.id, 99, key="n0")
    await name_subject(shop, owner, ticket.id, await number_of(manager), key="n1")
    found = await ticket_row(ticket)
    assert (found["state"], found["owner_staff_id"]) == ("new", None)


async def test_what_is_resolved_is_not_answered(shop: Shop) -> None:
    ticket = await a_ticket(shop, await a_member(shop))
    manager = await a_staff(shop, "manager", Role.MANAGER)
    await resolve_ticket(shop, manager, ticket.id, "", key="e")
    for step in ("take", "reply", "resolve"):
        with pytest.raises(StepNotNow):
            await EVERY_STEP[step](shop, manager, ticket)
    assert len(await told("li")) == 1


async def test_the_queue_is_higher_rungs_first_then_who_waited_longest(
    shop: Shop, clock: MachineClock
) -> None:
    owner = await a_staff(shop, "owner", Role.OWNER, "")
    for name in ("first", "second", "gold"):
        ticket = await a_ticket(shop, await a_member(shop, name), key=name)
        clock.pass_time(minutes=1)
    await change("UPDATE tickets SET tier_rank = 2 WHERE id = $1", ticket.id)
    queue = await ticket_queue(shop, owner)
    assert [found.id for found in queue.tickets] == [ticket.id, ticket.id - 2, ticket.id - 1]


async def test_the_queue_has_pages_of_ten(shop: Shop) -> None:
    owner = await a_staff(shop, "owner", Role.OWNER, "")
    li = await a_member(shop)
    for number in range(11):
        await a_ticket(shop, li, kind="data", key=f"t{number}")
    pages = [await ticket_queue(shop, owner, page=page) for page in (1, 2, 3)]
    assert [len(queue.tickets) for queue in pages] == [10, 1, 0]
    assert [(queue.count, queue.has_more) for queue in pages] == [
        (11, True),
        (11, False),
        (11, False),
    ]
