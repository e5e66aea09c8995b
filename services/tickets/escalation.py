"""Escalation (超时升级): a promised answer that is late goes to the managers, then to the owners.

Owners hear of it when as much time of service has passed again as was promised at first.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from loyalty.staff import Role
from loyalty.tickets import Ticket
from services.each import each_of
from services.messages.telling import tell_follower
from services.shop import Shop
from services.tickets.opening import promise_again
from services.tickets.telling import facts_of_ticket, may_handle
from storage.escalation import note_managers_told, note_owners_told, overdue_tickets
from storage.sql import Row
from storage.ticket_sight import staff_besides_subjects
from storage.transactions import transactional

PAGE = 200
Escalate = Callable[[Shop, Ticket], Awaitable[bool]]


async def escalate_tickets(shop: Shop) -> int:
    """Tell of every late answer, once each to either; how many were told of."""
    told = await _each(shop, tell_managers, told=False)
    return told + await _each(shop, tell_owners, told=True)


async def _each(shop: Shop, escalate: Escalate, *, told: bool) -> int:
    count, last_id = 0, 0
    while True:
        page = await overdue_tickets(shop.now(), told=told, after=last_id, limit=PAGE)
        count += await each_of(page, partial(escalate, shop))
        if len(page) < PAGE:
            return count
        last_id = page[-1].id


@transactional
async def tell_managers(shop: Shop, ticket: Ticket) -> bool:
    """Those of the store and its region; owners where there is none, unless their turn is now."""
    assert ticket.due_at is not None, ticket.id
    if not await note_managers_told(ticket.id, ticket.due_at, shop.now()):
        return False
    wanted = (Role.MANAGER,) if is_long_overdue(shop, ticket) else (Role.MANAGER, Role.OWNER)
    await _tell(shop, ticket, wanted, "service/staff_overdue")
    return True


@transactional
async def tell_owners(shop: Shop, ticket: Ticket) -> bool:
    assert ticket.due_at is not None, ticket.id
    if not is_long_overdue(shop, ticket):
        return False
    if not await note_owners_told(ticket.id, ticket.due_at, shop.now()):
        return False
    await _tell(shop, ticket, (Role.OWNER,), "service/staff_long_overdue")
    return True


def is_long_overdue(shop: Shop, ticket: Ticket) -> bool:
    """As much time of service has passed again as was promised."""
    assert ticket.due_at is not None, ticket.id
    return promise_again(shop, ticket, asked_at=ticket.due_at) < shop.now()


async def _tell(shop: Shop, ticket: Ticket, wanted: Sequence[Role], wording: str) -> None:
    text = shop.phrase(wording, facts_of_ticket(shop, ticket))
    assert ticket.due_at is not None, ticket.id
    due = int(ticket.due_at.timestamp())
    for row in await _handlers(shop, ticket, wanted):
        key = f"overdue:{ticket.id}:{due}:{wanted[0]}:{row['id']}"
        await tell_follower(shop, row, text, key=key)


async def _handlers(shop: Shop, ticket: Ticket, wanted: Sequence[Role]) -> list[Row]:
    """The first of these roles that anybody has; neither whom it is about nor who opened it."""
    able = [
        row
        for row in await staff_besides_subjects(ticket.id)
        if row["id"] != ticket.follower_id and may_handle(shop, ticket, row)
    ]
    by_role = ([row for row in able if row["role"] == role] for role in wanted)
    return next(filter(None, by_role), [])
