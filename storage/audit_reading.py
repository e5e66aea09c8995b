"""Reading the audit trail (审计查询): the newest rows about a member, and of staff, for people."""

from collections.abc import Collection

from storage.sql import Row, Values, rows

ROWS = """
SELECT a.*, m.member_no, s.region_id FROM audit_log a
LEFT JOIN members m ON m.id = a.member_id LEFT JOIN staff s ON s.id = a.staff_id
"""


async def newest_looks(member_id: int, whats: Collection[str], *, limit: int) -> list[Row]:
    """Acts of these kinds on a member, the newest first."""
    values = Values()
    of_member = f"a.member_id = {values(member_id)}"
    kinds = ", ".join(map(values, whats))
    return await rows(
        f"{ROWS} WHERE {of_member} AND a.what IN ({kinds}) ORDER BY a.id DESC LIMIT {limit}",
        *values.all,
    )


async def newest_acts(
    *,
    between_ms: tuple[int, int] | None = None,
    staff_id: int | None = None,
    stores: frozenset[int] | None = None,
    region_id: int | None = None,
    limit: int,
) -> list[Row]:
    """Rows from the first until before the second instant, the newest first.

    `stores` keeps to those who worked in one of them, or in this region; None is everybody.
    """
    values = Values()
    wanted = ["1 = 1"]
    if between_ms is not None:
        first, end = between_ms
        wanted.append(f"a.at >= {values(first)} AND a.at < {values(end)}")
    if staff_id is not None:
        wanted.append(f"a.staff_id = {values(staff_id)}")
    if stores is not None:
        in_store = f"a.store_id IN ({', '.join(map(values, sorted(stores))) or 'NULL'})"
        wanted.append(f"({in_store} OR s.region_id = {values.number(region_id or 0)})")
    return await rows(
        f"{ROWS} WHERE {' AND '.join(wanted)} ORDER BY a.id DESC LIMIT {limit}", *values.all
    )
