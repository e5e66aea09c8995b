"""Reach of tickets (工单权限): which ones somebody of the staff sees; of all others none exists."""

from loyalty.person import Person
from loyalty.staff import Right
from loyalty.tickets import Ticket, TicketUnknown, read_ticket_number
from services.org.reach import staff_label
from services.org.staff import allow, reach_of
from services.shop import Shop
from services.tickets.telling import sees_storeless
from storage.sql import Row
from storage.ticket_sight import Sight, staff_of_id, ticket_in_sight
from storage.tickets import ticket_of_id

__all__ = ["read_ticket_number"]


class TicketOutOfReach(TicketUnknown):
    """Another store's, or about this very person; read like any number that no ticket has."""

    audited_as = "refused.ticket"


def sight_of(shop: Shop, person: Person) -> Sight:
    """Raises NotAllowed."""
    allow(person, Right.TICKETS)
    reach = reach_of(shop, person)
    storeless = sees_storeless(person.role, is_of_brand=reach is None)
    return Sight(person.follower_id, reach, storeless)


async def seen_ticket(shop: Shop, person: Person, ticket_id: int) -> Ticket:
    """Raises TicketUnknown, and a kind of it that reads the same, TicketOutOfReach."""
    sight = sight_of(shop, person)
    ticket = await ticket_in_sight(ticket_id, sight)
    if ticket is not None:
        return ticket
    raise TicketOutOfReach if await ticket_of_id(ticket_id) else TicketUnknown


async def label_of(shop: Shop, staff_id: int) -> str:
    """店员 3 号（春熙路店）, whether still staff or not."""
    found = await staff_of_id(staff_id)
    assert found is not None, staff_id
    return label_of_row(shop, staff_id, found)


def label_of_row(shop: Shop, staff_id: int, row: Row) -> str:
    return staff_label(shop, staff_id, row["role"], row["store_id"], row["region_id"])
