"""Rows of birthdays (生日): sealed, found by a keyed digest, and when each was told."""

from collections.abc import Sequence
from datetime import datetime

from storage.instants import to_ms
from storage.reach import reach_filter
from storage.sql import Row, change, places, row, rows


async def without_birthday_index(*, after: int, limit: int) -> list[Row]:
    return await rows(
        "SELECT id, birthday_sealed FROM members WHERE birthday_sealed IS NOT NULL"
        " AND birthday_index IS NULL AND id > $1 ORDER BY id LIMIT $2",
        after,
        limit,
    )


async def put_birthday_index(member_id: int, index: str, *, sealed: bytes) -> bool:
    """False when the birthday is another by now."""
    return bool(
        await change(
            "UPDATE members SET birthday_index = $2 WHERE id = $1 AND birthday_sealed = $3",
            member_id,
            index,
            sealed,
        )
    )


async def birthday_of(member_id: int) -> Row | None:
    """The sealed birthday, and when it was told last; NULL where it was brought along."""
    return await row(
        "SELECT birthday_sealed,"
        " (SELECT MAX(c.changed_at) FROM detail_changes c WHERE c.member_id = members.id"
        " AND c.name = 'birthday' AND c.what = 'set' AND c.changed_by NOT LIKE 'import:%'"
        " AND c.changed_by <> 'merge') AS told_at"
        " FROM members WHERE id = $1 AND birthday_sealed IS NOT NULL",
        member_id,
    )


async def birthday_changes_since(member_id: int, since: datetime) -> int:
    """How often it was told anew since then; telling it for the first time is no change."""
    found = await row(
        "SELECT COUNT(*) AS changes FROM detail_changes c WHERE c.member_id = $1"
        " AND c.name = 'birthday' AND c.what = 'set' AND c.changed_at > $2"
        " AND EXISTS (SELECT 1 FROM detail_changes b WHERE b.member_id = c.member_id"
        " AND b.name = 'birthday' AND b.what = 'set' AND b.id < c.id)",
        member_id,
        to_ms(since),
    )
    assert found is not None
    return int(found["changes"])


async def born_within(
    indexes: Sequence[str], stores: frozenset[int] | None, *, limit: int
) -> list[Row]:
    """Of members in that reach, by the digests of a day's birthdays; each with `total` of all."""
    reach, values = reach_filter(stores, first=len(indexes) + 1)
    return await rows(
        "SELECT m.id, m.name_sealed, m.home_store_id, COUNT(*) OVER () AS total FROM members m"
        f" WHERE m.birthday_index IN ({places(len(indexes))}) AND m.state = 'active' AND {reach}"
        f" ORDER BY m.id LIMIT {limit}",
        *indexes,
        *values,
    )
