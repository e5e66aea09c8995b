"""Table of messages (消息): the outbox."""

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
    state = fields.TextField()
    attempt = fields.IntField(default=0)
    worker = fields.TextField(null=True)
    lease_until = InstantField(null=True)
    due_at = InstantField()
    reason = fields.TextField(null=True)
    created_at = InstantField()
    finished_at = InstantField(null=True)

    class Meta:
        table = "outbox"
