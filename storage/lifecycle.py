"""Rows of the lifecycle (生命周期): who has to be looked at, their visits, and their stages."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from storage.instants import from_ms, to_ms
from storage.sql import Row, Values, change, places, row, rows
from storage.tiers import SHOP_DAY

FIRST_DAY = date(1970, 1, 1)
# Transactions get their numbers before they commit: those under way then are looked at once more.
UNDER_WAY = 1_000
RHYTHM = (
    *("member_id", "visits", "first_on", "last_on", "back_on", "median_days"),
    *("stage", "stage_since", "next_on"),
)
CHANGE = ("member_id", "from_stage", "to_stage", "cause", "facts", "changed_at")


async def read_marks() -> tuple[int, int]:
    """Up to which member and which ledger transaction everything has been looked at."""
    found = await row("SELECT member_id, transaction_id FROM lifecycle_marks WHERE id = 1")
    return (found["member_id"], found["transaction_id"]) if found else (0, 0)


async def newest_transaction() -> int:
    found = await row("SELECT COALESCE(MAX(id), 0) AS newest FROM ledger_transactions")
    assert found is not None
    return int(found["newest"])


async def move_marks(member_id: int, transaction_id: int) -> None:
    await change(
        "INSERT INTO lifecycle_marks (id, member_id, transaction_id) VALUES (1, $1, $2)"
        " ON CONFLICT (id) DO UPDATE SET member_id = excluded.member_id,"
        " transaction_id = excluded.transaction_id",
        member_id,
        transaction_id,
    )


async def members_after(member_id: int, *, limit: int) -> list[int]:
    return _ids(
        await rows(
            "SELECT id FROM members WHERE id > $1 AND state = 'active' ORDER BY id LIMIT $2",
            member_id,
            limit,
        )
    )


async def members_touched(
    since: int, through: int, *, after: int, known_through: int, limit: int
) -> list[int]:
    """Whose ledger has changed, of the members that have been looked at before."""
    return _ids(
        await rows(
            "SELECT DISTINCT a.member_id AS id FROM ledger_entries e"
            " JOIN ledger_accounts a ON a.id = e.account_id"
            " JOIN members m ON m.id = a.member_id AND m.state = 'active'"
            " WHERE e.transaction_id > $1 AND e.transaction_id <= $2"
            " AND a.member_id > $3 AND a.member_id <= $4 ORDER BY a.member_id LIMIT $5",
            since - UNDER_WAY,
            through,
            after,
            known_through,
            limit,
        )
    )


async def members_turning(today: date, *, limit: int) -> list[int]:
    """Whose stage changes by today because they did not come."""
    return _ids(
        await rows(
            "SELECT r.member_id AS id FROM member_rhythms r"
            " JOIN members m ON m.id = r.member_id AND m.state = 'active'"
            " WHERE r.next_on <= $1 ORDER BY r.next_on, r.member_id LIMIT $2",
            today.isoformat(),
            limit,
        )
    )


async def visit_days(member_ids: Sequence[int]) -> dict[int, list[date]]:
    """Of each who has any, in order; a store counts once a day, what was given back never."""
    found = await rows(
        f"SELECT member_id, {SHOP_DAY} AS day, store_id FROM purchases"
        f" WHERE member_id IN ({places(len(member_ids))}) AND paid_fen > refunded_fen"
        " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        *member_ids,
    )
    days: dict[int, list[date]] = {}
    for line in found:
        days.setdefault(line["member_id"], []).append(FIRST_DAY + timedelta(days=line["day"]))
    return days


async def heard_at(member_ids: Sequence[int]) -> dict[int, datetime]:
    """When each of those who wrote did so last."""
    found = await rows(
        "SELECT f.member_id, MAX(c.at) AS at FROM contacts c"
        " JOIN followers f ON f.id = c.follower_id"
        f" WHERE c.kind = 'message' AND f.member_id IN ({places(len(member_ids))}) GROUP BY 1",
        *member_ids,
    )
    return {line["member_id"]: from_ms(line["at"]) for line in found}


async def rhythms_of(member_ids: Sequence[int]) -> dict[int, Row]:
    found = await rows(
        f"SELECT {', '.join(RHYTHM)} FROM member_rhythms"
        f" WHERE member_id IN ({places(len(member_ids))})",
        *member_ids,
    )
    return {line["member_id"]: line for line in found}


async def put_rhythms(lines: Sequence[Row]) -> None:
    """Each as a whole, in place of what is there."""
    news = ", ".join(f"{name} = excluded.{name}" for name in RHYTHM[1:])
    conflict = f"ON CONFLICT (member_id) DO UPDATE SET {news}"
    await _insert("member_rhythms", RHYTHM, lines, conflict)


async def add_stage_changes(lines: Sequence[Row]) -> None:
    await _insert("stage_changes", CHANGE, lines)


async def newest_stage_change(member_id: int) -> Row | None:
    return await row(
        "SELECT from_stage, to_stage, cause, facts, changed_at FROM stage_changes"
        " WHERE member_id = $1 ORDER BY id DESC LIMIT 1",
        member_id,
    )


async def _insert(
    table: str, columns: Sequence[str], lines: Sequence[Row], conflict: str = ""
) -> None:
    if not lines:
        return
    values = Values()
    written = [f"({', '.join(values(_kept(line[name])) for name in columns)})" for line in lines]
    await change(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join(written)} {conflict}",
        *values.all,
    )


def _kept(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_ms(value)
    return value.isoformat() if isinstance(value, date) else value


def _ids(found: Iterable[Row]) -> list[int]:
    return [line["id"] for line in found]
