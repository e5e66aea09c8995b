"""Rows of waiting lines (待说的话): what could not be delivered, until it is said once."""

from collections.abc import Sequence
from datetime import datetime

from storage.bulk import among, as_list, repeat
from storage.database import is_postgres
from storage.instants import to_ms
from storage.sql import Row, change, rows

# Not told yet, and of some use still; $2 is now.
STILL_OF_USE = "told_at IS NULL AND (useless_after IS NULL OR useless_after > $2)"

OFFERED = "(SELECT 1 FROM outbox o WHERE o.key = w.key AND o.lane = 2)"


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


async def add_waiting_lines(
    lines: Sequence[tuple[str, int, bytes, int | None]], now: datetime
) -> None:
    """Of many followers: key, follower, text and until when it is of use; each key once."""
    followers = as_list(sorted({follower_id for _, follower_id, *_ in lines}))
    if is_postgres():
        await rows(
            f"SELECT id FROM followers WHERE {among('id', '$1')} ORDER BY id FOR UPDATE", followers
        )
    await repeat(
        "INSERT INTO waiting_lines (key, follower_id, text_sealed, useless_after, created_at)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (key) DO NOTHING",
        [(*line, to_ms(now)) for line in lines],
    )
    await change(f"UPDATE followers SET has_waiting = TRUE WHERE {among('id', '$1')}", followers)


async def take_waiting_lines(
    follower_id: int, told_key: str, *, now: datetime, limit: int, offers_wait: bool
) -> None:
    """Give so many of the oldest that are of use to this message, with `offers_wait` no care and
    promotion; once a message."""
    owed = f" AND NOT EXISTS {OFFERED}" if offers_wait else ""
    await change(
        "UPDATE waiting_lines SET told_key = $1, told_at = $2 WHERE told_at IS NULL AND id IN"
        f" (SELECT id FROM waiting_lines w WHERE follower_id = $3 AND {STILL_OF_USE}{owed}"
        " AND NOT EXISTS (SELECT 1 FROM waiting_lines b"
        " WHERE b.follower_id = $3 AND b.told_key = $1) ORDER BY id LIMIT $4)",
        told_key,
        to_ms(now),
        follower_id,
        limit,
    )


async def drop_lines_ended_by_buying(follower_id: int, campaigns: Sequence[str]) -> None:
    """What these campaigns left for a member who has bought since it could first be sent."""
    if not campaigns:
        return
    await change(
        "DELETE FROM waiting_lines WHERE follower_id = $1 AND told_at IS NULL AND EXISTS"
        " (SELECT 1 FROM outbox o JOIN purchases p ON p.member_id = o.member_id"
        f" WHERE o.key = waiting_lines.key AND {among('o.campaign', '$2')}"
        " AND p.recorded_at > o.wait_until)",
        follower_id,
        as_list(campaigns),
    )


async def drop_lines_of_campaigns(follower_id: int, over: Sequence[str]) -> None:
    """What these campaigns, and those that staff have stopped, left for this person."""
    await change(
        "DELETE FROM waiting_lines WHERE follower_id = $1 AND told_at IS NULL AND EXISTS"
        " (SELECT 1 FROM outbox o LEFT JOIN campaign_states s ON s.campaign = o.campaign"
        " WHERE o.key = waiting_lines.key"
        f" AND ({among('o.campaign', '$2')} OR s.stopped_at IS NOT NULL))",
        follower_id,
        as_list(over),
    )


async def lines_told_by(follower_id: int, told_key: str) -> list[Row]:
    """What this message was answered with first."""
    return await rows(
        "SELECT key, text_sealed FROM waiting_lines"
        " WHERE follower_id = $1 AND told_key = $2 ORDER BY id",
        follower_id,
        told_key,
    )


async def nothing_waits(follower_id: int, now: datetime) -> None:
    """Spare the next message the look, unless something waits. The caller holds the lock."""
    await change(
        "UPDATE followers SET has_waiting = FALSE WHERE id = $1 AND NOT EXISTS"
        f" (SELECT 1 FROM waiting_lines w WHERE w.follower_id = $1 AND {STILL_OF_USE})",
        follower_id,
        to_ms(now),
    )


async def first_lines_of(message_ids: Sequence[int]) -> list[Row]:
    """Those of the messages that are to wait for the next contact, and whose they are."""
    return await rows(
        "SELECT o.key, o.content, o.content_sealed, o.useless_after, f.id AS follower_id"
        " FROM outbox o JOIN followers f ON f.account = o.account AND f.openid = o.openid"
        f" WHERE {among('o.id', '$1')} AND o.otherwise = 'first_line' ORDER BY o.id",
        as_list(message_ids),
    )


async def first_lines_left(account: str, openid: str) -> list[Row]:
    """What was to wait for the next contact and was held back when the person left."""
    return await rows(
        "SELECT key, content, content_sealed, useless_after FROM outbox o"
        " WHERE account = $1 AND openid = $2"
        " AND state = 'suppressed' AND reason = 'left' AND otherwise = 'first_line'"
        " AND NOT EXISTS (SELECT 1 FROM waiting_lines w WHERE w.key = o.key) ORDER BY id",
        account,
        openid,
    )
