"""Tables of stored value (储值): top-ups, holds, and what holds reserve of which lot."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import InstantField


class TopUp(Model):
    id = fields.BigIntField(primary_key=True)
    till_id = fields.BigIntField()
    topup_no = fields.TextField()
    member_id = fields.BigIntField()
    paid_fen = fields.BigIntField()
    bonus_fen = fields.BigIntField()
    transaction_id = fields.BigIntField(null=True)
    state = fields.TextField()
    fingerprint = fields.TextField()
    answer = fields.TextField(null=True)
    recorded_at = InstantField()

    class Meta:
        table = "topups"


class WalletHold(Model):
    id = fields.BigIntField(primary_key=True)
    till_id = fields.BigIntField()
    receipt_no = fields.TextField()
    member_id = fields.BigIntField()
    amount_fen = fields.BigIntField()
    state = fields.TextField()
    awaits_member = fields.BooleanField(default=False)
    captured_fen = fields.BigIntField(default=0)
    captured_bonus_fen = fields.BigIntField(default=0)
    transaction_id = fields.BigIntField(null=True)
    returned_fen = fields.BigIntField(default=0)
    returned_bonus_fen = fields.BigIntField(default=0)
    expires_at = InstantField()
    fingerprint = fields.TextField()
    answer = fields.TextField(null=True)
    end_answer = fields.TextField(null=True)
    recorded_at = InstantField()
    ended_at = InstantField(null=True)

    class Meta:
        table = "wallet_holds"


class HoldDraw(Model):
    id = fields.BigIntField(primary_key=True)
    hold_id = fields.BigIntField()
    lot_id = fields.BigIntField()
    amount = fields.BigIntField()

    class Meta:
        table = "hold_draws"
