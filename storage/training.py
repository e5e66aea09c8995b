"""Rows of staff training (员工培训): who has passed, and whom it is time to remind."""

from datetime import date, datetime
from typing import Any

from storage.instants import to_ms
from storage.sql import Row, insert, row, rows

# A pass is the person's, also after another invitation.
NEWEST_OF_PERSON = """
SELECT p.* FROM training_passes p JOIN staff s ON s.id = p.staff_id
WHERE s.follower_id = $1 ORDER BY p.until DESC, p.id DESC LIMIT 1
"""


async def add_training_pass(**values: Any) -> None:
    """Once per key."""
    await insert("training_passes", values, conflict="ON CONFLICT (key) DO NOTHING")


async def newest_training_pass(follower_id: int) -> Row | None:
    return await row(NEWEST_OF_PERSON, follower_id)


async def training_passes_ending(first: date, last: date) -> list[Row]:
    """Active staff whose newest pass ends within these days, and where they can be written to."""
    return await rows(
        "SELECT p.id, p.until, f.account, f.openid FROM followers f"
        " JOIN (SELECT s.follower_id, MAX(p.until) AS until, MAX(p.id) AS id"
        " FROM training_passes p JOIN staff s ON s.id = p.staff_id GROUP BY s.follower_id) p"
        " ON p.follower_id = f.id WHERE p.until BETWEEN $1 AND $2 AND EXISTS"
        " (SELECT 1 FROM staff s WHERE s.follower_id = f.id AND s.state = 'active')"
        " ORDER BY p.id",
        first.isoformat(),
        last.isoformat(),
    )


async def unmaskings_of(staff_id: int, *, since: datetime, besides: str) -> int:
    """How many members this person has seen in full since then, other messages than this one."""
    found = await row(
        "SELECT COUNT(*) AS count FROM audit_log WHERE staff_id = $1 AND what = 'member.unmask'"
        " AND at >= $2 AND key <> $3",
        staff_id,
        to_ms(since),
        besides,
    )
    assert found is not None, "a count is a row"
    return int(found["count"])
