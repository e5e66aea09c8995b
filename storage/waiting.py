"""Rows of waiting lines (待说的话): what could not be delivered, until it is said once."""

from datetime import datetime

from storage.instants import to_ms
from storage.sql import Row, change, row, rows


async def add_waiting_line(
    follower_id: int, text_sealed: bytes, *, key: str, now: datetime
) -> None:
    """The same key again changes nothing. The caller holds the follower's lock."""
    await change(
        "INSERT INTO waiting_lines (key, follower_id, text_sealed, created_at)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT (key) DO NOTHING",
        key,
        follower_id,
        text_sealed,
        to_ms(now),
    )
    await change("UPDATE followers SET has_waiting = TRUE WHERE id = $1", follower_id)


async def take_waiting_lines(follower_id: int, told_key: str, *, now: datetime, limit: int) -> None:
    """Give so many of the oldest to this message; once a message."""
    await change(
        "UPDATE waiting_lines SET told_key = $1, told_at = $2 WHERE told_at IS NULL AND id IN"
        " (SELECT id FROM waiting_lines WHERE follower_id = $3 AND told_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM waiting_lines b"
        " WHERE b.follower_id = $3 AND b.told_key = $1) ORDER BY id LIMIT $4)",
        told_key,
        to_ms(now),
        follower_id,
        limit,
    )


async def lines_told_by(follower_id: int, told_key: str) -> list[Row]:
    """What this message was answered with first."""
    return await rows(
        "SELECT key, text_sealed FROM waiting_lines"
        " WHERE follower_id = $1 AND told_key = $2 ORDER BY id",
        follower_id,
        told_key,
    )


async def nothing_waits(follower_id: int) -> None:
    """Spare the next message the look, unless something waits. The caller holds the lock."""
    await change(
        "UPDATE followers SET has_waiting = FALSE WHERE id = $1 AND NOT EXISTS"
        " (SELECT 1 FROM waiting_lines w WHERE w.follower_id = $1 AND w.told_at IS NULL)",
        follower_id,
    )


async def first_line_of(message_id: int) -> Row | None:
    """A message that is to wait for the next contact, and whose it is."""
    return await row(
        "SELECT o.key, o.content, o.content_sealed, f.id AS follower_id"
        " FROM outbox o JOIN followers f ON f.account = o.account AND f.openid = o.openid"
        " WHERE o.id = $1 AND o.otherwise = 'first_line'",
        message_id,
    )


async def first_lines_left(account: str, openid: str) -> list[Row]:
    """What was to wait for the next contact and was held back when the person left."""
    return await rows(
        "SELECT key, content, content_sealed FROM outbox o WHERE account = $1 AND openid = $2"
        " AND state = 'suppressed' AND reason = 'left' AND otherwise = 'first_line'"
        " AND NOT EXISTS (SELECT 1 FROM waiting_lines w WHERE w.key = o.key) ORDER BY id",
        account,
        openid,
    )
