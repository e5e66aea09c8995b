"""Tables of phones (手机号): proofs of numbers, and the sessions of mini-programs."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import InstantField


class PhoneCode(Model):
    """One proof that a number is a member's own."""

    id = fields.BigIntField(primary_key=True)
    key = fields.TextField()
    follower_id = fields.BigIntField()
    member_id = fields.BigIntField()
    purpose = fields.TextField()
    phone_sealed = fields.BinaryField(null=True)
    phone_index = fields.TextField()
    state = fields.TextField()
    tries = fields.IntField(default=0)
    try_key = fields.TextField(null=True)
    done_key = fields.TextField(null=True)
    chosen_key = fields.TextField(null=True)
    told = fields.TextField(null=True)
    expires_at = InstantField()
    created_at = InstantField()

    class Meta:
        table = "phone_codes"


class MiniSession(Model):
    """Who is logged in to a mini-program; of the token only the hash is kept."""

    id = fields.BigIntField(primary_key=True)
    follower_id = fields.BigIntField()
    token_hash = fields.TextField()
    expires_at = InstantField()
    created_at = InstantField()

    class Meta:
        table = "mini_sessions"
