"""The queue of tickets (工单队列): higher tiers first, then who has waited longest; and one ticket.

Who opens a ticket is noted in the audit trail, because a person's words stand in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from loyalty.person import Person
from loyalty.tickets import Ticket, TicketKind, TicketState, TicketStep
from services.custody.auditing import Act, audit
from services.org.staff import KnownMember, known_member
from services.shop import Shop
from services.tickets.reach import label_of, label_of_row, seen_ticket, sight_of
from services.tickets.texts import shown_text, unseal_text
from storage.instants import from_ms
from storage.sql import Row
from storage.ticket_messages import messages_of
from storage.ticket_sight import open_counts_in_sight, queue_in_sight
from storage.transactions import transactional

__all__ = ["Ticket"]

A_PAGE = 10
# Those whose next step is ours.
TO_DO = (TicketState.NEW, TicketState.TAKEN)
WITH_MEMBER = (TicketState.WAITING,)
# Steps that nobody takes without words or a picture; who calls for a human may say nothing more.
WORDY = (
    *(TicketStep.OPEN, TicketStep.ADD, TicketStep.RATE),
    *(TicketStep.REPLY, TicketStep.ASK, TicketStep.NOTE),
)


@dataclass(frozen=True, slots=True)
class Queue:
    """One page; `count` of all pages, `waiting` of those that wait for the member."""

    tickets: list[Ticket]
    count: int
    waiting: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class TicketLine:
    """A step with its words, if they are not erased; `who` is empty for the person who asked."""

    at: datetime
    step: str
    who: str
    text: str
    picture_id: int | None
    is_erased: bool


@dataclass(frozen=True, slots=True)
class TicketSheet:
    """A ticket as staff read it; `member` is None for strangers and for the unnamed."""

    ticket: Ticket
    member: KnownMember | None
    owner: str
    # Newest first.
    lines: list[TicketLine]


async def ticket_queue(
    shop: Shop, person: Person, *, waiting: bool = False, page: int = 1
) -> Queue:
    """What this person may see and has to do, or what waits for members."""
    sight, states = sight_of(shop, person), WITH_MEMBER if waiting else TO_DO
    skipped = (page - 1) * A_PAGE
    found = await queue_in_sight(sight, states, limit=A_PAGE, offset=skipped)
    counts = await open_counts_in_sight(sight)
    count = sum(counts.get(state, 0) for state in states)
    with_member = counts.get(TicketState.WAITING, 0)
    return Queue(found, count, with_member, has_more=count > skipped + A_PAGE)


@transactional
async def view_ticket(shop: Shop, person: Person, ticket_id: int, *, key: str) -> TicketSheet:
    """Everything said in it, notes included. Raises TicketUnknown."""
    ticket = await seen_ticket(shop, person, ticket_id)
    member_id, owner_id = ticket.member_id, ticket.owner_staff_id
    sheet = TicketSheet(
        ticket=ticket,
        member=await known_member(shop, member_id) if member_id is not None else None,
        owner=await label_of(shop, owner_id) if owner_id is not None else "",
        lines=await ticket_lines(shop, ticket, with_notes=True),
    )
    act = Act("ticket.view", member_id, subject=f"ticket:{ticket.id}")
    await audit(shop, person, act, key=key)
    return sheet


async def ticket_lines(shop: Shop, ticket: Ticket, *, with_notes: bool) -> list[TicketLine]:
    """Newest first; what was erased by now has no words."""
    found = await messages_of(ticket.id, with_notes=with_notes)
    may_be_silent = ticket.kind is TicketKind.HUMAN and not ticket.asker_left
    silent = (TicketStep.OPEN,) if may_be_silent else ()
    return [_line(shop, message, silent) for message in reversed(found)]


def _line(shop: Shop, message: Row, silent: Sequence[str]) -> TicketLine:
    text = unseal_text(shop, message["text_sealed"], key=message["key"])
    staff_id = message["staff_id"]
    return TicketLine(
        at=from_ms(message["created_at"]),
        step=message["step"],
        who=label_of_row(shop, staff_id, message) if staff_id is not None else "",
        text=" ".join(shown_text(text).split()),
        picture_id=message["picture_id"],
        is_erased=not (text or message["picture_id"])
        and message["step"] in WORDY
        and message["step"] not in silent,
    )
