"""Posting to the ledger (记账): the one way a loyalty transaction becomes rows.

Called inside a use case's transaction, with the accounts of the member locked by `lock_accounts`.
A key is good for one posting for ever.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from loyalty.digests import PostingHead, posting_digest
from loyalty.ledger import Account, AccountKind, Entry, LedgerTransaction, Unit
from services.shop import Shop
from storage.instants import to_ms
from storage.ledger import (
    AccountState,
    ensure_debt_account,
    lock_member_accounts,
    transaction_by_key,
)
from storage.postings import (
    EntryLine,
    Move,
    NewAllocation,
    NewLot,
    NewPosting,
    write_posting,
)
from storage.sql import Part

CAUSES = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)

LockedAccounts = Mapping[Unit, AccountState]


class JointAccounts(dict[Unit, AccountState]):
    """A member's locked accounts, and beside them those of others with a part in a posting."""

    def __init__(self, own: LockedAccounts, others: Mapping[int, LockedAccounts]) -> None:
        super().__init__(own)
        self.others = others

    def of(self, member_id: int) -> LockedAccounts:
        return self.others.get(member_id, self)


async def lock_accounts(member_id: int, units: Iterable[Unit]) -> LockedAccounts:
    """Lock a member's accounts, always in the same order, until the transaction ends."""
    locked = await lock_member_accounts(member_id, sorted(unit.value for unit in units))
    return {Unit(unit): state for unit, state in locked.items()}


async def is_posted(key: str) -> bool:
    """Whether this key was used; ask with the accounts locked."""
    return await transaction_by_key(key) is not None


async def post(
    shop: Shop,
    transaction: LedgerTransaction,
    accounts: LockedAccounts,
    *,
    key: str,
    actor: str,
    occurred_at: datetime,
    reverses_id: int | None = None,
) -> int:
    """Write entries, lots, allocations and balances; the id of the new transaction."""
    head = PostingHead(
        kind=transaction.kind.value,
        cause=_cause_text(transaction),
        key=key,
        actor=actor,
        reverses_id=reverses_id,
        occurred_ms=to_ms(occurred_at),
        recorded_ms=to_ms(shop.now()),
    )
    return await _write(head, transaction, accounts)


async def post_with(
    shop: Shop,
    transaction: LedgerTransaction,
    accounts: LockedAccounts,
    *,
    key: str,
    occurred_at: datetime,
    beside: Mapping[str, Part],
    following: Mapping[str, Part],
) -> int:
    """Post what the rules bring, together with changes by their names: `beside` it of one row each,
    `following` of as many as there are."""
    head = PostingHead(
        kind=transaction.kind.value,
        cause=_cause_text(transaction),
        key=key,
        actor="system",
        reverses_id=None,
        occurred_ms=to_ms(occurred_at),
        recorded_ms=to_ms(shop.now()),
    )
    return await _write(head, transaction, accounts, beside=beside, following=following)


async def _write(
    head: PostingHead,
    transaction: LedgerTransaction,
    accounts: LockedAccounts,
    *,
    beside: Mapping[str, Part] | None = None,
    following: Mapping[str, Part] | None = None,
) -> int:
    for entry in transaction.entries:
        if entry.account.kind == AccountKind.DEBT:
            assert entry.account.member_id is not None
            await ensure_debt_account(entry.account.member_id, entry.account.unit.value)
    return await write_posting(
        NewPosting(
            head=_head_row(head, transaction),
            moves=list(_moves(transaction.entries, accounts)),
            entries=[_line(entry, accounts) for entry in transaction.entries],
            opened=[
                NewLot(_id(lot.account, accounts), lot.amount, lot.expires_on, head.occurred_ms)
                for lot in transaction.opened
            ],
            allocations=[
                NewAllocation(_id(change.account, accounts), change.lot_id, change.amount)
                for change in transaction.allocations
            ],
            beside=beside or {},
            following=following or {},
        )
    )


def _cause_text(transaction: LedgerTransaction) -> str:
    return CAUSES.encode(transaction.cause)


def _head_row(head: PostingHead, transaction: LedgerTransaction) -> dict[str, str | int | None]:
    return {
        "key": head.key,
        "kind": head.kind,
        "cause": head.cause,
        "actor": head.actor,
        "reverses_id": head.reverses_id,
        "occurred_at": head.occurred_ms,
        "recorded_at": head.recorded_ms,
        "digest": _digest(head, transaction),
    }


def _digest(head: PostingHead, transaction: LedgerTransaction) -> str:
    entries = [(str(entry.account), entry.amount) for entry in transaction.entries]
    allocations = [
        (str(change.account), change.lot_id, change.amount) for change in transaction.allocations
    ]
    opened = [
        (str(lot.account), lot.amount, lot.expires_on.isoformat() if lot.expires_on else None)
        for lot in transaction.opened
    ]
    return posting_digest(head, entries=entries, allocations=allocations, opened=opened)


def _moves(entries: Iterable[Entry], accounts: LockedAccounts) -> Iterator[Move]:
    """What happens to each locked account: its balance, and the debt kept beside it."""
    balances: defaultdict[int, int] = defaultdict(int)
    debts: defaultdict[int, int] = defaultdict(int)
    for entry in entries:
        if entry.account.kind == AccountKind.MEMBER:
            balances[_id(entry.account, accounts)] += entry.amount
        elif entry.account.kind == AccountKind.DEBT:
            debts[_id(entry.account, accounts)] -= entry.amount
    for account_id in sorted(balances.keys() | debts.keys()):
        yield Move(account_id, balances[account_id], debts[account_id])


def _line(entry: Entry, accounts: LockedAccounts) -> EntryLine:
    account = entry.account
    known = _id(account, accounts) if account.kind == AccountKind.MEMBER else None
    return EntryLine(known, account.member_id, account.unit.value, account.kind.value, entry.amount)


def _id(account: Account, accounts: LockedAccounts) -> int:
    others = accounts.others if isinstance(accounts, JointAccounts) else {}
    theirs = others.get(account.member_id) if account.member_id is not None else None
    return (theirs or accounts)[account.unit].id
