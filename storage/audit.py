"""Ledger rows for the audit (对账), as the truths of loyalty.audit read them."""

import json
from collections import defaultdict

from loyalty.audit import AllocationRow, BalanceRow, EntryRow, KeyRow, LotRow
from loyalty.ledger import (
    Account,
    AccountKind,
    Allocation,
    Entry,
    LedgerTransaction,
    OpenedLot,
    TransactionKind,
    Unit,
)
from storage.instants import day_of, from_ms
from storage.sql import Row, rows

CHUNK = 20_000


async def entry_rows() -> list[EntryRow]:
    """All entries in the order of writing."""
    found = await _all(
        "SELECT e.id, e.transaction_id, a.name AS account, a.unit, a.member_id, e.amount"
        " FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id",
        "e.id",
    )
    return [EntryRow(**line) for line in found]


async def allocation_rows() -> list[AllocationRow]:
    found = await _all(
        "SELECT x.id, x.entry_id, e.transaction_id, t.kind AS transaction_kind, x.lot_id, x.amount"
        " FROM lot_allocations x JOIN ledger_entries e ON e.id = x.entry_id"
        " JOIN ledger_transactions t ON t.id = e.transaction_id",
        "x.id",
    )
    return [AllocationRow(**{k: v for k, v in line.items() if k != "id"}) for line in found]


async def lot_rows() -> list[LotRow]:
    found = await _all(
        "SELECT l.id, a.member_id, a.unit, l.amount, l.remaining"
        " FROM lots l JOIN ledger_accounts a ON a.id = l.account_id",
        "l.id",
    )
    return [LotRow(**line) for line in found]


async def balance_rows() -> list[BalanceRow]:
    found = await _all(
        "SELECT a.id, a.member_id, a.unit, a.balance AS amount, a.held, a.debt"
        " FROM ledger_accounts a WHERE a.name = 'member'",
        "a.id",
    )
    return [BalanceRow(**{k: v for k, v in line.items() if k != "id"}) for line in found]


async def key_rows() -> list[KeyRow]:
    found = await _all("SELECT t.id, t.key FROM ledger_transactions t", "t.id")
    return sorted(KeyRow(line["key"], line["id"]) for line in found)


async def stored_transactions() -> list[Row]:
    return await _all("SELECT t.id, t.kind, t.cause, t.digest FROM ledger_transactions t", "t.id")


async def opened_lots() -> dict[int, list[Row]]:
    """Lots by the transaction that opened them."""
    found = await _all(
        "SELECT l.id, l.amount, l.opened_at, e.transaction_id, a.unit, a.member_id FROM lots l"
        " JOIN ledger_entries e ON e.id = l.entry_id JOIN ledger_accounts a ON a.id = l.account_id",
        "l.id",
    )
    return _grouped(found)


def rebuilt_transaction(
    stored: Row, entries: list[EntryRow], allocations: list[AllocationRow], lots: list[Row]
) -> LedgerTransaction:
    """The value a transaction was written from. Raises AssertionError when no such value can be."""
    accounts = {entry.id: _account(entry.account, entry.unit, entry.member_id) for entry in entries}
    return LedgerTransaction(
        kind=TransactionKind(stored["kind"]),
        cause=json.loads(stored["cause"]),
        entries=tuple(Entry(accounts[entry.id], entry.amount) for entry in entries),
        allocations=tuple(
            Allocation(accounts[found.entry_id], found.lot_id, found.amount)
            for found in allocations
        ),
        opened=tuple(
            OpenedLot(
                _account("member", lot["unit"], lot["member_id"]),
                lot["amount"],
                day_of(from_ms(lot["opened_at"])),
                None,
            )
            for lot in lots
        ),
    )


def _account(name: str, unit: str, member_id: int | None) -> Account:
    return Account(AccountKind(name), Unit(unit), member_id)


def _grouped(found: list[Row]) -> dict[int, list[Row]]:
    groups: dict[int, list[Row]] = defaultdict(list)
    for line in found:
        groups[line["transaction_id"]].append(line)
    return groups


async def _all(select: str, key: str) -> list[Row]:
    """Read a whole table in pages by its id, so that no statement runs for long."""
    found: list[Row] = []
    joint = "AND" if " WHERE " in select else "WHERE"
    last_id = 0
    while True:
        page = await rows(f"{select} {joint} {key} > $1 ORDER BY {key} LIMIT {CHUNK}", last_id)
        found.extend(page)
        if len(page) < CHUNK:
            return found
        last_id = page[-1]["id"]


async def claim_faults() -> list[tuple[str, str]]:
    """Claims and purchases that contradict each other or the ledger."""
    found = await rows(
        "SELECT c.id, c.member_id, p.member_id AS purchase_member, t.id AS credited"
        " FROM claims c LEFT JOIN purchases p ON p.id = c.purchase_id"
        " LEFT JOIN ledger_transactions t ON t.key = 'purchase:' || c.purchase_id"
        " WHERE c.state = 'credited' AND (p.id IS NULL OR p.member_id IS NULL"
        " OR p.member_id <> c.member_id OR (t.id IS NULL AND c.points > 0)) ORDER BY c.id LIMIT 100"
    )
    return [
        (f"claim {line['id']}", "credited without its purchase or its points") for line in found
    ]
