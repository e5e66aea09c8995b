"""Overdue tickets (超时工单): which answers are late, and who has been told of it."""

from datetime import datetime

from loyalty.tickets import Ticket
from storage.instants import to_ms
from storage.sql import change, rows
from storage.tickets import OPEN_STATES, ticket_from

NOBODY_TOLD = "escalated_at IS NULL"
OWNERS_NOT_TOLD = (
    "escalated_at IS NOT NULL AND (owners_told_at IS NULL OR owners_told_at < escalated_at)"
)


async def overdue_tickets(now: datetime, *, told: bool, after: int, limit: int) -> list[Ticket]:
    """By number; with `told`, those whose managers know already and whose owners do not."""
    found = await rows(
        f"SELECT * FROM tickets WHERE state IN ({OPEN_STATES}) AND due_at IS NOT NULL"
        f" AND due_at < $1 AND {OWNERS_NOT_TOLD if told else NOBODY_TOLD} AND id > $2"
        " ORDER BY id LIMIT $3",
        to_ms(now),
        after,
        limit,
    )
    return [ticket_from(line) for line in found]


async def note_owners_told(ticket_id: int, due_at: datetime, at: datetime) -> bool:
    """Once for each answer that is due; False when it was given meanwhile."""
    return bool(
        await change(
            "UPDATE tickets SET owners_told_at = $1"
            f" WHERE id = $2 AND due_at = $3 AND {OWNERS_NOT_TOLD}",
            to_ms(at),
            ticket_id,
            to_ms(due_at),
        )
    )


async def note_managers_told(ticket_id: int, due_at: datetime, at: datetime) -> bool:
    """Once for each answer that is due; False when it was given meanwhile."""
    return bool(
        await change(
            f"UPDATE tickets SET escalated_at = $1 WHERE id = $2 AND due_at = $3 AND {NOBODY_TOLD}",
            to_ms(at),
            ticket_id,
            to_ms(due_at),
        )
    )
