"""Rows of tiers (等级): where members stand, what counts for them, how it changed."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from storage.instants import SHOP_ZONE, to_ms
from storage.sql import Row, change, insert, places, row, rows

STANDING = "s.tier, s.growth, s.since_on, s.until_on, s.pinned_until, s.grace_on, s.reached_by"
NEVER_MS = 2**62
# A day of the shop as a number: Asia/Shanghai has kept UTC+8 since 1991.
SHOP_DAY = "(paid_at + 28800000) / 86400000"
# Growth counts on the day of what earned it, less what was taken back of it whenever that was. Who
# was merged counts with whom they have become; what a merge itself books is no new growth.
# What was taken back is looked up by its account, not joined with it: a planner without statistics
# would begin at the accounts of everybody.
GROWTH = """
SELECT COALESCE(m.merged_into, m.id) AS member_id, CAST(SUM(e.amount + COALESCE(
  (SELECT SUM(b.amount) FROM ledger_transactions r JOIN ledger_entries b ON b.transaction_id = r.id
    WHERE r.reverses_id = t.id AND 'growth' = (SELECT c.unit FROM ledger_accounts c
      WHERE c.id = b.account_id AND c.name = 'member')), 0)) AS BIGINT) AS growth
FROM members m JOIN ledger_accounts a ON a.member_id = m.id
JOIN ledger_entries e ON e.account_id = a.id
JOIN ledger_transactions t ON t.id = e.transaction_id
WHERE (m.id IN ({ids}) OR m.merged_into IN ({ids})) AND a.unit = 'growth' AND a.name = 'member'
AND t.reverses_id IS NULL AND t.kind NOT IN ('merge', 'unmerge')
AND t.occurred_at >= $1 AND t.occurred_at < $2
GROUP BY COALESCE(m.merged_into, m.id)
"""
VISITS = f"""
SELECT member_id, COUNT(CASE WHEN net > 0 AND net >= $3 THEN 1 END) AS visits,
       CAST(SUM(net) AS BIGINT) AS spend_fen
FROM (SELECT member_id, SUM(paid_fen - refunded_fen) AS net FROM purchases
      WHERE member_id IN ({{ids}}) AND growth_standing IS NOT NULL
      AND paid_at >= $1 AND paid_at < $2
      GROUP BY member_id, store_id, {SHOP_DAY}) AS days
GROUP BY member_id
"""


@dataclass(frozen=True, slots=True)
class Window:
    """Days of the shop, both included; what is None has no end."""

    first_day: date | None = None
    last_day: date | None = None

    def instants(self) -> tuple[int, int]:
        """From the first millisecond up to, not including, the one after the last."""
        start = _midnight(self.first_day) if self.first_day else 0
        return start, _midnight(self.last_day + timedelta(days=1)) if self.last_day else NEVER_MS


async def read_rung(member_id: int) -> Row | None:
    return await row("SELECT tier, growth FROM member_tiers WHERE member_id = $1", member_id)


async def read_rungs(member_ids: Sequence[int]) -> list[Row]:
    return await rows(
        "SELECT member_id, tier, growth FROM member_tiers"
        f" WHERE member_id IN ({places(len(member_ids))})",
        *member_ids,
    )


async def read_progress(
    member_ids: Sequence[int], window: Window, *, visit_from_fen: int, with_visits: bool
) -> list[Row]:
    """Each member's standing and measures, in one statement and in order of id.

    Without `with_visits` purchases are not looked at, and visits and spend_fen are zero.
    """
    values = [*window.instants(), visit_from_fen] if with_visits else window.instants()
    return await rows(_progress_sql(len(member_ids), with_visits), *values, *member_ids)


@functools.cache
def _progress_sql(members: int, with_visits: bool) -> str:
    ids = places(members, first=4 if with_visits else 3)
    joined, more = "", "0 AS visits, 0 AS spend_fen"
    if with_visits:
        joined = f"LEFT JOIN ({VISITS.format(ids=ids)}) AS v ON v.member_id = m.id"
        more = "COALESCE(v.visits, 0) AS visits, COALESCE(v.spend_fen, 0) AS spend_fen"
    return (
        f"SELECT m.id AS member_id, {STANDING}, COALESCE(g.growth, 0) AS measured_growth, {more}"
        f" FROM members m LEFT JOIN member_tiers s ON s.member_id = m.id"
        f" LEFT JOIN ({GROWTH.format(ids=ids)}) AS g ON g.member_id = m.id {joined}"
        f" WHERE m.id IN ({ids}) ORDER BY m.id"
    )


async def put_standing(member_id: int, was: str | None, values: dict[str, Any]) -> bool:
    """Move a member from the rung it stood on; False when it stands elsewhere by now."""
    columns = ["member_id", *values]
    sets = ", ".join(f"{name} = excluded.{name}" for name in values)
    return bool(
        await change(
            f"INSERT INTO member_tiers ({', '.join(columns)}) VALUES ({places(len(columns))})"
            f" ON CONFLICT (member_id) DO UPDATE SET {sets}"
            f" WHERE member_tiers.tier = ${len(columns) + 1}",
            member_id,
            *values.values(),
            was or "",
        )
    )


async def insert_change(**values: Any) -> bool:
    """One line of a member's history; False when its key is written already."""
    return await insert("tier_changes", values, conflict="ON CONFLICT (key) DO NOTHING") is not None


async def newest_change(member_id: int, reasons: Sequence[str]) -> Row | None:
    return await row(
        "SELECT id, from_tier, to_tier, reason, facts FROM tier_changes"
        f" WHERE member_id = $1 AND reason IN ({places(len(reasons), first=2)})"
        " ORDER BY id DESC LIMIT 1",
        member_id,
        *reasons,
    )


async def purchases_with_refunds(purchase_ids: Sequence[int]) -> set[int]:
    found = await rows(
        f"SELECT id FROM purchases WHERE id IN ({places(len(purchase_ids))}) AND refunded_fen > 0",
        *purchase_ids,
    )
    return {line["id"] for line in found}


async def due_for_review(today: date, *, after: int, limit: int) -> list[int]:
    """Members whose term is over, by number from the one behind `after`."""
    found = await rows(
        "SELECT s.member_id FROM member_tiers s JOIN members m ON m.id = s.member_id"
        " WHERE s.until_on < $1 AND m.state = 'active' AND s.member_id > $2"
        " ORDER BY s.member_id LIMIT $3",
        today.isoformat(),
        after,
        limit,
    )
    return [line["member_id"] for line in found]


async def terms_ending(first: date, last: date) -> list[date]:
    """Last days of terms between two days, both included."""
    found = await rows(
        "SELECT DISTINCT until_on FROM member_tiers WHERE until_on BETWEEN $1 AND $2"
        " ORDER BY until_on",
        first.isoformat(),
        last.isoformat(),
    )
    return [date.fromisoformat(line["until_on"]) for line in found]


async def members_with_term_ending(until_on: date, *, after: int, limit: int) -> list[int]:
    """Active members whose term ends on this day, the next ones by id."""
    found = await rows(
        "SELECT s.member_id FROM member_tiers s JOIN members m ON m.id = s.member_id"
        " WHERE s.until_on = $1 AND s.member_id > $2 AND m.state = 'active'"
        " ORDER BY s.member_id LIMIT $3",
        until_on.isoformat(),
        after,
        limit,
    )
    return [line["member_id"] for line in found]


async def members_after(member_id: int, limit: int) -> list[int]:
    """The next active members by id."""
    found = await rows(
        "SELECT id FROM members WHERE id > $1 AND state = 'active' ORDER BY id LIMIT $2",
        member_id,
        limit,
    )
    return [line["id"] for line in found]


def _midnight(day: date) -> int:
    return to_ms(datetime.combine(day, time(), tzinfo=SHOP_ZONE))
