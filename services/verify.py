"""Verifying (核对): every truth of the ledger and of claims and codes, held against the tables."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import TypeVar

from loyalty.audit import (
    AllocationRow,
    Complaint,
    DigestRow,
    EntryRow,
    allocations_after_expiry,
    altered_transactions,
    loose_debits,
    negative_figures,
    overdrawn_lots,
    repeated_keys,
    replay_faults,
    unbalanced_transactions,
    unbalanced_units,
    wrong_balances,
)
from services.shop import Shop
from storage.audit import (
    allocation_rows,
    balance_rows,
    claim_faults,
    entry_rows,
    key_rows,
    lot_rows,
    opened_lots,
    rebuilt_transaction,
    stored_transactions,
)
from storage.transactions import snapshot

Found = TypeVar("Found", EntryRow, AllocationRow)


@dataclass(frozen=True, slots=True)
class Verification:
    """The first complaint of each kind, and one line of totals."""

    complaints: tuple[Complaint, ...]
    totals: str


async def verify_ledger(shop: Shop) -> Verification:
    """Reads one moment of the tables, so that a shop that is open verifies like a closed one."""
    async with snapshot():
        return await _verify()


async def _verify() -> Verification:
    entries, allocations = await entry_rows(), await allocation_rows()
    lots, balances, keys = await lot_rows(), await balance_rows(), await key_rows()
    transactions, broken = await _rebuilt(entries, allocations)
    by_transaction = sorted(entries, key=attrgetter("transaction_id", "id"))
    complaints = [
        *unbalanced_transactions(by_transaction),
        *unbalanced_units(entries),
        *wrong_balances(balances, entries, lots),
        *negative_figures(balances, lots),
        *loose_debits(entries, sorted(allocations, key=attrgetter("entry_id"))),
        *overdrawn_lots(lots, sorted(allocations, key=attrgetter("lot_id"))),
        *allocations_after_expiry(allocations),
        *repeated_keys(keys),
        *altered_transactions(transactions),
        *broken,
        *replay_faults(entries, balances),
        *[Complaint("claim_fault", subject, message) for subject, message in await claim_faults()],
    ]
    totals = (
        f"{len(keys)} transactions, {len(entries)} entries, {len(lots)} lots,"
        f" {len(balances)} accounts, {len(complaints)} complaints"
    )
    return Verification(tuple(_first_of_each_kind(complaints)), totals)


async def _rebuilt(
    entries: list[EntryRow], allocations: list[AllocationRow]
) -> tuple[list[DigestRow], list[Complaint]]:
    """Transactions as values; one that cannot be a value any more was altered."""
    entries_of, allocations_of = _by_transaction(entries), _by_transaction(allocations)
    lots_of = await opened_lots()
    whole, broken = [], []
    for stored in await stored_transactions():
        number = stored["id"]
        try:
            value = rebuilt_transaction(
                stored, entries_of[number], allocations_of[number], lots_of.get(number, [])
            )
        except (AssertionError, KeyError, ValueError):
            message = "its rows do not make a transaction"
            broken.append(Complaint("altered_transaction", f"transaction {number}", message))
        else:
            whole.append(DigestRow(number, stored["digest"], value))
    return whole, broken


def _by_transaction(found: Iterable[Found]) -> dict[int, list[Found]]:
    groups: dict[int, list[Found]] = defaultdict(list)
    for row in found:
        groups[row.transaction_id].append(row)
    return groups


def _first_of_each_kind(complaints: Iterable[Complaint]) -> Iterator[Complaint]:
    seen = set()
    for complaint in complaints:
        if complaint.kind not in seen:
            seen.add(complaint.kind)
            yield complaint
