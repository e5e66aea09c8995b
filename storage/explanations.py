"""Rows that explain a number (为什么): what was stored with each effect, newest first."""

from collections.abc import Sequence
from datetime import date

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


async def lines_of_transaction(member_id: int, key: str) -> list[Row]:
    """The same of one transaction. Growth alone is a line, too: what earned no points has it."""
    return await rows(
        "SELECT t.id, t.cause, t.occurred_at, a.unit, a.name, e.amount FROM ledger_transactions t"
        " JOIN ledger_entries e ON e.transaction_id = t.id"
        " JOIN ledger_accounts a ON a.id = e.account_id"
        " WHERE t.key = $2 AND a.member_id = $1 ORDER BY a.unit, a.name",
        member_id,
        key,
    )


async def pending_claims(member_id: int, limit: int) -> list[Row]:
    """Claims that await their till's upload, oldest first."""
    return await rows(
        "SELECT * FROM claims WHERE member_id = $1 AND state = 'pending' ORDER BY id LIMIT $2",
        member_id,
        limit,
    )


async def waiting_purchases(member_id: int, limit: int) -> list[Row]:
    """Purchases within their return period, soonest to end first."""
    return await rows(
        "SELECT * FROM purchases WHERE member_id = $1 AND credit_due_at IS NOT NULL"
        " AND points > 0"
        " ORDER BY credit_due_at, id LIMIT $2",
        member_id,
        limit,
    )


async def coupons_at_hand(member_id: int, today: date) -> list[Row]:
    """Soonest to end first, and none that has ended."""
    return await rows(
        "SELECT code, terms, cause, ends_on FROM coupons WHERE member_id = $1"
        " AND state = 'issued' AND ends_on >= $2 ORDER BY ends_on, id",
        member_id,
        today.isoformat(),
    )


async def newest_tier_change(member_id: int) -> Row | None:
    return await row(
        "SELECT to_tier, reason, facts, changed_at FROM tier_changes WHERE member_id = $1"
        " ORDER BY id DESC LIMIT 1",
        member_id,
    )
