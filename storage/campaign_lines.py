"""Rows of campaigns' lines (营销队列) among the group sends: no staff, no audience of their own."""

import json
from datetime import datetime

from storage.instants import to_ms
from storage.sql import change, row


async def open_line(key: str, *, campaign: str, text: str, topic: str, now: datetime) -> int:
    """The same key again opens the same line, also one that had ended."""
    found = await row(
        "INSERT INTO broadcasts (key, campaign, state, audience, filter, content, topic,"
        " created_at, started_at) VALUES ($1, $2, 'running', '', '{}', $3, $4, $5, $5)"
        " ON CONFLICT (key) DO UPDATE SET state = 'running', people = NULL, ended_at = NULL,"
        " figures = NULL RETURNING id",
        key,
        campaign,
        json.dumps({"kind": "text", "value": text}),
        topic,
        to_ms(now),
    )
    assert found is not None
    return int(found["id"])


async def close_line(line_id: int) -> None:
    """From now on it is gathered, and ends when all in it have an end."""
    await change(
        "UPDATE broadcasts SET people = (SELECT COUNT(*) FROM outbox o"
        " WHERE o.broadcast_id = broadcasts.id) WHERE id = $1 AND people IS NULL",
        line_id,
    )
