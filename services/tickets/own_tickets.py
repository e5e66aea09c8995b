"""Own tickets (我的工单): what somebody asked, how it stands, and what they add to it."""

from dataclasses import dataclass
from datetime import datetime

from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.tickets import (
    StepNotNow,
    Ticket,
    TicketKind,
    TicketState,
    TicketStep,
    TicketUnknown,
)
from services.shop import Shop
from services.tickets.opening import (
    A_DAY,
    Draft,
    add_words,
    open_ticket_in,
    promise_again,
    store_named,
)
from services.tickets.queues import TicketLine, ticket_lines
from services.tickets.telling import tell_owner_of
from services.tickets.texts import check_length
from storage.people import lock_follower
from storage.ticket_messages import count_added_since
from storage.tickets import (
    move_ticket,
    newest_open_ticket_of,
    newest_tickets_of,
    place_ticket,
    ticket_of_id,
)
from storage.transactions import transactional

__all__ = ["TicketLine", "TicketStep"]

MOST_LISTED = 10
MOST_ADDED_A_DAY = 30


class TicketEnded(StepNotNow):
    """What is resolved has to be opened again first."""

    wording = "tickets/not_now_closed"


class TooMuchAdded(Refusal):
    wording = "tickets/too_much_added"


@dataclass(frozen=True, slots=True)
class OwnSheet:
    """A ticket as the person reads it who asked; newest line first, without notes of staff."""

    ticket: Ticket
    lines: list[TicketLine]


async def own_tickets(person: Person) -> list[Ticket]:
    """The newest ones."""
    return await newest_tickets_of(person.follower_id, person.member_id, limit=MOST_LISTED)


async def own_ticket_sheet(shop: Shop, person: Person, ticket_id: int) -> OwnSheet:
    """What was said in it by either side. Raises TicketUnknown."""
    ticket = await own_ticket_of(person, ticket_id)
    return OwnSheet(ticket, await ticket_lines(shop, ticket, with_notes=False))


async def own_ticket_of(person: Person, ticket_id: int) -> Ticket:
    """Raises TicketUnknown for what this person did not ask."""
    ticket = await ticket_of_id(ticket_id)
    if ticket is None or not owns_ticket(person, ticket):
        raise TicketUnknown
    return ticket


async def is_own_ticket(person: Person, ticket_id: int) -> bool:
    ticket = await ticket_of_id(ticket_id)
    return ticket is not None and owns_ticket(person, ticket)


def owns_ticket(person: Person, ticket: Ticket) -> bool:
    """By the account it was opened with, or as the same member by another one."""
    if ticket.asker_left:
        return False
    if ticket.follower_id == person.follower_id:
        return True
    return ticket.member_id is not None and ticket.member_id == person.member_id


@transactional
async def add_to_ticket(
    shop: Shop, person: Person, ticket_id: int, text: str, *, key: str
) -> datetime:
    """By when it is answered. Raises TicketEnded, TooMuchAdded, TextTooLong."""
    return await add_in(shop, await own_ticket_of(person, ticket_id), text, key=key)


@transactional
async def call_human(shop: Shop, person: Person, text: str, *, key: str) -> Ticket:
    """人工: whoever waits for somebody already keeps the ticket they have."""
    await lock_follower(person.follower_id)
    waiting = await newest_open_ticket_of(person.follower_id, person.member_id)
    if waiting is None or waiting.kind is not TicketKind.HUMAN:
        return await open_ticket_in(shop, person, Draft(TicketKind.HUMAN, text), key=key)
    if text:
        await add_in(shop, waiting, text, key=key)
    return waiting


async def add_in(shop: Shop, ticket: Ticket, text: str, *, key: str) -> datetime:
    """A helper for use cases that know whose ticket it is."""
    promise_at = promise_again(shop, ticket, asked_at=shop.now())
    if not await member_step(shop, ticket, TicketStep.ADD, text, key=key):
        return ticket.due_at or promise_at
    if await count_added_since(ticket.id, shop.now() - A_DAY) > MOST_ADDED_A_DAY:
        raise TooMuchAdded(most=MOST_ADDED_A_DAY)
    # An answer that is due already does not move away by asking again.
    fresh = {} if ticket.due_at else {"escalated_at": None}
    if (store_id := store_named(shop, text)) is not None:
        await place_ticket(ticket.id, store_id, key=key)
    moved = await move_ticket(ticket.id, TicketStep.ADD, fresh, once={"due_at": promise_at})
    if moved is None:
        raise refuse_step(shop, ticket)
    await tell_owner_of(shop, moved, "tickets/staff_added", key=key)
    return moved.due_at or promise_at


async def member_step(shop: Shop, ticket: Ticket, step: TicketStep, text: str, *, key: str) -> bool:
    """Note a step of the person who asked; False when this message has taken it already.

    A helper for use cases.
    """
    return await add_words(shop, ticket.id, step, check_length(text), key=key)


def refuse_step(shop: Shop, ticket: Ticket) -> StepNotNow:
    if ticket.state in (TicketState.RESOLVED, TicketState.CLOSED):
        return TicketEnded(number=ticket.id)
    state = shop.phrase(f"tickets/state_{ticket.state}", {})
    return StepNotNow(number=ticket.id, state=state)
