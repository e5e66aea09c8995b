"""The audit (对账): truths a ledger must satisfy, each a function from rows to complaints.

Rows are read once, in the order each function asks for, so a ledger of any length can be streamed;
only figures per member are kept in memory. A sound ledger gives no complaint.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, pairwise
from typing import NamedTuple

from loyalty.ledger import UNITS_IN_LOTS, AccountKind, LedgerTransaction, TransactionKind


class EntryRow(NamedTuple):
    id: int
    transaction_id: int
    account: str
    unit: str
    member_id: int | None
    amount: int


class AllocationRow(NamedTuple):
    """Signed like its entry: negative amounts left the lot."""

    entry_id: int
    transaction_id: int
    transaction_kind: str
    lot_id: int
    amount: int


class LotRow(NamedTuple):
    id: int
    member_id: int
    unit: str
    amount: int
    remaining: int


class BalanceRow(NamedTuple):
    member_id: int
    unit: str
    amount: int
    held: int
    debt: int


class KeyRow(NamedTuple):
    key: str
    transaction_id: int


class DigestRow(NamedTuple):
    transaction_id: int
    digest: str
    transaction: LedgerTransaction


class Complaint(NamedTuple):
    """One fault: which truth, about what, and the figures that contradict each other."""

    kind: str
    subject: str
    message: str


PersonalTotals = Counter[tuple[str, int, str]]  # account, member, unit


def unbalanced_transactions(entries: Iterable[EntryRow]) -> Iterator[Complaint]:
    """The entries of each transaction sum to zero in every unit. Ordered by transaction."""
    for transaction_id, group in groupby(entries, key=lambda entry: entry.transaction_id):
        for unit, total in _totals_by_unit(group).items():
            if total != 0:
                message = f"entries sum to {total} {unit}, not 0"
                yield Complaint("unbalanced_transaction", f"transaction {transaction_id}", message)


def unbalanced_units(entries: Iterable[EntryRow]) -> Iterator[Complaint]:
    """All accounts together sum to zero in every unit. Any order."""
    for unit, total in _totals_by_unit(entries).items():
        if total != 0:
            yield Complaint("unbalanced_unit", unit, f"all accounts sum to {total}, not 0")


def wrong_balances(
    balances: Iterable[BalanceRow], entries: Iterable[EntryRow], lots: Iterable[LotRow]
) -> Iterator[Complaint]:
    """A balance is the sum of its entries and what its lots hold; debt likewise. Any order."""
    accounts = _totals_by_account(entries)
    in_lots: Counter[tuple[int, str]] = Counter()
    for lot in lots:
        in_lots[lot.member_id, lot.unit] += lot.remaining
    for balance in balances:
        yield from _compare_to_entries(balance, accounts)
        yield from _compare_to_lots(balance, in_lots.pop((balance.member_id, balance.unit), 0))
    for (kind, member_id, unit), total in accounts.items():
        if total != 0:
            message = f"entries of account {kind} sum to {total}, but there is no balance"
            yield Complaint("wrong_balance", _subject(member_id, unit), message)
    for (member_id, unit), remaining in in_lots.items():
        if remaining != 0:
            message = f"lots hold {remaining}, but there is no balance"
            yield Complaint("wrong_balance", _subject(member_id, unit), message)


def negative_figures(balances: Iterable[BalanceRow], lots: Iterable[LotRow]) -> Iterator[Complaint]:
    """No balance, hold, debt or lot is below zero, and no more is held than there is. Any order."""
    for balance in balances:
        if balance.debt < 0 or not 0 <= balance.held <= balance.amount:
            message = f"balance {balance.amount}, held {balance.held}, debt {balance.debt}"
            yield Complaint("negative_figure", _subject(balance.member_id, balance.unit), message)
    for lot in lots:
        if not 0 <= lot.remaining <= lot.amount:
            message = f"{lot.remaining} remain of {lot.amount}"
            yield Complaint("negative_figure", f"lot {lot.id}", message)


def loose_debits(
    entries: Iterable[EntryRow], allocations: Iterable[AllocationRow]
) -> Iterator[Complaint]:
    """Whatever leaves a member's lots says which lots. Both ordered by entry."""
    allocated_to = _running_totals(allocations, key=lambda allocation: allocation.entry_id)
    for entry in entries:
        if entry.account != AccountKind.MEMBER or entry.unit not in UNITS_IN_LOTS:
            continue
        allocated = allocated_to(entry.id)
        if entry.amount < 0 and allocated != entry.amount:
            message = f"{allocated} of {entry.amount} {entry.unit} are allocated to lots"
            yield Complaint("loose_debit", f"entry {entry.id}", message)


def overdrawn_lots(
    lots: Iterable[LotRow], allocations: Iterable[AllocationRow]
) -> Iterator[Complaint]:
    """What remains of a lot is its amount and all allocations to it. Both ordered by lot."""
    allocated_to = _running_totals(allocations, key=lambda allocation: allocation.lot_id)
    for lot in lots:
        expected = lot.amount + allocated_to(lot.id)
        if lot.remaining != expected or not 0 <= expected <= lot.amount:
            message = f"{lot.remaining} remain of {lot.amount}, allocations leave {expected}"
            yield Complaint("overdrawn_lot", f"lot {lot.id}", message)


def allocations_after_expiry(allocations: Iterable[AllocationRow]) -> Iterator[Complaint]:
    """A lot that has lapsed is never touched again. In the order of writing."""
    lapsed_in: dict[int, int] = {}
    for allocation in allocations:
        lapsed = lapsed_in.get(allocation.lot_id, allocation.transaction_id)
        if lapsed != allocation.transaction_id:
            message = f"used by transaction {allocation.transaction_id}, lapsed in {lapsed}"
            yield Complaint("allocation_after_expiry", f"lot {allocation.lot_id}", message)
        elif allocation.transaction_kind == TransactionKind.EXPIRE:
            lapsed_in[allocation.lot_id] = allocation.transaction_id


def repeated_keys(keys: Iterable[KeyRow]) -> Iterator[Complaint]:
    """One key, one transaction. Ordered by key."""
    for first, second in pairwise(keys):
        if first.key == second.key:
            message = f"transactions {first.transaction_id} and {second.transaction_id}"
            yield Complaint("repeated_key", first.key, message)


def altered_transactions(transactions: Iterable[DigestRow]) -> Iterator[Complaint]:
    """Every transaction still says what it said when it was written. Any order."""
    for row in transactions:
        if row.transaction.digest() != row.digest:
            message = "its content does not match its digest"
            yield Complaint("altered_transaction", f"transaction {row.transaction_id}", message)


def replay_faults(
    entries: Iterable[EntryRow], balances: Iterable[BalanceRow]
) -> Iterator[Complaint]:
    """Replayed from nothing, no balance dips below zero and all end as they stand.

    Entries in the order of writing.
    """
    replayed: PersonalTotals = Counter()
    for entry in entries:
        if entry.member_id is None:
            continue
        account = entry.account, entry.member_id, entry.unit
        replayed[account] += entry.amount
        if not _may_stand(entry.account, replayed[account]):
            message = f"account {entry.account} came to {replayed[account]} in transaction"
            subject = _subject(entry.member_id, entry.unit)
            yield Complaint("replay_fault", subject, f"{message} {entry.transaction_id}")
    for balance in balances:
        for complaint in _compare_to_entries(balance, replayed):
            yield complaint._replace(kind="replay_fault")


def _compare_to_entries(balance: BalanceRow, accounts: PersonalTotals) -> Iterator[Complaint]:
    owner = balance.member_id, balance.unit
    booked = accounts.pop((AccountKind.MEMBER, *owner), 0)
    owed = -accounts.pop((AccountKind.DEBT, *owner), 0)
    if (balance.amount, balance.debt) != (booked, owed):
        figures = f"balance {balance.amount} and debt {balance.debt}"
        message = f"{figures}, entries give {booked} and {owed}"
        yield Complaint("wrong_balance", _subject(*owner), message)


def _compare_to_lots(balance: BalanceRow, remaining: int) -> Iterator[Complaint]:
    if balance.unit in UNITS_IN_LOTS and balance.amount != remaining:
        message = f"balance {balance.amount}, its lots hold {remaining}"
        yield Complaint("wrong_balance", _subject(balance.member_id, balance.unit), message)


def _totals_by_unit(entries: Iterable[EntryRow]) -> Counter[str]:
    totals: Counter[str] = Counter()
    for entry in entries:
        totals[entry.unit] += entry.amount
    return totals


def _totals_by_account(entries: Iterable[EntryRow]) -> PersonalTotals:
    totals: PersonalTotals = Counter()
    for entry in entries:
        if entry.member_id is not None:
            totals[entry.account, entry.member_id, entry.unit] += entry.amount
    return totals


def _running_totals(
    allocations: Iterable[AllocationRow], key: Callable[[AllocationRow], int]
) -> Callable[[int], int]:
    """Allocated amount by id, read along: ask for rising ids only, one group is kept at a time."""
    groups = groupby(allocations, key=key)
    totals = ((found, sum(row.amount for row in group)) for found, group in groups)
    current = next(totals, None)

    def allocated_to(wanted: int) -> int:
        nonlocal current
        while current is not None and current[0] < wanted:
            current = next(totals, None)
        return current[1] if current is not None and current[0] == wanted else 0

    return allocated_to


def _may_stand(account: str, amount: int) -> bool:
    """A member has nothing or more, and owes nothing or more."""
    return amount <= 0 if account == AccountKind.DEBT else amount >= 0


def _subject(member_id: int, unit: str) -> str:
    return f"member {member_id}, {unit}"
