"""Tables of messages (消息): the outbox, what waits for the next contact, what may be sent."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import DayField, InstantField


class OutboxMessage(Model):
    id = fields.BigIntField(primary_key=True)
    key = fields.TextField()
    account = fields.TextField()
    openid = fields.TextField()
    message_class = fields.TextField(source_field="class")
    content = fields.TextField()
    content_sealed = fields.BinaryField(null=True)
    state = fields.TextField()
    attempt = fields.IntField(default=0)
    worker = fields.TextField(null=True)
    lease_until = InstantField(null=True)
    due_at = InstantField()
    reason = fields.TextField(null=True)
    created_at = InstantField()
    finished_at = InstantField(null=True)
    otherwise = fields.TextField(null=True)
    follower_id = fields.BigIntField(null=True)
    member_id = fields.BigIntField(null=True)
    broadcast_id = fields.BigIntField(null=True)
    batch_id = fields.BigIntField(null=True)
    campaign = fields.TextField(null=True)
    topic = fields.TextField(null=True)
    lane = fields.IntField(default=0)
    channel = fields.TextField(null=True)
    wait_until = fields.BigIntField(default=0)
    useless_after = InstantField(null=True)
    left_at = InstantField(null=True)
    platform_id = fields.TextField(null=True)
    begun_at = InstantField(null=True)
    fresh_until = InstantField(null=True)

    class Meta:
        table = "outbox"


class WaitingLine(Model):
    """What could not be delivered: the first line of the answer at the next contact."""

    id = fields.BigIntField(primary_key=True)
    key = fields.TextField()
    follower_id = fields.BigIntField()
    text_sealed = fields.BinaryField(null=True)
    created_at = InstantField()
    told_key = fields.TextField(null=True)
    told_at = InstantField(null=True)
    useless_after = InstantField(null=True)

    class Meta:
        table = "waiting_lines"


class Contact(Model):
    """What the platform lets us send to a follower after their newest contact of a kind."""

    id = fields.BigIntField(primary_key=True)
    follower_id = fields.BigIntField()
    kind = fields.TextField()
    at = InstantField()
    ends_at = InstantField()
    left_over = fields.IntField(null=True)

    class Meta:
        table = "contacts"


class HeldSubscription(Model):
    """One-time subscriptions of a follower that are not used yet."""

    id = fields.BigIntField(primary_key=True)
    follower_id = fields.BigIntField()
    channel = fields.TextField()
    template_id = fields.TextField()
    left_over = fields.IntField()
    changed_at = InstantField()
    changed_key = fields.TextField(null=True)

    class Meta:
        table = "held_subscriptions"


class ContactChoice(Model):
    """What a member wants to hear of, and how much."""

    member_id = fields.BigIntField(primary_key=True, generated=False)
    topics_off = fields.TextField(default="[]")
    weekly = fields.IntField(null=True)
    paused_until = DayField(null=True)
    changed_at = InstantField()
    changed_key = fields.TextField(null=True)

    class Meta:
        table = "contact_choices"
