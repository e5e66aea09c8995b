"""Rows of member lists (会员名单): whose, a page at a time, and which lists were handed out."""

from collections.abc import Sequence
from typing import Any

from storage.sql import Row, insert, places, row, rows

LISTED = """
SELECT m.id, m.member_no, m.joined_at, m.name_sealed, m.phone_sealed, m.birthday_sealed,
       s.name AS home_store, t.tier, COALESCE(a.balance - a.held, 0) AS points,
       (SELECT MAX(p.paid_at) FROM purchases p WHERE p.member_id = m.id) AS bought_at
FROM members m LEFT JOIN stores s ON s.id = m.home_store_id
LEFT JOIN member_tiers t ON t.member_id = m.id
LEFT JOIN ledger_accounts a ON a.member_id = m.id AND a.unit = 'points' AND a.name = 'member'
"""


def belonging(stores: Sequence[int] | None, *, first: int) -> str:
    """Members of these stores by home or purchase; who belongs to none is on the brand's list."""
    if stores is None:
        return "1 = 1"
    if not stores:
        return "1 = 0"
    among = f"IN ({places(len(stores), first=first)})"
    return (
        f"(m.home_store_id {among} OR EXISTS (SELECT 1 FROM purchases b"
        f" WHERE b.member_id = m.id AND b.store_id {among}))"
    )


async def count_members(stores: Sequence[int] | None) -> int:
    found = await row(
        "SELECT COUNT(*) AS members FROM members m WHERE m.state = 'active'"
        f" AND {belonging(stores, first=1)}",
        *(stores or ()),
    )
    assert found is not None
    return int(found["members"])


async def members_listed(stores: Sequence[int] | None, *, after: int, limit: int) -> list[Row]:
    return await rows(
        f"{LISTED} WHERE m.state = 'active' AND m.id > $1 AND {belonging(stores, first=3)}"
        " ORDER BY m.id LIMIT $2",
        after,
        limit,
        *(stores or ()),
    )


async def members_numbered(member_ids: Sequence[int]) -> list[Row]:
    if not member_ids:
        return []
    return await rows(
        f"{LISTED} WHERE m.state = 'active' AND m.id IN ({places(len(member_ids))}) ORDER BY m.id",
        *member_ids,
    )


async def insert_export(**values: Any) -> int:
    export_id = await insert("member_exports", values)
    assert export_id is not None, "every confirmation is done once"
    return export_id


async def export_of_active_staff(export_id: int) -> Row | None:
    """None when whoever asked is staff no more."""
    return await row(
        "SELECT e.*, s.role, s.store_id, s.region_id FROM member_exports e"
        " JOIN staff s ON s.id = e.staff_id WHERE e.id = $1 AND s.state = 'active'",
        export_id,
    )
