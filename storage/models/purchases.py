"""Tables of purchases (消费): tills' reports, receipt claims, member codes, coupons, counters."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import DayField, InstantField


class Purchase(Model):
    id = fields.BigIntField(primary_key=True)
    till_id = fields.BigIntField()
    receipt_no = fields.TextField()
    key_epoch = fields.IntField()
    receipt_seq = fields.BigIntField(null=True)
    paid_at = InstantField()
    paid_fen = fields.BigIntField()
    lines = fields.TextField()
    member_id = fields.BigIntField(null=True)
    points = fields.BigIntField()
    claim_until = InstantField()
    fingerprint = fields.TextField()
    answer = fields.TextField(null=True)
    recorded_at = InstantField()

    class Meta:
        table = "purchases"


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


class Coupon(Model):
    """One member's copy of a coupon kind, with the terms it was issued under."""

    id = fields.BigIntField(primary_key=True)
    code = fields.TextField()
    kind = fields.TextField()
    member_id = fields.BigIntField()
    terms = fields.TextField()
    state = fields.TextField()
    key = fields.TextField()
    starts_on = DayField()
    ends_on = DayField()
    issued_at = InstantField()

    class Meta:
        table = "coupons"


class Counter(Model):
    name = fields.CharField(max_length=200, primary_key=True)
    used = fields.BigIntField(default=0)

    class Meta:
        table = "counters"
