"""Tables of merges (合并): which memberships became one, and what moved with them."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import InstantField


class MemberMerge(Model):
    id = fields.BigIntField(primary_key=True)
    key = fields.TextField()
    kept_id = fields.BigIntField()
    merged_id = fields.BigIntField()
    actor = fields.TextField()
    reason = fields.TextField()
    came = fields.TextField()
    kept_before = fields.TextField()
    went = fields.TextField(null=True)
    merged_at = InstantField()
    undo_until = InstantField()
    undone_at = InstantField(null=True)
    undone_by = fields.TextField(null=True)
    undone_key = fields.TextField(null=True)

    class Meta:
        table = "member_merges"


class MergeMove(Model):
    id = fields.BigIntField(primary_key=True)
    merge_id = fields.BigIntField()
    what = fields.TextField()
    row_id = fields.BigIntField()

    class Meta:
        table = "merge_moves"


class LotMove(Model):
    id = fields.BigIntField(primary_key=True)
    merge_id = fields.BigIntField()
    lot_id = fields.BigIntField()
    from_account_id = fields.BigIntField()
    to_account_id = fields.BigIntField()
    transaction_id = fields.BigIntField(null=True)
    after_id = fields.BigIntField()

    class Meta:
        table = "lot_moves"
