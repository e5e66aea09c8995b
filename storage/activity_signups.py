"""Rows of sign-ups (报名): who has a seat, who waits and at which place, who came."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from storage.instants import to_ms
from storage.reach import reach_filter
from storage.sql import Row, change, insert, row, rows

COMING = "('seated', 'waiting')"
# All of a sign-up that is not whose and for what it is.
PLACE = ("state", "queue_no", "signed_at", "attended_at", "score", "comes_again")


async def signup_of(activity_id: int, member_id: int) -> Row | None:
    return await row(
        "SELECT * FROM activity_signups WHERE activity_id = $1 AND member_id = $2",
        activity_id,
        member_id,
    )


async def signups_of_member(member_id: int) -> list[Row]:
    return await rows(
        "SELECT s.*, a.ends_at FROM activity_signups s JOIN activities a ON a.id = s.activity_id"
        " WHERE s.member_id = $1 AND s.state <> 'cancelled'",
        member_id,
    )


async def put_signup(
    activity_id: int, member_id: int, state: str, *, queue_no: int | None, now: datetime
) -> int:
    """A new place, or one for who had cancelled or waits at the door; the activity is locked."""
    found = await row(
        "INSERT INTO activity_signups (activity_id, member_id, state, queue_no, signed_at)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (activity_id, member_id) DO UPDATE"
        " SET state = excluded.state, queue_no = excluded.queue_no, signed_at = excluded.signed_at"
        " WHERE activity_signups.state IN ('cancelled', 'waiting') RETURNING id",
        activity_id,
        member_id,
        state,
        queue_no,
        to_ms(now),
    )
    assert found is not None, "the activity is locked"
    return int(found["id"])


async def change_signup(signup_id: int, *, old: str, new: str) -> bool:
    """False when it is not, or no more, in the old state."""
    return bool(
        await change(
            "UPDATE activity_signups SET state = $3, queue_no = NULL WHERE id = $1 AND state = $2",
            signup_id,
            old,
            new,
        )
    )


async def mark_attended(signup_id: int, now: datetime) -> bool:
    """Once: only a seat turns into an attendance."""
    return bool(
        await change(
            "UPDATE activity_signups SET state = 'attended', attended_at = $2"
            " WHERE id = $1 AND state = 'seated'",
            signup_id,
            to_ms(now),
        )
    )


async def first_waiting(activity_id: int) -> Row | None:
    return await row(
        "SELECT id, member_id, queue_no FROM activity_signups"
        " WHERE activity_id = $1 AND state = 'waiting' ORDER BY queue_no LIMIT 1",
        activity_id,
    )


async def place_in_queue(activity_id: int, queue_no: int) -> int:
    """From 1, as it is now."""
    found = await row(
        "SELECT COUNT(*) AS n FROM activity_signups"
        " WHERE activity_id = $1 AND state = 'waiting' AND queue_no <= $2",
        activity_id,
        queue_no,
    )
    assert found is not None
    return int(found["n"])


async def add_step(
    key: str,
    signup_id: int,
    step: str,
    told: Mapping[str, Any],
    *,
    now: datetime,
    staff_id: int | None = None,
) -> None:
    values = {"key": key, "signup_id": signup_id, "step": step, "told": json.dumps(told)}
    await insert("activity_steps", {**values, "staff_id": staff_id, "at": now})


async def told_before(key: str) -> dict[str, Any] | None:
    """What this very message was told the first time."""
    found = await row("SELECT told FROM activity_steps WHERE key = $1", key)
    return json.loads(found["told"]) if found else None


async def counts_of(activity_id: int) -> dict[str, int]:
    found = await rows(
        "SELECT state, COUNT(*) AS n FROM activity_signups WHERE activity_id = $1 GROUP BY state",
        activity_id,
    )
    return {line["state"]: int(line["n"]) for line in found}


async def roster(activity_id: int, stores: frozenset[int] | None, *, limit: int) -> list[Row]:
    """Whoever comes or came, of members within reach: seats first, then the waiting list."""
    reach, reached = reach_filter(stores, first=2)
    return await rows(
        "SELECT m.id, m.member_no, m.name_sealed, s.state FROM activity_signups s"
        " JOIN members m ON m.id = s.member_id WHERE s.activity_id = $1"
        f" AND s.state <> 'cancelled' AND {reach}"
        " ORDER BY CASE s.state WHEN 'attended' THEN 0 WHEN 'seated' THEN 1 WHEN 'waiting' THEN 2"
        f" ELSE 3 END, s.queue_no, s.signed_at, s.id LIMIT {limit}",
        activity_id,
        *reached,
    )


async def shared_activities(one_id: int, other_id: int) -> list[Row]:
    """Where both have signed up, in the order in which activities are locked."""
    return await rows(
        "SELECT k.activity_id FROM activity_signups k JOIN activity_signups m"
        " ON m.activity_id = k.activity_id AND m.member_id = $2"
        " WHERE k.member_id = $1 ORDER BY k.activity_id",
        one_id,
        other_id,
    )


async def put_places(signup_id: int, values: Mapping[str, Any]) -> None:
    """What stands there of another sign-up: one person had both."""
    columns = ", ".join(f"{name} = ${place}" for place, name in enumerate(PLACE, 2))
    await change(
        f"UPDATE activity_signups SET {columns} WHERE id = $1",
        signup_id,
        *(values[name] for name in PLACE),
    )


async def coming_of(member_id: int, now: datetime) -> list[Row]:
    """Places at what is not over; in the order in which activities are locked."""
    return await rows(
        "SELECT s.id, s.activity_id, s.state FROM activity_signups s JOIN activities a"
        f" ON a.id = s.activity_id WHERE s.member_id = $1 AND s.state IN {COMING}"
        " AND a.ends_at > $2 ORDER BY s.activity_id",
        member_id,
        to_ms(now),
    )


async def coming_to(
    activity_id: int, *, after: int, limit: int, states: tuple[str, ...]
) -> list[Row]:
    """Batches by the member's number."""
    among = ", ".join(f"'{state}'" for state in states)
    return await rows(
        "SELECT id, member_id, state, signed_at FROM activity_signups WHERE activity_id = $1"
        f" AND member_id > $2 AND state IN ({among}) ORDER BY member_id LIMIT $3",
        activity_id,
        after,
        limit,
    )


async def score_activity(signup_id: int, score: int) -> bool:
    """The first answer of who was there counts."""
    return bool(
        await change(
            "UPDATE activity_signups SET score = $2"
            " WHERE id = $1 AND state = 'attended' AND score IS NULL",
            signup_id,
            score,
        )
    )


async def say_comes_again(signup_id: int, comes_again: bool) -> None:
    await change(
        "UPDATE activity_signups SET comes_again = $2"
        " WHERE id = $1 AND state = 'attended' AND comes_again IS NULL",
        signup_id,
        comes_again,
    )
