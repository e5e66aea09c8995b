"""Tables of purchases (消费): tills' reports, refunds, quotes, claims, member codes, counters."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import InstantField


class Purchase(Model):
    id = fields.BigIntField(primary_key=True)
    till_id = fields.BigIntField()
    store_id = fields.BigIntField(null=True)
    receipt_no = fields.TextField()
    key_epoch = fields.IntField()
    receipt_seq = fields.BigIntField(null=True)
    paid_at = InstantField()
    paid_fen = fields.BigIntField()
    lines = fields.TextField()
    member_id = fields.BigIntField(null=True)
    points = fields.BigIntField()
    earning = fields.TextField(default="{}")
    refunded_fen = fields.BigIntField(default=0)
    points_standing = fields.BigIntField(null=True)
    growth_standing = fields.BigIntField(null=True)
    credit_due_at = InstantField(null=True)
    points_spent = fields.BigIntField(default=0)
    points_returned = fields.BigIntField(default=0)
    stored_fen = fields.BigIntField(default=0)
    stored_bonus_fen = fields.BigIntField(default=0)
    stored_returned_fen = fields.BigIntField(default=0)
    claim_until = InstantField()
    fingerprint = fields.TextField()
    answer = fields.TextField(null=True)
    recorded_at = InstantField()

    class Meta:
        table = "purchases"


class Refund(Model):
    """What a till gave back of one purchase; it waits while the sale is not known here."""

    id = fields.BigIntField(primary_key=True)
    till_id = fields.BigIntField()
    refund_no = fields.TextField()
    receipt_no = fields.TextField()
    purchase_id = fields.BigIntField(null=True)
    amount_fen = fields.BigIntField(null=True)
    lines = fields.TextField(null=True)
    state = fields.TextField()
    refunded_fen = fields.BigIntField(default=0)
    refunded_at = InstantField()
    fingerprint = fields.TextField()
    answer = fields.TextField(null=True)
    recorded_at = InstantField()

    class Meta:
        table = "refunds"


class Quote(Model):
    """A price that was told and holds for a while."""

    id = fields.BigIntField(primary_key=True)
    quote_id = fields.TextField()
    till_id = fields.BigIntField()
    member_id = fields.BigIntField(null=True)
    code_step = fields.BigIntField(null=True)
    code_uses = fields.IntField(null=True)
    lines = fields.TextField()
    line_fen = fields.TextField()
    coupon_codes = fields.TextField()
    points = fields.BigIntField(default=0)
    payable_fen = fields.BigIntField()
    answer = fields.TextField()
    expires_at = InstantField()
    purchase_id = fields.BigIntField(null=True)
    created_at = InstantField()

    class Meta:
        table = "quotes"


class Claim(Model):
    """A person's claim of one receipt; there is one for ever."""

    id = fields.BigIntField(primary_key=True)
    till_id = fields.BigIntField()
    key_epoch = fields.IntField()
    receipt_seq = fields.BigIntField()
    follower_id = fields.BigIntField()
    member_id = fields.BigIntField(null=True)
    state = fields.TextField()
    amount_fen = fields.BigIntField()
    paid_at = InstantField()
    points = fields.BigIntField(default=0)
    purchase_id = fields.BigIntField(null=True)
    told = fields.TextField(null=True)
    claimed_at = InstantField()
    due_at = InstantField(null=True)

    class Meta:
        table = "claims"


class MemberCodeUse(Model):
    id = fields.BigIntField(primary_key=True)
    member_id = fields.BigIntField()
    step = fields.BigIntField()
    uses = fields.IntField()
    till_id = fields.BigIntField()
    purpose = fields.TextField()
    reference = fields.TextField()
    used_at = InstantField()

    class Meta:
        table = "member_code_uses"


class Counter(Model):
    name = fields.CharField(max_length=200, primary_key=True)
    used = fields.BigIntField(default=0)

    class Meta:
        table = "counters"
