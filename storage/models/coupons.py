"""Tables of coupons (券): a member's copies, their uses, gifts to friends, goods for points."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import DayField, InstantField


class Coupon(Model):
    """One member's copy of a coupon kind, with the terms it was issued under."""

    id = fields.BigIntField(primary_key=True)
    code = fields.TextField()
    kind = fields.TextField()
    member_id = fields.BigIntField()
    terms = fields.TextField()
    state = fields.TextField()
    uses_left = fields.IntField(default=1)
    cause = fields.TextField(default="{}")
    offered_at = InstantField(null=True)
    hops = fields.IntField(default=0)
    key = fields.TextField()
    starts_on = DayField()
    ends_on = DayField()
    issued_at = InstantField()

    class Meta:
        table = "coupons"


class CouponUse(Model):
    """One use at one receipt: `held` until the till has reported the purchase."""

    id = fields.BigIntField(primary_key=True)
    coupon_id = fields.BigIntField()
    state = fields.TextField()
    till_id = fields.BigIntField()
    receipt_no = fields.TextField()
    purchase_id = fields.BigIntField(null=True)
    used_at = InstantField()
    due_at = InstantField(null=True)
    ended_at = InstantField(null=True)
    answer = fields.TextField(default="{}")

    class Meta:
        table = "coupon_uses"


class CouponGift(Model):
    """A coupon on offer to whoever opens its link first."""

    id = fields.BigIntField(primary_key=True)
    key = fields.TextField()
    token_hash = fields.TextField()
    coupon_id = fields.BigIntField()
    giver_id = fields.BigIntField()
    taker_id = fields.BigIntField(null=True)
    state = fields.TextField()
    created_at = InstantField()
    ended_at = InstantField(null=True)

    class Meta:
        table = "coupon_gifts"


class Exchange(Model):
    """Points given for a coupon of the points mall (积分商城)."""

    id = fields.BigIntField(primary_key=True)
    key = fields.TextField()
    member_id = fields.BigIntField()
    reward = fields.TextField()
    points = fields.BigIntField()
    coupon_id = fields.BigIntField()
    returns_points = fields.BooleanField(default=False)
    state = fields.TextField()
    exchanged_at = InstantField()

    class Meta:
        table = "exchanges"
