"""Reading the audit trail (审计查询): the newest rows about a member, and of staff, for people."""

from collections.abc import Collection

from storage.sql import Row, Values, rows
from storage.ticket_sight import SAME_PERSON

ROWS = """
SELECT a.*, m.member_no, s.region_id FROM audit_log a
LEFT JOIN members m ON m.id = a.member_id LEFT JOIN staff s ON s.id = a.staff_id
"""


async def newest_looks(member_id: int, whats: Collection[str], *, limit: int) -> list[Row]:
    """Acts of these kinds on a member, and on who became part of it, the newest first."""
    values = Values()
    number = values(member_id)
    both = f"SELECT id FROM members WHERE id = {number} OR merged_into = {number}"
    of_member = f"a.member_id IN ({both})"
    kinds = ", ".join(map(values, whats))
    return await rows(
        f"{ROWS} WHERE {of_member} AND a.what IN ({kinds}) ORDER BY a.id DESC LIMIT {limit}",
        *values.all,
    )


async def newest_acts(
    *,
    reader_id: int,
    between_ms: tuple[int, int] | None = None,
    staff_id: int | None = None,
    stores: frozenset[int] | None = None,
    region_id: int | None = None,
    limit: int,
) -> list[Row]:
    """Rows from the first until before the second instant, the newest first.

    To whoever a ticket is about there is no such ticket, nor what was done with it.
    `stores` keeps to those who worked in one of them, or in this region; None is everybody.
    """
    values = Values()
    wanted = [f"a.subject NOT IN ({tickets_about(values, reader_id)})"]
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


def tickets_about(values: Values, reader_id: int) -> str:
    """The subjects under which the trail has tickets about this very person."""
    return (
        "SELECT 'ticket:' || CAST(ts.ticket_id AS TEXT) FROM ticket_subjects ts"
        " JOIN staff about ON about.id = ts.staff_id JOIN followers x ON x.id = about.follower_id"
        f" JOIN followers me ON me.id = {values(reader_id)} WHERE {SAME_PERSON}"
    )
