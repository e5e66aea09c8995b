"""Tables of messages (消息): the outbox, and what waits for the next contact."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import InstantField


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

    class Meta:
        table = "waiting_lines"
