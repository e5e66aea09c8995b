"""Tables of group sends (群发): one content, its audience, and the calls for many at once."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import InstantField


class Broadcast(Model):
    id = fields.BigIntField(primary_key=True)
    key = fields.TextField()
    staff_id = fields.BigIntField(null=True)
    state = fields.TextField()
    audience = fields.TextField()
    conditions = fields.TextField(source_field="filter")
    stores = fields.TextField(null=True)
    content = fields.TextField()
    topic = fields.TextField()
    people = fields.BigIntField(null=True)
    queued_through = fields.BigIntField(default=0)
    paused_why = fields.TextField(null=True)
    confirmed_by = fields.BigIntField(null=True)
    useless_after = InstantField(null=True)
    created_at = InstantField()
    started_at = InstantField(null=True)
    ended_at = InstantField(null=True)
    rehearsal = fields.TextField(null=True)
    rehearsed_through = fields.BigIntField(default=0)
    rehearsed_at = InstantField(null=True)
    tells_rehearsal = fields.BooleanField(default=False)
    worker = fields.TextField(null=True)
    worker_until = fields.BigIntField(default=0)
    figures = fields.TextField(null=True)
    campaign = fields.TextField(null=True)

    class Meta:
        table = "broadcasts"


class BroadcastPerson(Model):
    """Somebody of an audience as it was when the sending began."""

    id = fields.BigIntField(primary_key=True)
    broadcast_id = fields.BigIntField()
    member_id = fields.BigIntField()
    follower_id = fields.BigIntField(null=True)

    class Meta:
        table = "broadcast_people"


class MassBatch(Model):
    """One call that sends the same to many."""

    id = fields.BigIntField(primary_key=True)
    key = fields.TextField()
    broadcast_id = fields.BigIntField()
    account = fields.TextField()
    state = fields.TextField()
    people = fields.IntField()
    platform_id = fields.TextField(null=True)
    counts = fields.TextField(null=True)
    attempt = fields.IntField(default=1)
    worker = fields.TextField()
    lease_until = InstantField(null=True)
    reason = fields.TextField(null=True)
    created_at = InstantField()
    finished_at = InstantField(null=True)

    class Meta:
        table = "mass_batches"


class MassTag(Model):
    """A tag at the platform that a call went by."""

    id = fields.BigIntField(primary_key=True)
    batch_id = fields.BigIntField()
    account = fields.TextField()
    tag_id = fields.BigIntField()
    made_at = InstantField()

    class Meta:
        table = "mass_tags"


class MassNews(Model):
    """How a mass send ended whose number is not known here yet."""

    id = fields.BigIntField(primary_key=True)
    account = fields.TextField()
    platform_id = fields.TextField()
    counts = fields.TextField()
    failed = fields.TextField(null=True)
    heard_at = InstantField()

    class Meta:
        table = "mass_news"
