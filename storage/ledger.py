"""Ledger rows (台账): how a double-entry transaction reaches the tables, and the balance reads.

Every writer first locks the member's account row, then guards each update by its row count
(reliability 5.3). Nothing here decides; deciding is loyalty's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from loyalty.merging import MemberMerged
from loyalty.points import Lot
from storage.database import is_postgres
from storage.instants import day_of, from_ms
from storage.sql import Row, change, places, row, rows


@dataclass(frozen=True, slots=True)
class AccountState:
    id: int
    balance: int
    held: int
    debt: int


class BalanceMoved(AssertionError):
    """A guarded update touched no row: the lock discipline was broken."""


async def lock_member_accounts(member_id: int, units: Sequence[str]) -> dict[str, AccountState]:
    """The member's accounts in these units, made where missing, locked in the order they were
    made in until the transaction ends: one made meanwhile never comes before one that is held
    (reliability 5.3). On SQLite the transaction holds the only write lock as it is.

    Raises MemberMerged for accounts that were closed meanwhile."""
    statement = locking_accounts("$1", places(len(units), first=2))
    found = await rows(statement, member_id, *units)
    if len(found) < len(units):
        await _make_accounts(member_id, units)
        found = await rows(statement, member_id, *units)
    if len(found) < len(units):
        raise MemberMerged
    return account_states(found)


def locking_accounts(member: str, units: str) -> str:
    """The statement that locks a member's accounts in these units, or a part of one."""
    return (
        "SELECT unit, id, balance, held, debt FROM ledger_accounts"
        f" WHERE member_id = {member} AND name = 'member'"
        f" AND unit IN ({units}) AND NOT closed"
        f" ORDER BY id {'FOR UPDATE' if is_postgres() else ''}"
    )


def account_states(found: Iterable[Row]) -> dict[str, AccountState]:
    return {line.pop("unit"): AccountState(**line) for line in found}


async def _make_accounts(member_id: int, units: Sequence[str]) -> None:
    made = ", ".join(f"($1, ${place}, 'member')" for place in range(2, len(units) + 2))
    await rows(
        f"INSERT INTO ledger_accounts (member_id, unit, name) VALUES {made}"
        " ON CONFLICT (member_id, unit, name) WHERE member_id IS NOT NULL"
        " DO UPDATE SET balance = ledger_accounts.balance RETURNING id",
        member_id,
        *units,
    )


async def ensure_debt_account(member_id: int, unit: str) -> None:
    await change(
        "INSERT INTO ledger_accounts (member_id, unit, name) VALUES ($1, $2, 'debt')"
        " ON CONFLICT (member_id, unit, name) WHERE member_id IS NOT NULL DO NOTHING",
        member_id,
        unit,
    )


async def transaction_by_key(key: str) -> dict[str, Any] | None:
    return await row("SELECT * FROM ledger_transactions WHERE key = $1", key)


async def open_lots(account_id: int) -> list[Lot]:
    """Lots with something left, also those whose last day is over but not yet booked out."""
    found = await rows(
        "SELECT id, remaining, opened_at, expires_on FROM lots"
        " WHERE account_id = $1 AND remaining > 0 ORDER BY id",
        account_id,
    )
    return [
        Lot(
            id=lot["id"],
            points_left=lot["remaining"],
            earned_on=day_of(from_ms(lot["opened_at"])),
            expires_on=date.fromisoformat(lot["expires_on"]) if lot["expires_on"] else None,
        )
        for lot in found
    ]


async def prolong_lots(account_id: int, expires_on: date, today: date) -> None:
    """Move the last day of usable lots later, never earlier; lapsed ones stay lapsed."""
    await change(
        "UPDATE lots SET expires_on = $1 WHERE account_id = $2 AND remaining > 0"
        " AND expires_on >= $3 AND expires_on < $1",
        expires_on.isoformat(),
        account_id,
        today.isoformat(),
    )


async def accounts_with_expired_lots(
    unit: str, today: date, *, after: int, limit: int
) -> list[dict[str, Any]]:
    """By account, from the one behind `after`."""
    return await rows(
        "SELECT DISTINCT a.member_id, a.id FROM lots l"
        " JOIN ledger_accounts a ON a.id = l.account_id"
        " WHERE l.remaining > 0 AND l.expires_on < $1 AND a.unit = $2 AND a.id > $3"
        " ORDER BY a.id LIMIT $4",
        today.isoformat(),
        unit,
        after,
        limit,
    )


# One statement: the balance, what is owed or pending, and the next three expiries. Lots that lapsed
# but await tonight's expiry run are shown as what they are: no longer spendable. Lots are looked up
# by their account: joined with it, a planner would begin at the lots of everybody that lapse.
POINTS_ACCOUNT = (
    "SELECT id FROM ledger_accounts WHERE member_id = $1 AND unit = 'points' AND name = 'member'"
)
READ_POINTS = f"""
SELECT 'balance' AS what, NULL AS expires_on, balance - held AS amount
  FROM ledger_accounts WHERE member_id = $1 AND unit = 'points' AND name = 'member'
UNION ALL
SELECT 'debt', NULL, debt
  FROM ledger_accounts WHERE member_id = $1 AND unit = 'points' AND name = 'member' AND debt > 0
UNION ALL
SELECT 'pending', NULL,
  (SELECT COALESCE(SUM(points), 0) FROM claims WHERE member_id = $1 AND state = 'pending')
  + (SELECT COALESCE(SUM(points), 0) FROM purchases
     WHERE member_id = $1 AND credit_due_at IS NOT NULL)
UNION ALL
SELECT 'lapsed', NULL, -COALESCE(SUM(l.remaining), 0)
  FROM lots l WHERE l.account_id = ({POINTS_ACCOUNT}) AND l.remaining > 0 AND l.expires_on < $2
UNION ALL
SELECT 'expiry', e.expires_on, e.amount FROM
  (SELECT l.expires_on, SUM(l.remaining) AS amount
     FROM lots l WHERE l.account_id = ({POINTS_ACCOUNT}) AND l.remaining > 0 AND l.expires_on >= $2
    GROUP BY l.expires_on ORDER BY l.expires_on LIMIT 3) AS e
"""


async def read_points(member_id: int, today: date) -> list[dict[str, Any]]:
    return await rows(READ_POINTS, member_id, today.isoformat())


async def newest_lines(member_id: int, limit: int) -> list[dict[str, Any]]:
    """Ledger lines of a member, those recorded last first: one a transaction, unit and account.

    What is told late is news, whenever it happened. By the number as it is, a planner might walk
    back through everybody's entries to find ten of one member."""
    return await rows(
        "SELECT t.id, t.kind, t.cause, t.occurred_at, a.unit, a.name, e.amount"
        " FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id"
        " JOIN ledger_transactions t ON t.id = e.transaction_id"
        " WHERE a.member_id = $1 AND a.name IN ('member', 'debt')"
        " ORDER BY e.id + 0 DESC LIMIT $2",
        member_id,
        limit,
    )
