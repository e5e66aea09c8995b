"""Posting to the ledger (记账): the one way a loyalty transaction becomes rows.

Called inside a use case's transaction, with the accounts of the member locked by `lock_accounts`.
A key is good for one posting for ever.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from loyalty.fingerprints import canonical_json
from loyalty.ledger import AccountKind, Entry, LedgerTransaction, Unit
from services.shop import Shop
from storage.ledger import (
    AccountState,
    allocate,
    ensure_debt_account,
    insert_entry,
    insert_transaction,
    lock_account,
    move_balance,
    open_lot,
    transaction_by_key,
)

LockedAccounts = Mapping[Unit, AccountState]


async def lock_accounts(member_id: int, units: Iterable[Unit]) -> LockedAccounts:
    """Lock a member's accounts, always in the same order, until the transaction ends."""
    return {unit: await lock_account(member_id, unit.value) for unit in sorted(units)}


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
) -> int:
    """Write entries, lots, allocations and balances; the id of the new transaction."""
    transaction_id = await insert_transaction(
        key=key,
        kind=transaction.kind.value,
        cause=canonical_json(transaction.cause),
        actor=actor,
        occurred_at=occurred_at,
        recorded_at=shop.now(),
        digest=transaction.digest(),
    )
    entry_ids = {}
    for entry in transaction.entries:
        entry_ids[entry.account] = await _write(transaction_id, entry, accounts)
    for lot in transaction.opened:
        await open_lot(
            accounts[lot.account.unit].id,
            entry_ids[lot.account],
            lot.amount,
            expires_on=lot.expires_on,
            opened_at=occurred_at,
        )
    for allocation in transaction.allocations:
        await allocate(allocation.lot_id, entry_ids[allocation.account], allocation.amount)
    return transaction_id


async def _write(transaction_id: int, entry: Entry, accounts: LockedAccounts) -> int:
    account = entry.account
    if account.kind == AccountKind.MEMBER:
        await move_balance(accounts[account.unit].id, entry.amount)
    elif account.kind == AccountKind.DEBT:
        assert account.member_id is not None
        await ensure_debt_account(account.member_id, account.unit.value)
        await move_balance(accounts[account.unit].id, 0, debt=-entry.amount)
    return await insert_entry(
        transaction_id,
        member_id=account.member_id,
        unit=account.unit.value,
        name=account.kind.value,
        amount=entry.amount,
    )
