"""After a merge (合并善后): what came too late follows, what nobody needs any more is forgotten."""

from datetime import datetime

from storage.instants import to_ms
from storage.merges import FOLLOWING
from storage.sql import change, rows

# What is given without holding the member's accounts. The others are guarded, and verified.
LATE_TABLES = ("followers", "coupon_gifts", "coupons", "outbox", "tickets")
# Of merges that nobody can undo any more: too late, or the kept member has left.
SETTLED = """
SELECT m.id FROM members m JOIN member_merges g ON g.merged_id = m.id AND g.undone_at IS NULL
  JOIN members k ON k.id = m.merged_into
 WHERE m.merged_into IS NOT NULL AND (g.undo_until < $1 OR k.state <> 'active')
"""
HAS_DETAILS = """
(m.name_sealed IS NOT NULL OR m.phone_sealed IS NOT NULL OR m.birthday_sealed IS NOT NULL
 OR EXISTS (SELECT 1 FROM member_details d WHERE d.member_id = m.id))
"""


async def hand_late_rows() -> int:
    """What was given to a member at the very moment of the merge; how many rows."""
    handed = 0
    for following in [one for one in FOLLOWING if one.table in LATE_TABLES]:
        table, column = following.table, following.column
        await change(
            "INSERT INTO merge_moves (merge_id, what, row_id)"
            f" SELECT g.id, '{following.what}', x.id FROM member_merges g"
            f" JOIN {table} x ON x.{column} = g.merged_id"
            " WHERE g.undone_at IS NULL ON CONFLICT (merge_id, what, row_id) DO NOTHING"
        )
        handed += await change(
            f"UPDATE {table} SET {column} = (SELECT m.merged_into FROM members m"
            f" WHERE m.id = {table}.{column}) WHERE {column} IN"
            " (SELECT id FROM members WHERE merged_into IS NOT NULL)"
        )
    return handed


async def merged_to_forget(now: datetime, *, after: int, limit: int) -> list[int]:
    """By number, from the one behind `after`."""
    found = await rows(
        f"{SETTLED} AND {HAS_DETAILS} AND m.id > $2 ORDER BY m.id LIMIT $3",
        to_ms(now),
        after,
        limit,
    )
    return [line["id"] for line in found]


async def forget_details_of(member_id: int) -> None:
    """The merged member's own; the kept one has what was taken over."""
    await change(
        "UPDATE members SET name_sealed = NULL, phone_sealed = NULL, phone_index = NULL,"
        " birthday_sealed = NULL, birthday_index = NULL WHERE id = $1 AND merged_into IS NOT NULL",
        member_id,
    )
    for table in ("member_details", "detail_marks"):
        await change(f"DELETE FROM {table} WHERE member_id = $1", member_id)
