"""Rows of activities (活动): kept in step with the shop file, and the counter of their seats."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from storage.database import is_postgres
from storage.instants import to_ms
from storage.sql import Part, Row, Values, change, insert, places, row, rows, stored


async def activities_ending_after(moment: datetime) -> list[Row]:
    """Also cancelled ones, soonest first."""
    return await rows(
        "SELECT * FROM activities WHERE ends_at >= $1 ORDER BY starts_at, id", to_ms(moment)
    )


async def activities_numbered(ids: Sequence[int]) -> list[Row]:
    if not ids:
        return []
    return await rows(
        f"SELECT * FROM activities WHERE id IN ({places(len(ids))}) ORDER BY starts_at, id", *ids
    )


async def numbers_of_activities() -> dict[str, int]:
    """By code, over or not."""
    return {line["code"]: line["id"] for line in await rows("SELECT id, code FROM activities")}


async def activities_going_on(starting_before: datetime, ending_after: datetime) -> list[int]:
    """Numbers of those that are not cancelled."""
    found = await rows(
        "SELECT id FROM activities WHERE starts_at <= $1 AND ends_at >= $2"
        " AND cancelled_at IS NULL ORDER BY id",
        to_ms(starting_before),
        to_ms(ending_after),
    )
    return [line["id"] for line in found]


async def activity_coded(code: str) -> Row | None:
    """Locks it: two loads of one file come one after the other."""
    return await row(f"SELECT * FROM activities WHERE code = $1 {_lock()}", code)


async def lock_activity(activity_id: int) -> Row:
    """Whoever wants a seat of it waits here; behind the member's accounts."""
    found = await row(f"SELECT * FROM activities WHERE id = $1 {_lock()}", activity_id)
    assert found is not None, activity_id
    return found


async def add_activity(values: Mapping[str, Any]) -> int | None:
    """None where another load has brought it at this moment."""
    return await insert("activities", values, conflict="ON CONFLICT (code) DO NOTHING")


async def change_activity(activity_id: int, values: Mapping[str, Any]) -> None:
    names = ", ".join(f"{name} = ${place}" for place, name in enumerate(values, 2))
    changed = await change(
        f"UPDATE activities SET {names} WHERE id = $1", activity_id, *map(stored, values.values())
    )
    assert changed == 1, activity_id


async def cancel_activity(activity_id: int, why: str, now: datetime) -> bool:
    """False where it was cancelled before, or is over."""
    return bool(
        await change(
            "UPDATE activities SET cancelled_at = $2, cancelled_why = $3"
            " WHERE id = $1 AND cancelled_at IS NULL AND ends_at > $2",
            activity_id,
            to_ms(now),
            why,
        )
    )


async def take_seat(activity_id: int, now: datetime) -> bool:
    """Count one seat for who signs up; those who wait come first. The activity is locked."""
    return bool(
        await change(
            "UPDATE activities SET taken = taken + 1 WHERE id = $1 AND cancelled_at IS NULL"
            " AND signup_until >= $2 AND (seats IS NULL OR taken < seats)"
            " AND NOT EXISTS (SELECT 1 FROM activity_signups s"
            " WHERE s.activity_id = $1 AND s.state = 'waiting')",
            activity_id,
            to_ms(now),
        )
    )


async def take_seat_for_present(activity_id: int, now: datetime) -> bool:
    """Count one seat for who waits, or stands at the door."""
    return bool(
        await change(
            "UPDATE activities SET taken = taken + 1 WHERE id = $1 AND cancelled_at IS NULL"
            " AND ends_at > $2 AND (seats IS NULL OR taken < seats)",
            activity_id,
            to_ms(now),
        )
    )


async def free_seat(activity_id: int) -> None:
    freed = await change(
        "UPDATE activities SET taken = taken - 1 WHERE id = $1 AND taken > 0", activity_id
    )
    assert freed == 1, activity_id


async def next_queue_number(activity_id: int, now: datetime) -> int | None:
    """A place on the waiting list; None where there is none."""
    found = await row(
        "UPDATE activities SET queued = queued + 1 WHERE id = $1 AND cancelled_at IS NULL"
        " AND signup_until >= $2 AND has_waiting RETURNING queued",
        activity_id,
        to_ms(now),
    )
    return int(found["queued"]) if found else None


async def open_to(member_id: int, audiences: Sequence[Part]) -> list[bool]:
    """Whether this member is in each of these audiences; one read."""
    if not audiences:
        return []
    values = Values()
    asked = ", ".join(
        f"CASE WHEN {audience(values)} THEN 1 ELSE 0 END AS is_in_{place}"
        for place, audience in enumerate(audiences)
    )
    mine = values.number(member_id)
    found = await row(f"SELECT {asked} FROM members m WHERE m.id = {mine}", *values.all)
    return [bool(found and found[f"is_in_{place}"]) for place in range(len(audiences))]


def _lock() -> str:
    return "FOR UPDATE" if is_postgres() else ""
