"""Tickets for tests (工单): opened, answered, and what the tables then hold."""

from loyalty.person import Person
from loyalty.tickets import Ticket, TicketStep
from services.shop import Shop
from services.tickets.answers import answer_ticket
from services.tickets.opening import Draft, open_ticket
from storage.sql import Row, rows
from tests.outbox import outbox_rows


async def a_ticket(
    shop: Shop,
    person: Person,
    text: str = "春熙路店 太慢",
    *,
    kind: str = "complaint",
    anonymous: bool = False,
    key: str = "t1",
) -> Ticket:
    return await open_ticket(shop, person, Draft(kind, text, anonymous=anonymous), key=key)


async def replied(shop: Shop, staff: Person, ticket: Ticket, *, key: str = "r1") -> Ticket:
    return await answer_ticket(shop, staff, ticket.id, "好", step=TicketStep.REPLY, key=key)


async def messages() -> list[Row]:
    return await rows("SELECT * FROM ticket_messages ORDER BY id")


async def told(openid: str) -> list[str]:
    """What somebody was sent, oldest first."""
    found = await outbox_rows("openid = $1 AND class = 'transactional'", f"openid-{openid}")
    return [str(line["value"]) for line in found]


async def ticket_row(ticket: Ticket) -> Row:
    [found] = await rows("SELECT * FROM tickets WHERE id = $1", ticket.id)
    return found
