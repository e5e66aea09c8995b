"""Home stores (归属门店): the store of a member's first purchase, once there is one."""

from storage.sql import change, rows

HAS_BOUGHT = """
EXISTS (SELECT 1 FROM purchases p WHERE p.member_id = members.id AND p.store_id IS NOT NULL)
"""
# The index on purchases (member_id, paid_at) finds the first one at once.
FIRST_STORE = """
SELECT p.store_id FROM purchases p
WHERE p.member_id = members.id AND p.store_id IS NOT NULL ORDER BY p.paid_at, p.id LIMIT 1
"""


async def members_without_home(*, after: int, limit: int) -> list[int]:
    """Numbers, by size, of those who have bought and belong to no store yet."""
    found = await rows(
        "SELECT id FROM members WHERE home_store_id IS NULL AND id > $1"
        f" AND {HAS_BOUGHT} ORDER BY id LIMIT $2",
        after,
        limit,
    )
    return [line["id"] for line in found]


async def settle_between(first: int, last: int) -> int:
    return await change(
        f"UPDATE members SET home_store_id = ({FIRST_STORE})"
        f" WHERE id >= $1 AND id <= $2 AND home_store_id IS NULL AND {HAS_BOUGHT}",
        first,
        last,
    )
