"""超时升级: a late answer is told to managers, then to owners, never to whom it is about."""

from datetime import timedelta

import pytest

from loyalty.person import Person
from loyalty.staff import Role
from loyalty.tickets import Ticket, TicketStep
from services.shop import Shop
from services.tickets.answers import answer_ticket, name_subject
from services.tickets.endings import resolve_ticket
from services.tickets.escalation import escalate_tickets, tell_managers
from services.tickets.opening import Draft, open_ticket
from services.tickets.own_tickets import add_to_ticket
from storage.sql import rows
from tests.services.staffing import a_staff
from tests.shop_parts import MachineClock, a_follower

# A complaint is promised an answer within two hours of service.
PROMISE = timedelta(hours=2)


async def complain(shop: Shop, *, store: int | None = 1, key: str = "c1") -> Ticket:
    draft = Draft("complaint", "太慢", store_id=store)
    return await open_ticket(shop, await a_follower(shop), draft, key=key)


async def told(shop: Shop) -> list[str]:
    """Who was told of late answers, oldest first."""
    found = await rows("SELECT openid FROM outbox WHERE key LIKE '%overdue:%' ORDER BY id")
    return [line["openid"].removeprefix("openid-") for line in found]


@pytest.fixture
async def team(shop: Shop) -> dict[str, Person]:
    return {
        "manager": await a_staff(shop, "manager", Role.MANAGER, "cd01"),
        "area": await a_staff(shop, "area", Role.MANAGER, "", region="cd"),
        "other": await a_staff(shop, "other", Role.MANAGER, "cd02"),
        "owner": await a_staff(shop, "owner", Role.OWNER, ""),
    }


@pytest.mark.usefixtures("team")
async def test_nobody_is_told_before_the_promise_is_over(shop: Shop, clock: MachineClock) -> None:
    await complain(shop)
    clock.now += PROMISE
    assert await escalate_tickets(shop) == 0
    assert await told(shop) == []


@pytest.mark.usefixtures("team")
async def test_managers_of_store_and_region_hear_of_it_once(
    shop: Shop, clock: MachineClock
) -> None:
    ticket = await complain(shop)
    clock.now += PROMISE + timedelta(minutes=1)
    assert await escalate_tickets(shop) == 1
    assert await escalate_tickets(shop) == 0
    assert not await tell_managers(shop, ticket)
    assert await told(shop) == ["manager", "area"]


@pytest.mark.usefixtures("team")
async def test_owners_hear_of_it_when_as_much_time_has_passed_again(
    shop: Shop, clock: MachineClock
) -> None:
    await complain(shop)
    clock.now += 2 * PROMISE
    await escalate_tickets(shop)
    assert await told(shop) == ["manager", "area"]
    clock.now += timedelta(minutes=1)
    assert [await escalate_tickets(shop) for _ in range(2)] == [1, 0]
    assert await told(shop) == ["manager", "area", "owner"]


async def test_owners_hear_once_where_both_turns_come_together(
    shop: Shop, clock: MachineClock
) -> None:
    await a_staff(shop, "owner", Role.OWNER, "")
    await complain(shop)
    clock.now += 3 * PROMISE
    assert await escalate_tickets(shop) == 2
    assert await told(shop) == ["owner"]


async def test_whom_it_is_about_is_told_nothing(
    shop: Shop, clock: MachineClock, team: dict[str, Person]
) -> None:
    ticket = await complain(shop)
    manager = team["manager"]
    assert manager.staff_id is not None
    await name_subject(shop, team["owner"], ticket.id, manager.staff_id, key="n1")
    clock.now += PROMISE * 2 + timedelta(minutes=1)
    await escalate_tickets(shop)
    assert await told(shop) == ["area", "owner"]


@pytest.mark.usefixtures("team")
async def test_what_is_of_no_store_goes_to_the_owners_at_once(
    shop: Shop, clock: MachineClock
) -> None:
    await complain(shop, store=None)
    clock.now += PROMISE + timedelta(minutes=1)
    await escalate_tickets(shop)
    assert await told(shop) == ["owner"]


async def test_what_is_answered_or_ended_is_late_no_more(
    shop: Shop, clock: MachineClock, team: dict[str, Person]
) -> None:
    first, second = await complain(shop), await complain(shop, key="c2")
    owner = team["owner"]
    await answer_ticket(shop, owner, first.id, "马上", step=TicketStep.REPLY, key="a1")
    await resolve_ticket(shop, owner, second.id, "", key="a2")
    clock.now += timedelta(days=3)
    assert await escalate_tickets(shop) == 0


async def test_a_new_question_in_an_old_ticket_can_be_late_again(
    shop: Shop, clock: MachineClock, team: dict[str, Person]
) -> None:
    ticket = await complain(shop)
    clock.now += PROMISE * 2 + timedelta(minutes=1)
    await escalate_tickets(shop)
    await answer_ticket(shop, team["owner"], ticket.id, "好", step=TicketStep.REPLY, key="a1")
    await add_to_ticket(shop, await a_follower(shop), ticket.id, "还是慢", key="p1")
    assert await escalate_tickets(shop) == 0
    clock.now += PROMISE * 2 + timedelta(minutes=1)
    assert await escalate_tickets(shop) == 2
    assert await told(shop) == ["manager", "area", "owner"] * 2
