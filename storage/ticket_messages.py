"""Rows of ticket messages (工单记录): every step of a ticket, once a message, with its words."""

from datetime import datetime

from storage.instants import to_ms
from storage.sql import Row, row, rows

# Of staff for staff only.
NOTES = "('note', 'hand_over', 'name', 'take', 'remedy')"


async def add_message(
    *,
    ticket_id: int,
    key: str,
    step: str,
    author: str,
    staff_id: int | None,
    text_sealed: bytes | None,
    now: datetime,
) -> bool:
    """False when this message has taken its step already."""
    added = await row(
        "INSERT INTO ticket_messages"
        " (ticket_id, key, step, author, staff_id, text_sealed, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (key) DO NOTHING RETURNING id",
        ticket_id,
        key,
        step,
        author,
        staff_id,
        text_sealed,
        to_ms(now),
    )
    return added is not None


async def messages_of(ticket_id: int, *, with_notes: bool) -> list[Row]:
    """Oldest first, each with the role and place of the staff who wrote it."""
    condition = "" if with_notes else f" AND m.step NOT IN {NOTES}"
    return await rows(
        "SELECT m.*, s.role, s.store_id, s.region_id FROM ticket_messages m"
        f" LEFT JOIN staff s ON s.id = m.staff_id WHERE m.ticket_id = $1{condition} ORDER BY m.id",
        ticket_id,
    )


async def count_added_since(ticket_id: int, since: datetime) -> int:
    """How much the member has written in it."""
    found = await row(
        "SELECT COUNT(*) AS n FROM ticket_messages"
        " WHERE ticket_id = $1 AND author = 'member' AND created_at > $2",
        ticket_id,
        to_ms(since),
    )
    return int(found["n"]) if found else 0
