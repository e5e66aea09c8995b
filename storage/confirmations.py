"""Rows of confirmations (确认): asked once a message, done once, by the code that was shown."""

from datetime import datetime
from typing import Any

from storage.instants import to_ms
from storage.sql import change, insert, row, rows

# With the staff row of whoever asked, as it is now.
CONFIRMATION = """
SELECT c.*, s.id AS staff_id, s.role, s.store_id, s.region_id FROM confirmations c
LEFT JOIN staff s ON s.follower_id = c.follower_id AND s.state = 'active'
"""


async def confirmation_asked_by(key: str) -> dict[str, Any] | None:
    return await row(CONFIRMATION + "WHERE c.key = $1", key)


async def confirmation_done_by(key: str) -> dict[str, Any] | None:
    return await row(CONFIRMATION + "WHERE c.done_key = $1", key)


async def confirmation_of_id(confirmation_id: int) -> dict[str, Any] | None:
    return await row(CONFIRMATION + "WHERE c.id = $1", confirmation_id)


async def confirmations_of_code(code_hash: str, now: datetime) -> list[dict[str, Any]]:
    return await rows(
        CONFIRMATION + "WHERE c.code_hash = $1 AND c.state <> 'dead' AND c.expires_at >= $2"
        " ORDER BY c.id DESC",
        code_hash,
        to_ms(now),
    )


async def add_confirmation(**values: Any) -> None:
    await insert("confirmations", {**values, "state": "open"})


async def end_open_confirmations(follower_id: int, *, by_another: bool) -> int:
    """Kill what this person was asked and has not answered; how many."""
    return await change(
        "UPDATE confirmations SET state = 'dead'"
        " WHERE follower_id = $1 AND state = 'open' AND by_another = $2",
        follower_id,
        by_another,
    )


async def cancel_open_confirmations(follower_id: int, key: str) -> int:
    """Kill all of them, by this message; how many."""
    return await change(
        "UPDATE confirmations SET state = 'dead', try_key = $1"
        " WHERE follower_id = $2 AND state = 'open'",
        key,
        follower_id,
    )


async def may_cancel(follower_id: int, key: str, now: datetime) -> bool:
    """Whether something is open, or was until this very message cancelled it."""
    found = await row(
        "SELECT 1 AS one FROM confirmations WHERE follower_id = $1"
        " AND ((state = 'open' AND expires_at >= $2) OR (state = 'dead' AND try_key = $3)) LIMIT 1",
        follower_id,
        to_ms(now),
        key,
    )
    return found is not None


async def finish_confirmation(
    confirmation_id: int, *, done_by: int, done_key: str, now: datetime
) -> bool:
    """Whoever gets True does it; everybody else came too late."""
    return bool(
        await change(
            "UPDATE confirmations SET state = 'done', done_by = $1, done_key = $2"
            " WHERE id = $3 AND state = 'open' AND expires_at >= $4",
            done_by,
            done_key,
            confirmation_id,
            to_ms(now),
        )
    )


async def keep_told(confirmation_id: int, told: str) -> None:
    await change("UPDATE confirmations SET told = $1 WHERE id = $2", told, confirmation_id)


async def count_wrong_try(
    follower_id: int, key: str, *, tries: int, now: datetime
) -> dict[str, Any] | None:
    """Count one wrong code against what this person has open; the last one allowed kills it."""
    await change(
        "UPDATE confirmations SET tries = tries + 1, try_key = $1,"
        " state = CASE WHEN tries + 1 >= $2 THEN 'dead' ELSE state END"
        " WHERE follower_id = $3 AND state = 'open' AND NOT by_another AND expires_at >= $4"
        " AND (try_key IS NULL OR try_key <> $1)",
        key,
        tries,
        follower_id,
        to_ms(now),
    )
    return await row(
        "SELECT tries FROM confirmations WHERE follower_id = $1 AND try_key = $2"
        " ORDER BY id DESC LIMIT 1",
        follower_id,
        key,
    )
