"""Figures of tickets (工单数据): first replies of a period, and what is open at this moment."""

from collections.abc import Sequence
from datetime import datetime

from storage.instants import to_ms
from storage.sql import Row, Values, rows
from storage.ticket_sight import Sight
from storage.tickets import OPEN_STATES


async def first_replies(sight: Sight, since: datetime) -> list[Row]:
    """Of tickets opened since then, as far as somebody sees them."""
    values = Values()
    seen = sight.condition(values)
    return await rows(
        "SELECT t.kind, t.member_id, t.tier_rank, t.created_at, t.promise_at, t.first_reply_at"
        f" FROM tickets t WHERE t.created_at >= {values(to_ms(since))} AND {seen} ORDER BY t.id",
        *values.all,
    )


async def open_tickets(now: datetime) -> list[Row]:
    """By kind: how many are open, and of how many the answer is overdue."""
    return await rows(
        "SELECT kind, COUNT(*) AS open, SUM(CASE WHEN due_at < $1 THEN 1 ELSE 0 END) AS overdue"
        f" FROM tickets WHERE state IN ({OPEN_STATES}) GROUP BY kind ORDER BY kind",
        to_ms(now),
    )


async def replies_by_length(bounds_seconds: Sequence[int]) -> list[Row]:
    """First replies by kind and the first bound they came within, NULL beyond the last one.

    One look at each row: a shop has hundreds of thousands, and asks every few seconds.
    """
    length = "first_reply_at - created_at"
    bounds = " ".join(f"WHEN {length} <= {bound * 1000} THEN {bound}" for bound in bounds_seconds)
    return await rows(
        f"SELECT kind, CASE {bounds} END AS within, COUNT(*) AS count, SUM({length}) AS total_ms"
        " FROM tickets WHERE first_reply_at IS NOT NULL GROUP BY 1, 2 ORDER BY 1"
    )
