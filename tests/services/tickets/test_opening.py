"""Opening tickets (开工单): once a message, for the right store, with a promise that is kept."""

import asyncio
from datetime import timedelta

import pytest

from loyalty.staff import Role
from loyalty.tickets import TicketUnknown
from services.shop import Shop
from services.tickets.endings import resolve_ticket
from services.tickets.opening import Draft, TooManyTickets, open_ticket
from services.tickets.own_tickets import (
    TicketEnded,
    TooMuchAdded,
    add_to_ticket,
    call_human,
    own_ticket_of,
    own_ticket_sheet,
    own_tickets,
)
from services.tickets.texts import TextTooLong
from storage.sql import change, rows
from storage.tickets import newest_open_ticket_of
from tests.services.merging import merge
from tests.services.staffing import a_staff
from tests.services.ticketing import a_ticket, messages, replied, ticket_row, told
from tests.shop_parts import MachineClock, a_follower, a_member


async def test_many_at_once_with_one_key_are_one_ticket(shop: Shop) -> None:
    li = await a_member(shop)
    found = await asyncio.gather(*[a_ticket(shop, li) for _ in range(8)])
    assert len({ticket.id for ticket in found}) == 1
    assert len(await messages()) == 1


async def test_the_words_lie_sealed_in_the_tables(shop: Shop) -> None:
    ticket = await a_ticket(shop, await a_member(shop), "春熙路店 张三 太慢")
    for table in ("tickets", "ticket_messages", "outbox", "audit_log"):
        assert "张三" not in str(await rows(f"SELECT * FROM {table}")), table
    li = await a_member(shop)
    [line] = (await own_ticket_sheet(shop, li, ticket.id)).lines
    assert line.text == "春熙路店 张三 太慢"


async def test_a_stranger_may_ask_and_no_membership_comes_of_it(shop: Shop) -> None:
    guest = await a_follower(shop, "guest")
    ticket = await a_ticket(shop, guest, kind="human", key="g")
    assert (ticket.member_id, ticket.tier_rank) == (None, 0)
    assert await own_tickets(guest) == [ticket]


async def test_the_store_is_the_one_that_is_named(shop: Shop) -> None:
    li = await a_member(shop)
    await change("UPDATE members SET home_store_id = 2")
    stores = {
        text: (await a_ticket(shop, li, text, kind=kind, key=text)).store_id
        for text, kind in (("春熙路店 冷", "complaint"), ("冷", "complaint"), ("热", "feedback"))
    }
    # A complaint that names no store may be about the home store itself.
    assert list(stores.values()) == [1, None, 2]


async def test_a_higher_rung_comes_first_and_waits_half_as_long(shop: Shop) -> None:
    plain = await a_ticket(shop, await a_member(shop), kind="complaint")
    gold = await a_member(shop, "gold")
    await change(
        "INSERT INTO member_tiers (member_id, tier, growth, since_on)"
        " VALUES ($1, 'gold', 99999, '2027-01-01')",
        gold.member_id,
    )
    ticket = await a_ticket(shop, gold, kind="complaint", key="gold")
    assert ticket.tier_rank > plain.tier_rank == 0
    assert plain.promise_at - shop.now() == timedelta(hours=2)
    assert ticket.promise_at - shop.now() == timedelta(hours=1)


async def test_an_unnamed_ticket_keeps_nobodys_membership(shop: Shop) -> None:
    li = await a_member(shop)
    ticket = await a_ticket(shop, li, anonymous=True)
    assert (ticket.member_id, ticket.tier_rank) == (None, 0)
    assert await own_ticket_of(li, ticket.id) == ticket


async def test_of_one_person_so_many_tickets_a_day_and_no_more(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    for number in range(10):
        await a_ticket(shop, li, key=f"t{number}")
    with pytest.raises(TooManyTickets):
        await a_ticket(shop, li, key="one more")
    assert await a_ticket(shop, li, key="t3") == await own_ticket_of(li, 4)
    # What the shop itself opens for somebody is not refused.
    assert await a_ticket(shop, li, kind="closing", key="closing")
    clock.pass_time(hours=25)
    assert await a_ticket(shop, li, key="tomorrow")


async def test_a_text_too_long_opens_nothing(shop: Shop) -> None:
    with pytest.raises(TextTooLong):
        await a_ticket(shop, await a_member(shop), "慢" * 1001)
    assert await rows("SELECT * FROM tickets") == []


async def test_whoever_waits_for_a_human_keeps_the_ticket(shop: Shop) -> None:
    li = await a_member(shop)
    first = await call_human(shop, li, "", key="h1")
    assert await call_human(shop, li, "", key="h2") == first
    again = await call_human(shop, li, "还在吗", key="h3")
    assert again.id == first.id
    assert [message["step"] for message in await messages()] == ["open", "add"]


async def test_nobody_reads_or_adds_to_what_somebody_else_asked(shop: Shop) -> None:
    ticket = await a_ticket(shop, await a_member(shop))
    other = await a_member(shop, "other")
    for tried in (own_ticket_sheet(shop, other, ticket.id), own_ticket_sheet(shop, other, 99)):
        with pytest.raises(TicketUnknown):
            await tried
    with pytest.raises(TicketUnknown):
        await add_to_ticket(shop, other, ticket.id, "…", key="a1")
    assert len(await messages()) == 1


async def test_what_is_added_is_due_again_and_told_to_whoever_took_it(
    shop: Shop, clock: MachineClock
) -> None:
    li, manager = await a_member(shop), await a_staff(shop, "manager", Role.MANAGER)
    ticket = await a_ticket(shop, li)
    await replied(shop, manager, ticket)
    assert (await ticket_row(ticket))["due_at"] is None
    clock.pass_time(minutes=10)
    promise = await add_to_ticket(shop, li, ticket.id, "还是慢", key="a1")
    assert promise == shop.now() + timedelta(hours=2)
    assert await add_to_ticket(shop, li, ticket.id, "还是慢", key="a1") == promise
    assert len([text for text in await told("manager") if "补充了" in text]) == 1


async def test_asking_again_does_not_move_what_is_due(shop: Shop, clock: MachineClock) -> None:
    li = await a_member(shop)
    ticket = await a_ticket(shop, li)
    clock.pass_time(minutes=90)
    assert await add_to_ticket(shop, li, ticket.id, "快点", key="a1") == ticket.promise_at


async def test_nobody_drowns_a_ticket_in_words(shop: Shop) -> None:
    li = await a_member(shop)
    ticket = await a_ticket(shop, li)
    for number in range(29):
        await add_to_ticket(shop, li, ticket.id, "…", key=f"a{number}")
    with pytest.raises(TooMuchAdded):
        await add_to_ticket(shop, li, ticket.id, "…", key="too much")


async def test_what_is_resolved_is_opened_again_before_anything_is_added(shop: Shop) -> None:
    li, manager = await a_member(shop), await a_staff(shop, "manager", Role.MANAGER)
    ticket = await a_ticket(shop, li)
    assert await newest_open_ticket_of(li.follower_id, li.member_id) is not None
    await resolve_ticket(shop, manager, ticket.id, "", key="e1")
    with pytest.raises(TicketEnded):
        await add_to_ticket(shop, li, ticket.id, "还有", key="a1")
    assert await newest_open_ticket_of(li.follower_id, li.member_id) is None


async def test_a_ticket_belongs_to_whom_the_member_became_meanwhile(shop: Shop) -> None:
    wang, li = await a_member(shop, "wang"), await a_member(shop, "li")
    await merge(shop, wang, li)
    ticket = await open_ticket(shop, li, Draft("human", "有人吗"), key="t1")
    assert ticket.member_id == wang.member_id


async def test_the_first_words_place_a_ticket_that_nobody_has_taken(shop: Shop) -> None:
    wang = await a_follower(shop)
    for number, (taken, store_id) in enumerate([(False, 1), (True, None)]):
        ticket = await a_ticket(shop, wang, "", kind="feedback", key=f"t{number}")
        if taken:
            owner = await a_staff(shop, "owner", Role.OWNER, "")
            await replied(shop, owner, ticket)
        for place in ("春熙路店", "宽窄巷子店"):
            await add_to_ticket(shop, wang, ticket.id, f"{place}太冷", key=f"a{number}{place}")
        assert (await ticket_row(ticket))["store_id"] == store_id
