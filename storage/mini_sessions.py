"""Rows of mini-program sessions (小程序会话): one a follower, found by the hash of its token."""

from datetime import datetime

from storage.instants import to_ms
from storage.sql import Row, change, row


async def replace_session(
    follower_id: int, *, token_hash: str, expires_at: datetime, now: datetime
) -> None:
    await change(
        "INSERT INTO mini_sessions (follower_id, token_hash, expires_at, created_at)"
        " VALUES ($1, $2, $3, $4) ON CONFLICT (follower_id) DO UPDATE SET"
        " token_hash = excluded.token_hash, expires_at = excluded.expires_at,"
        " created_at = excluded.created_at",
        follower_id,
        token_hash,
        to_ms(expires_at),
        to_ms(now),
    )


async def session_of_token(token_hash: str, now: datetime) -> Row | None:
    return await row(
        "SELECT s.id, s.expires_at, f.account, f.openid FROM mini_sessions s"
        " JOIN followers f ON f.id = s.follower_id WHERE s.token_hash = $1 AND s.expires_at >= $2",
        token_hash,
        to_ms(now),
    )


async def prolong_session(session_id: int, *, expires_at: datetime) -> None:
    await change(
        "UPDATE mini_sessions SET expires_at = $1 WHERE id = $2 AND expires_at < $1",
        to_ms(expires_at),
        session_id,
    )


async def delete_session(follower_id: int) -> None:
    await change("DELETE FROM mini_sessions WHERE follower_id = $1", follower_id)


async def delete_ended_sessions(now: datetime) -> int:
    return await change("DELETE FROM mini_sessions WHERE expires_at < $1", to_ms(now))
