"""Tables of the ledger (台账): accounts, transactions, entries, lots, allocations."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import DayField, InstantField


class LedgerAccount(Model):
    """A member's account in one unit, or a counter-account (no member, no balance row)."""

    id = fields.BigIntField(primary_key=True)
    member_id = fields.BigIntField(null=True)
    unit = fields.TextField()
    name = fields.TextField()
    balance = fields.BigIntField(default=0)
    held = fields.BigIntField(default=0)
    debt = fields.BigIntField(default=0)
    closed = fields.BooleanField(default=False)

    class Meta:
        table = "ledger_accounts"


class LedgerTransactionRow(Model):
    id = fields.BigIntField(primary_key=True)
    key = fields.TextField()
    kind = fields.TextField()
    cause = fields.TextField()
    actor = fields.TextField()
    reverses_id = fields.BigIntField(null=True)
    occurred_at = InstantField()
    recorded_at = InstantField()
    digest = fields.TextField()

    class Meta:
        table = "ledger_transactions"


class LedgerEntry(Model):
    id = fields.BigIntField(primary_key=True)
    transaction_id = fields.BigIntField()
    account_id = fields.BigIntField()
    amount = fields.BigIntField()

    class Meta:
        table = "ledger_entries"


class LotRow(Model):
    id = fields.BigIntField(primary_key=True)
    account_id = fields.BigIntField()
    entry_id = fields.BigIntField()
    amount = fields.BigIntField()
    remaining = fields.BigIntField()
    held = fields.BigIntField(default=0)
    expires_on = DayField(null=True)
    opened_until = DayField(null=True)
    opened_at = InstantField()

    class Meta:
        table = "lots"


class LotAllocation(Model):
    id = fields.BigIntField(primary_key=True)
    entry_id = fields.BigIntField()
    lot_id = fields.BigIntField()
    amount = fields.BigIntField()

    class Meta:
        table = "lot_allocations"
