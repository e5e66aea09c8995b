"""Tickets (工单): opened once a message, with a number and the promise of a first reply."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from loyalty.person import Person
from loyalty.promises import promised_at
from loyalty.refusals import Refusal
from loyalty.ticket_names import staff_named
from loyalty.tickets import LONGEST_TEXT, Ticket, TicketKind, TicketState, TicketStep
from services.shop import Shop
from services.tickets.telling import tell_handlers
from services.tickets.texts import check_length, seal_text
from services.tiers.rungs import tier_of
from storage.people import lock_follower
from storage.ticket_messages import add_message
from storage.tickets import (
    add_ticket,
    count_tickets_since,
    home_store_of,
    name_subjects,
    ticket_by_key,
)
from storage.transactions import transactional

__all__ = ["LONGEST_TEXT", "Ticket", "TicketKind"]

A_DAY, MOST_A_DAY = timedelta(hours=24), 10
# What a person asks for in words; the rest comes out of a use case of the shop's own.
TYPED = (TicketKind.FEEDBACK, TicketKind.COMPLAINT, TicketKind.HUMAN, TicketKind.SUGGESTION)


class TooManyTickets(Refusal):
    """Somebody opens one ticket after the other; what is open can be added to."""

    wording = "tickets/too_many"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a ticket is to say; without a `store_id` it goes where the text or the person belongs.

    `member_id` is the member it is about where that is not the person.
    """

    kind: str
    text: str
    store_id: int | None = None
    anonymous: bool = False
    member_id: int | None = None


@transactional
async def open_ticket(shop: Shop, person: Person, draft: Draft, *, key: str) -> Ticket:
    """The same message again finds the same ticket. Raises TooManyTickets, TextTooLong."""
    return await open_ticket_in(shop, person, draft, key=key)


async def open_ticket_in(shop: Shop, person: Person, draft: Draft, *, key: str) -> Ticket:
    """A helper for use cases."""
    own_id = await lock_follower(person.follower_id)
    known = await ticket_by_key(key)
    if known is not None:
        return known
    text, kind = check_length(draft.text), TicketKind(draft.kind)
    await _refuse_too_many(shop, person, kind)
    member_id = None if draft.anonymous else draft.member_id or own_id
    rank, tier = await _rank_of(shop, member_id)
    promise_at = promise_of(shop, kind, tier, rank, asked_at=shop.now())
    ticket_id = await add_ticket(
        key=key,
        kind=kind,
        state=TicketState.NEW,
        follower_id=person.follower_id,
        member_id=member_id,
        store_id=draft.store_id or await _store_for(shop, kind, text, member_id),
        is_anonymous=draft.anonymous,
        tier_rank=rank,
        promise_at=promise_at,
        due_at=promise_at,
        created_at=shop.now(),
    )
    await add_words(shop, ticket_id, TicketStep.OPEN, text, key=key)
    opened = await ticket_by_key(key)
    assert opened is not None, key
    await tell_handlers(shop, opened, "tickets/staff_opened", key=key)
    return opened


async def add_words(
    shop: Shop,
    ticket_id: int,
    step: TicketStep,
    text: str,
    *,
    key: str,
    staff_id: int | None = None,
) -> bool:
    """Note a step with its words; False when this message has taken it already.

    A helper for use cases. Staff whom the words name see the ticket no more.
    """
    added = await add_message(
        ticket_id=ticket_id,
        key=key,
        step=step,
        author="member" if staff_id is None else "staff",
        staff_id=staff_id,
        text_sealed=seal_text(shop, text, key=key),
        now=shop.now(),
    )
    if added and staff_id is None:
        await name_subjects(ticket_id, staff_named(text))
    return added


def promise_of(
    shop: Shop, kind: TicketKind, tier: str | None, rank: int, *, asked_at: datetime
) -> datetime:
    local = shop.clock.local(asked_at)
    return promised_at(shop.rules.service, local, kind, tier=tier, is_upper=rank > 0)


def promise_again(shop: Shop, ticket: Ticket, *, asked_at: datetime) -> datetime:
    """For what is asked later in the same ticket: the same promise, from then on."""
    tiers = shop.rules.tiers
    rank = min(ticket.tier_rank, len(tiers) - 1)
    tier = tiers[rank].code if ticket.member_id is not None and tiers else None
    return promise_of(shop, ticket.kind, tier, max(rank, 0), asked_at=asked_at)


def clock_text(shop: Shop, instant: datetime) -> str:
    """2027-01-11 12:00, as clocks in the shop show it."""
    return f"{shop.clock.local(instant):%Y-%m-%d %H:%M}"


async def _refuse_too_many(shop: Shop, person: Person, kind: TicketKind) -> None:
    since = shop.now() - A_DAY
    if kind in TYPED and await count_tickets_since(person.follower_id, since) >= MOST_A_DAY:
        raise TooManyTickets(most=MOST_A_DAY)


async def _rank_of(shop: Shop, member_id: int | None) -> tuple[int, str | None]:
    """The member's place in the ladder, from 0, and the rung's code."""
    if member_id is None:
        return 0, None
    tier = await tier_of(shop, member_id)
    codes = [rung.code for rung in shop.rules.tiers]
    return (codes.index(tier.code) if tier.code in codes else 0), tier.code


async def _store_for(shop: Shop, kind: TicketKind, text: str, member_id: int | None) -> int | None:
    """The store the text names, else the only one, else the member's home store.

    A complaint that names none is the brand's: it may be about that very store.
    """
    places, named = shop.rules.places, _stores_in(shop, text)
    if len(named) == 1 or len(places) == 1:
        return next(iter(named or places))
    if named or kind is TicketKind.COMPLAINT or member_id is None:
        return None
    return await home_store_of(member_id)


def store_named(shop: Shop, text: str) -> int | None:
    """The one store that the text names."""
    named = _stores_in(shop, text)
    return named[0] if len(named) == 1 else None


def _stores_in(shop: Shop, text: str) -> list[int]:
    places = shop.rules.places
    return [number for number, place in places.items() if place.store_name in text]
