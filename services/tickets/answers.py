"""Answers to tickets (接单、回复、追问、备注、转单、涉及): what staff do while one is open.

Each word changes nothing but the ticket, so none waits for a confirmation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.staff import Right, has_right
from loyalty.tickets import AFTER, StepNotNow, Ticket, TicketStep
from services.custody.auditing import Act, audit
from services.messages.telling import tell_follower
from services.org.staff import reach_of
from services.shop import Shop
from services.tickets.opening import add_words
from services.tickets.reach import label_of, label_of_row, seen_ticket
from services.tickets.telling import facts_of_ticket, may_handle, tell_asker
from services.tickets.texts import check_length, shown_text
from storage.sql import Row
from storage.ticket_sight import staff_besides_subjects, staff_of_id
from storage.tickets import Guard, move_ticket, name_subjects, not_anothers, ticket_of_id
from storage.transactions import transactional

__all__ = ["Ticket", "TicketStep"]

TELLING = {TicketStep.REPLY: "tickets/told_reply", TicketStep.ASK: "tickets/told_question"}


class TakenByAnother(Refusal):
    wording = "tickets/taken_by_another"


class StaffUnfit(Refusal):
    """Not staff, without the right, of another place, or whom the ticket is about."""

    wording = "tickets/staff_unfit"


class StaffNumberUnknown(Refusal):
    wording = "tickets/staff_unknown"


@dataclass(frozen=True, slots=True)
class StaffStep:
    """A step of the staff: what it sets, what it sets only once, and what may forbid it."""

    step: TicketStep
    changes: Mapping[str, object] = field(default_factory=dict)
    once: Mapping[str, object] = field(default_factory=dict)
    guard: Guard | None = None


@transactional
async def take_ticket(shop: Shop, person: Person, ticket_id: int, *, key: str) -> Ticket:
    """Raises TakenByAnother unless that one is staff no more."""
    ticket = await seen_ticket(shop, person, ticket_id)
    staff_id = _staff_id(person)
    move = StaffStep(TicketStep.TAKE, {"owner_staff_id": staff_id}, guard=not_anothers(staff_id))
    moved = await move_by_staff(shop, person, ticket, move, key=key)
    await audit_ticket(shop, person, ticket, move.step, key=key)
    return moved or ticket


@transactional
async def answer_ticket(
    shop: Shop, person: Person, ticket_id: int, text: str, *, step: TicketStep, key: str
) -> Ticket:
    """Reply or ask: the member reads it, and nothing is due until they write again."""
    ticket = await seen_ticket(shop, person, ticket_id)
    once = {"first_reply_at": shop.now(), "owner_staff_id": person.staff_id}
    move = StaffStep(step, {"due_at": None}, once)
    moved = await move_by_staff(shop, person, ticket, move, text=text, key=key)
    if moved is None:
        return ticket
    who = await label_of(shop, _staff_id(person))
    facts = {"number": ticket.id, "who": who, "text": shown_text(text)}
    await tell_asker(shop, moved, TELLING[step], facts, key=key)
    await audit_ticket(shop, person, moved, step, key=key)
    return moved


@transactional
async def note_in_ticket(
    shop: Shop, person: Person, ticket_id: int, text: str, *, key: str
) -> Ticket:
    """Only staff read it."""
    ticket = await seen_ticket(shop, person, ticket_id)
    move = StaffStep(TicketStep.NOTE)
    moved = await move_by_staff(shop, person, ticket, move, text=text, key=key)
    await audit_ticket(shop, person, ticket, move.step, key=key)
    return moved or ticket


@transactional
async def hand_ticket_over(
    shop: Shop, person: Person, ticket_id: int, staff_id: int, *, key: str
) -> str:
    """Whose it is now, as people read it. Raises StaffUnfit.

    Who sees the whole brand may send it to a store by handing it to somebody there.
    """
    ticket = await seen_ticket(shop, person, ticket_id)
    able = {row["staff_id"]: row for row in await staff_besides_subjects(ticket.id)}
    target = able.get(staff_id)
    if target is None or not has_right(target["role"], Right.TICKETS):
        raise StaffUnfit(staff=staff_id)
    changes: dict[str, object] = {"owner_staff_id": staff_id}
    if not may_handle(shop, ticket, target):
        changes["store_id"] = _store_of(shop, person, target)
    label = label_of_row(shop, staff_id, target)
    move = StaffStep(TicketStep.HAND_OVER, changes)
    moved = await move_by_staff(shop, person, ticket, move, text=label, key=key)
    if moved is not None and target["id"] != person.follower_id:
        text = shop.phrase("tickets/staff_handed", facts_of_ticket(shop, moved))
        await tell_follower(shop, target, text, key=f"ticket:{key}:{target['id']}")
    await audit_ticket(shop, person, ticket, move.step, key=key)
    return label


@transactional
async def name_subject(
    shop: Shop, person: Person, ticket_id: int, staff_id: int, *, key: str
) -> Ticket:
    """For them there is no such ticket from now on. Raises StaffNumberUnknown."""
    ticket = await seen_ticket(shop, person, ticket_id)
    if await staff_of_id(staff_id) is None:
        raise StaffNumberUnknown(staff=staff_id)
    move = StaffStep(TicketStep.NAME)
    moved = await move_by_staff(shop, person, ticket, move, text=str(staff_id), key=key)
    await name_subjects(ticket.id, [staff_id])
    await audit_ticket(shop, person, ticket, move.step, key=key)
    return moved or ticket


async def move_by_staff(
    shop: Shop, person: Person, ticket: Ticket, move: StaffStep, *, key: str, text: str = ""
) -> Ticket | None:
    """Take the step and note it; None where this message has taken it already.

    A helper for use cases. Raises StepNotNow, TakenByAnother, TextTooLong.
    """
    text, staff_id = check_length(text), _staff_id(person)
    if not await add_words(shop, ticket.id, move.step, text, key=key, staff_id=staff_id):
        return None
    moved = await move_ticket(ticket.id, move.step, move.changes, once=move.once, guard=move.guard)
    if moved is None:
        await _say_why_not(shop, ticket.id, move)
    return moved


async def audit_ticket(shop: Shop, person: Person, ticket: Ticket, step: str, *, key: str) -> None:
    """A helper for use cases, after everything else."""
    act = Act(f"ticket.{step}", ticket.member_id, subject=f"ticket:{ticket.id}")
    await audit(shop, person, act, key=key)


def not_now(shop: Shop, ticket: Ticket) -> StepNotNow:
    state = shop.phrase(f"tickets/staff_state_{ticket.state}", {})
    return StepNotNow(number=ticket.id, state=state)


async def _say_why_not(shop: Shop, ticket_id: int, move: StaffStep) -> None:
    """As it stands now: somebody else may have been faster."""
    ticket = await ticket_of_id(ticket_id)
    assert ticket is not None, ticket_id
    is_open = ticket.state in AFTER[move.step]
    if is_open and ticket.owner_staff_id is not None:
        who = await label_of(shop, ticket.owner_staff_id)
        raise TakenByAnother(number=ticket.id, who=who)
    raise not_now(shop, ticket)


def _store_of(shop: Shop, person: Person, target: Row) -> int:
    """Where the ticket goes with whom it is handed to."""
    store_id: int | None = target["store_id"]
    if store_id is None or reach_of(shop, person) is not None:
        raise StaffUnfit(staff=target["staff_id"])
    return store_id


def _staff_id(person: Person) -> int:
    assert person.staff_id is not None, "only staff answer"
    return person.staff_id
