"""How tickets end (办结、评价、重开): by staff, then by the member's rating or by time."""

from datetime import timedelta

from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.tickets import Ticket, TicketState, TicketStep
from services.shop import Shop
from services.tickets.answers import StaffStep, audit_ticket, move_by_staff
from services.tickets.opening import promise_again
from services.tickets.own_tickets import member_step, own_ticket_of, refuse_step
from services.tickets.reach import seen_ticket
from services.tickets.telling import tell_asker, tell_owner_of
from services.tickets.texts import shown_text
from storage.tickets import close_resolved, move_ticket, not_rated, resolved_since
from storage.transactions import transactional

BATCH = 500


class RatedBefore(Refusal):
    wording = "tickets/rated_before"


class TooLateToReopen(Refusal):
    wording = "tickets/too_late_to_reopen"


@transactional
async def resolve_ticket(
    shop: Shop, person: Person, ticket_id: int, text: str, *, key: str
) -> Ticket:
    """Tell the member what came of it, and ask for a rating."""
    ticket = await seen_ticket(shop, person, ticket_id)
    changes = {"resolved_at": shop.now(), "due_at": None}
    once = {"first_reply_at": shop.now(), "owner_staff_id": person.staff_id}
    move = StaffStep(TicketStep.RESOLVE, changes, once)
    moved = await move_by_staff(shop, person, ticket, move, text=text, key=key)
    if moved is None:
        return ticket
    facts = {
        "number": ticket.id,
        "text": f"\n{shown_text(text)}" if text else "",
        "days": shop.rules.service.reopen_days,
    }
    await tell_asker(shop, moved, "tickets/told_resolved", facts, key=key)
    await audit_ticket(shop, person, moved, move.step, key=key)
    return moved


@transactional
async def rate_ticket(shop: Shop, person: Person, ticket_id: int, rating: int, *, key: str) -> None:
    """The member's rating, once, closes what was resolved. Raises RatedBefore, StepNotNow."""
    assert 1 <= rating <= 5, rating
    ticket = await own_ticket_of(person, ticket_id)
    if not await member_step(shop, ticket, TicketStep.RATE, str(rating), key=key):
        return
    moved = await move_ticket(
        ticket.id,
        TicketStep.RATE,
        {"rating": rating},
        once={"closed_at": shop.now()},
        guard=not_rated,
    )
    if moved is None and ticket.rating is not None:
        raise RatedBefore(number=ticket.id)
    if moved is None:
        raise refuse_step(shop, ticket)


@transactional
async def reopen_ticket(shop: Shop, person: Person, ticket_id: int, *, key: str) -> Ticket:
    """Within the days the shop gives; whoever resolved it hears of it, and has a new promise."""
    ticket = await own_ticket_of(person, ticket_id)
    if not await member_step(shop, ticket, TicketStep.REOPEN, "", key=key):
        return ticket
    days = shop.rules.service.reopen_days
    changes = {
        "due_at": promise_again(shop, ticket, asked_at=shop.now()),
        **dict.fromkeys(("resolved_at", "closed_at", "escalated_at", "rating")),
    }
    since = shop.now() - timedelta(days=days)
    moved = await move_ticket(ticket.id, TicketStep.REOPEN, changes, guard=resolved_since(since))
    if moved is None:
        raise _why_not_reopened(shop, ticket, days)
    await tell_owner_of(shop, moved, "tickets/staff_reopened", key=key)
    return moved


async def close_tickets(shop: Shop) -> int:
    """Close what was resolved so many days ago and not marked since; how many."""
    closed = 0
    while batch := await close_batch(shop):
        closed += batch
    return closed


@transactional
async def close_batch(shop: Shop) -> int:
    before = shop.now() - timedelta(days=shop.rules.service.close_days)
    return await close_resolved(before, shop.now(), limit=BATCH)


def _why_not_reopened(shop: Shop, ticket: Ticket, days: int) -> Refusal:
    if ticket.state in (TicketState.RESOLVED, TicketState.CLOSED):
        return TooLateToReopen(number=ticket.id, days=days)
    return refuse_step(shop, ticket)
