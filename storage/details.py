"""Rows of details (资料): values sealed by their owner, how fresh they are, who changed them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from loyalty.details import BASICS, Freshness
from storage.instants import to_ms
from storage.sql import Row, change, insert, places, rows

# Every detail of a member that is filled in, from both tables.
FILLED = " UNION ALL ".join(
    [
        f"SELECT id AS member_id, '{name}' AS name, {name}_sealed AS value FROM members"
        f" WHERE id IN ({{members}}) AND {name}_sealed IS NOT NULL"
        for name in BASICS
    ]
    + [
        """SELECT member_id, name, value_sealed AS value FROM member_details
        WHERE member_id IN ({members})"""
    ]
)
WITH_MARKS = f"""
SELECT f.member_id, f.name, f.value, k.verified_on, k.asked_on, k.asked_key, k.bounced_on,
       (SELECT MAX(a.asked_on) FROM detail_marks a WHERE a.member_id = f.member_id)
           AS last_asked_on
FROM ({FILLED}) f
LEFT JOIN detail_marks k ON k.member_id = f.member_id AND k.name = f.name
"""


async def filled_details(member_ids: Sequence[int]) -> list[Row]:
    """Name, sealed value and marks of every detail that is filled in; one query."""
    if not member_ids:
        return []
    return await rows(WITH_MARKS.format(members=places(len(member_ids))), *member_ids)


def freshness_of(found: Row) -> Freshness:
    return Freshness(
        name=found["name"],
        verified_on=_day(found["verified_on"]),
        asked_on=_day(found["asked_on"]),
        asked_key=found["asked_key"],
        bounced_on=_day(found["bounced_on"]),
    )


def last_asked_on(found: Sequence[Row]) -> date | None:
    return _day(found[0]["last_asked_on"]) if found else None


async def put_basic(
    member_id: int, name: str, sealed: bytes | None, **others: str | datetime | None
) -> bool:
    """A column of members, with `others` beside it; False where nobody is a member any more."""
    assert name in BASICS, name
    values: dict[str, Any] = {f"{name}_sealed": sealed, **others}
    columns = ", ".join(f"{column} = ${place}" for place, column in enumerate(values, start=2))
    return bool(
        await change(
            f"UPDATE members SET {columns} WHERE id = $1 AND state = 'active'",
            member_id,
            *[to_ms(value) if isinstance(value, datetime) else value for value in values.values()],
        )
    )


async def put_extra(
    member_id: int, name: str, sealed: bytes, *, index: str | None, by: str, now: datetime
) -> bool:
    """False where nobody is a member any more; `index` is what filters find the value by."""
    return bool(
        await change(
            "INSERT INTO member_details"
            " (member_id, name, value_sealed, changed_at, changed_by, value_index)"
            " SELECT id, $2, $3, $4, $5, $6 FROM members WHERE id = $1 AND state = 'active'"
            " ON CONFLICT (member_id, name) DO UPDATE SET value_sealed = excluded.value_sealed,"
            " changed_at = excluded.changed_at, changed_by = excluded.changed_by,"
            " value_index = excluded.value_index",
            member_id,
            name,
            sealed,
            to_ms(now),
            by,
            index,
        )
    )


async def drop_extra(member_id: int, name: str) -> None:
    await change("DELETE FROM member_details WHERE member_id = $1 AND name = $2", member_id, name)


async def set_member_region(member_id: int, region_id: int | None) -> None:
    await change("UPDATE members SET region_id = $1 WHERE id = $2", region_id, member_id)


async def log_detail_change(
    member_id: int, name: str, what: str, *, by: str, key: str, now: datetime
) -> bool:
    """False when this key did it before."""
    values = {"member_id": member_id, "name": name, "what": what, "changed_by": by}
    added = await insert(
        "detail_changes",
        {**values, "changed_at": now, "key": key},
        conflict="ON CONFLICT (key, name) DO NOTHING",
    )
    return added is not None


async def mark_verified(member_id: int, names: Sequence[str], day: date | None) -> None:
    """Somebody said today that these are right; None: nobody has yet."""
    values = ", ".join(f"($1, ${place}, $2)" for place in range(3, len(names) + 3))
    await change(
        f"INSERT INTO detail_marks (member_id, name, verified_on) VALUES {values}"
        " ON CONFLICT (member_id, name) DO UPDATE"
        " SET verified_on = excluded.verified_on, bounced_on = NULL",
        member_id,
        day.isoformat() if day else None,
        *names,
    )


async def mark_asked(member_id: int, name: str, day: date, *, key: str, since: date) -> bool:
    """False when somebody asked after `since`."""
    return bool(
        await change(
            "INSERT INTO detail_marks (member_id, name, asked_on, asked_key)"
            " VALUES ($1, $2, $3, $4) ON CONFLICT (member_id, name) DO UPDATE"
            " SET asked_on = excluded.asked_on, asked_key = excluded.asked_key"
            " WHERE detail_marks.asked_on IS NULL OR detail_marks.asked_on <= $5",
            member_id,
            name,
            day.isoformat(),
            key,
            since.isoformat(),
        )
    )


async def mark_as_bounced(member_id: int, name: str, day: date) -> None:
    """The first day counts."""
    await change(
        "INSERT INTO detail_marks (member_id, name, bounced_on) VALUES ($1, $2, $3)"
        " ON CONFLICT (member_id, name) DO UPDATE"
        " SET bounced_on = COALESCE(detail_marks.bounced_on, excluded.bounced_on)",
        member_id,
        name,
        day.isoformat(),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


async def details_without_index(names: Sequence[str], *, after: int, limit: int) -> list[Row]:
    """Details that filters ask for and cannot find yet, by number."""
    return await rows(
        "SELECT id, member_id, name, value_sealed FROM member_details WHERE value_index IS NULL"
        f" AND name IN ({places(len(names), first=3)}) AND id > $1 ORDER BY id LIMIT $2",
        after,
        limit,
        *names,
    )


async def index_detail(detail_id: int, index: str) -> int:
    return await change(
        "UPDATE member_details SET value_index = $2 WHERE id = $1 AND value_index IS NULL",
        detail_id,
        index,
    )
