"""How tickets end (工单了结): marked once, reopened in time, closed by themselves."""

import asyncio
from datetime import timedelta

import pytest

from loyalty.person import Person
from loyalty.staff import Role
from loyalty.tickets import StepNotNow, Ticket, TicketUnknown
from services.shop import Shop
from services.tickets.endings import (
    RatedBefore,
    TooLateToReopen,
    close_tickets,
    rate_ticket,
    reopen_ticket,
    resolve_ticket,
)
from storage.sql import change
from tests.services.staffing import a_staff
from tests.services.ticketing import a_ticket, ticket_row, told
from tests.shop_parts import MachineClock, a_member


async def resolved(shop: Shop, li: Person) -> Ticket:
    ticket = await a_ticket(shop, li)
    manager = await a_staff(shop, "manager", Role.MANAGER)
    return await resolve_ticket(shop, manager, ticket.id, "已改", key="e1")


async def test_the_member_hears_what_came_of_it_and_marks_it(shop: Shop) -> None:
    li = await a_member(shop)
    ticket = await resolved(shop, li)
    assert [("已改" in text, "重开" in text) for text in await told("li")] == [(True, True)]
    for _ in range(2):
        await rate_ticket(shop, li, ticket.id, 4, key="m1")
    found = await ticket_row(ticket)
    assert (found["state"], found["rating"]) == ("closed", 4)


async def test_of_many_marks_at_once_one_counts(shop: Shop) -> None:
    li = await a_member(shop)
    ticket = await resolved(shop, li)
    marks = [rate_ticket(shop, li, ticket.id, mark, key=f"m{mark}") for mark in range(1, 6)]
    results = await asyncio.gather(*marks, return_exceptions=True)
    assert results.count(None) == 1
    assert (await ticket_row(ticket))["rating"] == results.index(None) + 1


async def test_a_mark_stands_and_an_open_ticket_has_none(shop: Shop) -> None:
    li = await a_member(shop)
    ticket = await resolved(shop, li)
    await rate_ticket(shop, li, ticket.id, 5, key="m1")
    with pytest.raises(RatedBefore):
        await rate_ticket(shop, li, ticket.id, 1, key="m2")
    other = await a_ticket(shop, li, key="t2")
    with pytest.raises(StepNotNow):
        await rate_ticket(shop, li, other.id, 5, key="m3")
    assert (await ticket_row(other))["state"] == "new"


async def test_nobody_else_marks_or_reopens(shop: Shop) -> None:
    ticket = await resolved(shop, await a_member(shop))
    other = await a_member(shop, "other")
    with pytest.raises(TicketUnknown):
        await rate_ticket(shop, other, ticket.id, 1, key="m1")
    with pytest.raises(TicketUnknown):
        await reopen_ticket(shop, other, ticket.id, key="o1")
    assert (await ticket_row(ticket))["state"] == "resolved"


async def test_what_is_reopened_is_due_anew_and_told_to_who_resolved_it(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    ticket = await resolved(shop, li)
    await rate_ticket(shop, li, ticket.id, 1, key="m1")
    clock.pass_time(days=29)
    for _ in range(2):
        reopened = await reopen_ticket(shop, li, ticket.id, key="o1")
    assert (reopened.state, reopened.reopened, reopened.rating) == ("taken", 1, None)
    assert reopened.due_at == shop.now() + timedelta(hours=2)
    # The first promise stays as it was made.
    assert reopened.promise_at == ticket.promise_at
    assert len([text for text in await told("manager") if "重开了" in text]) == 1


async def test_after_thirty_days_it_is_too_late_to_reopen(shop: Shop, clock: MachineClock) -> None:
    li = await a_member(shop)
    ticket = await resolved(shop, li)
    clock.pass_time(days=31)
    with pytest.raises(TooLateToReopen):
        await reopen_ticket(shop, li, ticket.id, key="o1")
    assert (await ticket_row(ticket))["reopened"] == 0


async def test_what_was_resolved_a_week_ago_closes_by_itself(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    ticket = await resolved(shop, li)
    waiting = await a_ticket(shop, li, key="t2")
    clock.pass_time(days=6, hours=23)
    assert await close_tickets(shop) == 0
    clock.pass_time(hours=2)
    assert [await close_tickets(shop), await close_tickets(shop)] == [1, 0]
    assert (await ticket_row(ticket))["state"] == "closed"
    assert (await ticket_row(waiting))["state"] == "new"
    assert (await reopen_ticket(shop, li, ticket.id, key="o1")).state == "taken"


async def test_who_resolved_it_and_is_staff_no_more_hears_nothing(shop: Shop) -> None:
    li = await a_member(shop)
    ticket = await resolved(shop, li)
    await change("UPDATE staff SET state = 'stopped'")
    await a_staff(shop, "owner", Role.OWNER, "")
    before = len(await told("manager"))
    await reopen_ticket(shop, li, ticket.id, key="o1")
    assert len(await told("manager")) == before
    assert len([text for text in await told("owner") if "重开了" in text]) == 1
