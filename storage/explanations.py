"""Rows that explain a number (为什么): what was stored with each effect, newest first."""

from collections.abc import Sequence

from storage.sql import Row, places, row, rows


async def newest_transactions(member_id: int, units: Sequence[str], limit: int) -> list[Row]:
    """A line for each unit and account a transaction moved, debt apart."""
    wanted = places(len(units), first=3)
    return await rows(
        "SELECT t.id, t.cause, t.occurred_at, a.unit, a.name, e.amount"
        " FROM (SELECT DISTINCT x.transaction_id AS id FROM ledger_entries x"
        "   JOIN ledger_accounts b ON b.id = x.account_id"
        f"  WHERE b.member_id = $1 AND b.unit IN ({wanted})"
        "   ORDER BY x.transaction_id DESC LIMIT $2) AS newest"
        " JOIN ledger_transactions t ON t.id = newest.id"
        " JOIN ledger_entries e ON e.transaction_id = t.id"
        " JOIN ledger_accounts a ON a.id = e.account_id"
        f" WHERE a.member_id = $1 AND a.unit IN ({wanted}) ORDER BY t.id DESC, a.unit, a.name",
        member_id,
        limit,
        *units,
    )


async def newest_coupons(member_id: int, limit: int) -> list[Row]:
    return await rows(
        "SELECT code, terms, cause, ends_on FROM coupons WHERE member_id = $1"
        " AND state = 'issued' ORDER BY ends_on, id LIMIT $2",
        member_id,
        limit,
    )


async def newest_tier_change(member_id: int) -> Row | None:
    return await row(
        "SELECT to_tier, reason, facts, changed_at FROM tier_changes WHERE member_id = $1"
        " ORDER BY id DESC LIMIT 1",
        member_id,
    )
