"""Tables of what came of it (成效): what people wrote back."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import InstantField


class MessageReply(Model):
    """Words of a member within two days of something they were sent."""

    id = fields.BigIntField(primary_key=True)
    key = fields.TextField()
    broadcast_id = fields.BigIntField(null=True)
    campaign = fields.TextField(null=True)
    follower_id = fields.BigIntField()
    member_id = fields.BigIntField()
    text_sealed = fields.BinaryField(null=True)
    is_unhappy = fields.BooleanField()
    ticket_id = fields.BigIntField(null=True)
    written_at = InstantField()

    class Meta:
        table = "message_replies"
