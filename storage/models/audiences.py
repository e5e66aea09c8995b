"""Tables of audiences (人群): saved filters, tags, and what of a purchase is of which category."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import InstantField


class SegmentVersion(Model):
    """Append-only: a saved filter as it was from some moment on."""

    id = fields.BigIntField(primary_key=True)
    name = fields.TextField()
    version = fields.IntField()
    text = fields.TextField()
    data = fields.TextField()
    is_dropped = fields.BooleanField(default=False)
    staff_id = fields.BigIntField()
    key = fields.TextField()
    saved_at = InstantField()

    class Meta:
        table = "segments"


class MemberTag(Model):
    id = fields.BigIntField(primary_key=True)
    member_id = fields.BigIntField()
    tag = fields.TextField()
    source = fields.TextField()
    reason = fields.TextField()
    tagged_at = InstantField()

    class Meta:
        table = "member_tags"


class PurchaseCategory(Model):
    id = fields.BigIntField(primary_key=True)
    purchase_id = fields.BigIntField()
    category = fields.TextField()
    amount_fen = fields.BigIntField()

    class Meta:
        table = "purchase_categories"
