"""The audit (对账): what every written transaction must satisfy, read back from its rows.

What is true across transactions (balances, lots, claims) is asked of the tables themselves.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from loyalty.digests import VERSION_2, PostingHead, posting_digest
from loyalty.ledger import (
    UNITS_IN_LOTS,
    Account,
    AccountKind,
    Allocation,
    Entry,
    LedgerTransaction,
    OpenedLot,
    TransactionKind,
    Unit,
)

# The first digests leave the days of lots out.
ANY_DAY = date.min
OF_MEMBERS_LOTS = tuple(f"{unit}:{AccountKind.MEMBER}:" for unit in UNITS_IN_LOTS)


class PostedEntry(NamedTuple):
    """`account` is the account's text: unit, kind, and the member where it has one."""

    id: int
    account: str
    account_id: int
    amount: int


class PostedAllocation(NamedTuple):
    """Signed like its entry: negative amounts left the lot."""

    entry_id: int
    lot_id: int
    lot_account_id: int | None
    amount: int


class PostedLot(NamedTuple):
    entry_id: int
    account_id: int
    amount: int
    opened_until: str | None
    opened_ms: int


class Posting(NamedTuple):
    """A transaction and all that was written with it."""

    id: int
    head: PostingHead
    digest: str
    entries: Sequence[PostedEntry]
    allocations: Sequence[PostedAllocation]
    opened: Sequence[PostedLot]


class Complaint(NamedTuple):
    """One fault: which truth, about what, and the figures that contradict each other."""

    kind: str
    subject: str
    message: str


def faults_of(posting: Posting) -> Iterator[Complaint]:
    """Everything that is wrong with one transaction; a sound one gives no complaint."""
    for kind, message in (*_unbalanced(posting), *_loose(posting), *_altered(posting)):
        yield Complaint(kind, f"transaction {posting.id}", message)


def _unbalanced(posting: Posting) -> Iterator[tuple[str, str]]:
    """The entries sum to zero in every unit."""
    totals: Counter[str] = Counter()
    for entry in posting.entries:
        totals[entry.account.partition(":")[0]] += entry.amount
    for unit, total in totals.items():
        if total:
            yield "unbalanced_transaction", f"entries sum to {total} {unit}, not 0"


def _loose(posting: Posting) -> Iterator[tuple[str, str]]:
    """Whatever moves on a member's account moves in lots of that account, and nothing else does."""
    in_lots: Counter[int] = Counter()
    accounts = {entry.id: entry.account_id for entry in posting.entries}
    for change in posting.allocations:
        in_lots[change.entry_id] += change.amount
        if change.lot_account_id != accounts.get(change.entry_id):
            yield "misplaced_lot", f"lot {change.lot_id} is not of the account it was taken from"
    for lot in posting.opened:
        in_lots[lot.entry_id] += lot.amount
        if lot.account_id != accounts.get(lot.entry_id):
            yield "misplaced_lot", f"a lot of {lot.amount} is not of the account it was booked on"
        if lot.opened_ms != posting.head.occurred_ms:
            yield "misplaced_lot", f"a lot of {lot.amount} was opened at another moment"
    for entry in posting.entries:
        moved = entry.amount if entry.account.startswith(OF_MEMBERS_LOTS) else 0
        if in_lots[entry.id] != moved:
            yield "loose_entry", f"{in_lots[entry.id]} of {moved} on {entry.account} are in lots"


def _altered(posting: Posting) -> Iterator[tuple[str, str]]:
    """It still says what it said when it was written."""
    try:
        digest = _digest(posting)
    except (AssertionError, KeyError, ValueError):
        yield "altered_transaction", "its rows do not make a transaction"
        return
    if digest != posting.digest:
        yield "altered_transaction", "its content does not match its digest"


def _digest(posting: Posting) -> str:
    if not posting.digest.startswith(VERSION_2):
        return _first_digest(posting)
    accounts = {entry.id: entry.account for entry in posting.entries}
    return posting_digest(
        posting.head,
        entries=[(entry.account, entry.amount) for entry in posting.entries],
        allocations=[
            (accounts[change.entry_id], change.lot_id, change.amount)
            for change in posting.allocations
        ],
        opened=[(accounts[lot.entry_id], lot.amount, lot.opened_until) for lot in posting.opened],
    )


def _first_digest(posting: Posting) -> str:
    """As the first release made it, from the value a transaction was written from."""
    accounts = {entry.id: _account(entry.account) for entry in posting.entries}
    return LedgerTransaction(
        kind=TransactionKind(posting.head.kind),
        cause=json.loads(posting.head.cause),
        entries=tuple(Entry(accounts[entry.id], entry.amount) for entry in posting.entries),
        allocations=tuple(
            Allocation(accounts[change.entry_id], change.lot_id, change.amount)
            for change in posting.allocations
        ),
        opened=tuple(
            OpenedLot(accounts[lot.entry_id], lot.amount, ANY_DAY, None) for lot in posting.opened
        ),
    ).digest()


def _account(text: str) -> Account:
    unit, kind, *member = text.split(":")
    return Account(AccountKind(kind), Unit(unit), int(member[0]) if member else None)
