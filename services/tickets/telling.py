"""Telling of tickets (工单提醒): who has to look at one hears its number, never its words.

All of these are helpers for use cases; once per key.
"""

from collections.abc import Mapping

from loyalty.staff import Right, Role, has_right
from loyalty.tickets import Ticket
from services.messages.telling import tell_follower
from services.org.staff import reach_within, where_named
from services.shop import Shop
from storage.people import followers_of
from storage.sql import Row
from storage.ticket_sight import staff_besides_subjects
from storage.tickets import follower_of


async def tell_handlers(shop: Shop, ticket: Ticket, wording: str, *, key: str) -> None:
    """Tell the nearest staff who may answer: the store's, the region's, the brand's, the owners."""
    text = shop.phrase(wording, facts_of_ticket(shop, ticket))
    for row in await nearest_handlers(shop, ticket):
        await tell_follower(shop, row, text, key=f"ticket:{key}:{row['id']}")


async def tell_owner_of(shop: Shop, ticket: Ticket, wording: str, *, key: str) -> None:
    """Tell whoever has taken the ticket, if they still are staff; else the nearest."""
    able = await staff_besides_subjects(ticket.id)
    owner = [row for row in able if row["staff_id"] == ticket.owner_staff_id]
    text = shop.phrase(wording, facts_of_ticket(shop, ticket))
    for row in owner or await nearest_handlers(shop, ticket):
        await tell_follower(shop, row, text, key=f"ticket:{key}:{row['id']}")


async def tell_asker(
    shop: Shop, ticket: Ticket, wording: str, facts: Mapping[str, object], *, key: str
) -> None:
    """Tell whoever opened it, by the account they wrote to; if they left it, by their others."""
    asker = await follower_of(ticket.follower_id)
    others = [] if ticket.member_id is None else await followers_of(ticket.member_id)
    text = shop.phrase(wording, facts)
    for follower in [asker] if asker["follows"] or not others else others:
        await tell_follower(
            shop,
            follower,
            text,
            key=f"ticket:{key}:{follower['id']}",
            otherwise="first_line",
            formal=(wording, facts),
        )


async def nearest_handlers(shop: Shop, ticket: Ticket) -> list[Row]:
    """Where they can be written to; nobody whom the ticket is about, nor who opened it."""
    able = [
        row
        for row in await staff_besides_subjects(ticket.id)
        if has_right(row["role"], Right.TICKETS) and row["id"] != ticket.follower_id
    ]
    ranks = {row["staff_id"]: _distance(shop, ticket, row) for row in able}
    near = min((rank for rank in ranks.values() if rank is not None), default=None)
    return [row for row in able if near is not None and ranks[row["staff_id"]] == near]


def facts_of_ticket(shop: Shop, ticket: Ticket) -> dict[str, object]:
    """What every sentence about a ticket may name."""
    return {
        "number": ticket.id,
        "kind": shop.phrase(f"tickets/kind_{ticket.kind}", {}),
        "where": where_named(shop, ticket.store_id),
        "promise": f"{shop.clock.local(ticket.due_at or ticket.promise_at):%Y-%m-%d %H:%M}",
    }


def sees_storeless(role: str | None, *, is_of_brand: bool) -> bool:
    """What belongs to no store is for the brand and for whoever serves members."""
    return is_of_brand or role == Role.SUPPORT


def may_handle(shop: Shop, ticket: Ticket, row: Row) -> bool:
    """Whether the ticket lies within the reach of this staff row."""
    return _distance(shop, ticket, row) is not None


def _distance(shop: Shop, ticket: Ticket, row: Row) -> int | None:
    """0 for the store's own staff and so on; None for those who may not see it."""
    reach = reach_within(shop, row["store_id"], row["region_id"])
    if row["role"] == Role.OWNER:
        return 3 if reach is None else None
    if ticket.store_id is None:
        return 2 if sees_storeless(row["role"], is_of_brand=reach is None) else None
    if reach is None:
        return 2
    if ticket.store_id not in reach:
        return None
    return 0 if row["store_id"] is not None else 1
