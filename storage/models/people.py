"""Tables of people (人): followers, members, consents, open dialogues."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import InstantField


class Member(Model):
    id = fields.BigIntField(primary_key=True)
    member_no = fields.TextField(null=True)
    state = fields.TextField(default="active")
    joined_at = InstantField()
    join_key = fields.TextField()
    home_store_id = fields.BigIntField(null=True)
    name_sealed = fields.BinaryField(null=True)
    phone_sealed = fields.BinaryField(null=True)
    phone_index = fields.TextField(null=True)
    phone_verified_at = InstantField(null=True)
    birthday_sealed = fields.BinaryField(null=True)
    birthday_index = fields.TextField(null=True)
    region_id = fields.BigIntField(null=True)
    merged_into = fields.BigIntField(null=True)

    class Meta:
        table = "members"


class Follower(Model):
    """A person as one account's openid; several followers may be one member."""

    id = fields.BigIntField(primary_key=True)
    account = fields.TextField()
    openid = fields.TextField()
    unionid = fields.TextField(null=True)
    member_id = fields.BigIntField(null=True)
    follows = fields.BooleanField()
    changed_at = fields.BigIntField()  # CreateTime of the push, in seconds
    source = fields.TextField(null=True)
    first_seen_at = InstantField()
    has_waiting = fields.BooleanField(default=False)
    refused_why = fields.TextField(null=True)
    refused_at = InstantField(null=True)

    class Meta:
        table = "followers"


class ConsentText(Model):
    """A text somebody agreed to, as it was shown."""

    text_hash = fields.CharField(max_length=64, primary_key=True)
    text = fields.TextField()
    first_used_at = InstantField()

    class Meta:
        table = "consent_texts"


class Consent(Model):
    """Append-only proof that a purpose was agreed to, or withdrawn, and to which text."""

    id = fields.BigIntField(primary_key=True)
    follower_id = fields.BigIntField()
    member_id = fields.BigIntField(null=True)
    purpose = fields.TextField()
    given = fields.BooleanField()
    text_version = fields.TextField()
    text_hash = fields.TextField()
    channel = fields.TextField()
    key = fields.TextField()
    recorded_at = InstantField()

    class Meta:
        table = "consents"


class OpenDialogue(Model):
    follower_id = fields.BigIntField(primary_key=True, generated=False)
    progress = fields.TextField(null=True)
    prior = fields.TextField(null=True)
    step_key = fields.TextField()
    changed_at = InstantField()

    class Meta:
        table = "dialogues"
