"""Rows of operators' requests (批准): asked, approved by an owner, and used, each once."""

from datetime import datetime
from typing import Any

from storage.instants import to_ms
from storage.sql import Row, change, insert, row


async def add_request(**values: Any) -> int:
    added = await insert("operator_requests", {**values, "state": "open"})
    assert added is not None
    return added


async def end_requests(what: str, content_hash: str) -> int:
    """Whatever was asked of the same before and not used; how many."""
    return await change(
        "UPDATE operator_requests SET state = 'dead'"
        " WHERE what = $1 AND content_hash = $2 AND state IN ('open', 'approved')",
        what,
        content_hash,
    )


async def open_request(code_hash: str, now: datetime) -> Row | None:
    return await row(
        "SELECT id, summary FROM operator_requests"
        " WHERE code_hash = $1 AND state = 'open' AND expires_at >= $2 ORDER BY id DESC LIMIT 1",
        code_hash,
        to_ms(now),
    )


async def approve_request(request_id: int, *, approved_by: int, now: datetime) -> Row | None:
    """None when it was approved, replaced or too late meanwhile."""
    return await row(
        "UPDATE operator_requests SET state = 'approved', approved_by = $1, approved_at = $2"
        " WHERE id = $3 AND state = 'open' AND expires_at >= $2 RETURNING what, expires_at",
        approved_by,
        to_ms(now),
        request_id,
    )


async def use_request(what: str, content_hash: str, now: datetime) -> Row | None:
    """Use an approval of exactly this up; None when there is none, or its time is over.

    Whoever approved it has to be an owner still.
    """
    return await row(
        "UPDATE operator_requests SET state = 'used', used_at = $1 WHERE id ="
        " (SELECT MAX(r.id) FROM operator_requests r JOIN staff s ON s.id = r.approved_by"
        " AND s.state = 'active' WHERE r.what = $2 AND r.content_hash = $3"
        " AND r.state = 'approved' AND r.expires_at >= $1)"
        " AND state = 'approved' RETURNING id, approved_by",
        to_ms(now),
        what,
        content_hash,
    )
