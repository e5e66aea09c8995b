"""Tables of tickets (工单): the ticket, its steps, and the staff it is about."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import InstantField


class TicketRow(Model):
    id = fields.BigIntField(primary_key=True)
    key = fields.TextField()
    kind = fields.TextField()
    state = fields.TextField()
    follower_id = fields.BigIntField()
    member_id = fields.BigIntField(null=True)
    store_id = fields.BigIntField(null=True)
    is_anonymous = fields.BooleanField(default=False)
    owner_staff_id = fields.BigIntField(null=True)
    tier_rank = fields.IntField(default=0)
    promise_at = InstantField()
    due_at = InstantField(null=True)
    first_reply_at = InstantField(null=True)
    escalated_at = InstantField(null=True)
    owners_told_at = InstantField(null=True)
    asker_left = fields.BooleanField(default=False)
    resolved_at = InstantField(null=True)
    closed_at = InstantField(null=True)
    rating = fields.IntField(null=True)
    reopened = fields.IntField(default=0)
    topic = fields.TextField(null=True)
    created_at = InstantField()

    class Meta:
        table = "tickets"


class TicketMessage(Model):
    """One step of a ticket, with what was said at it."""

    id = fields.BigIntField(primary_key=True)
    ticket_id = fields.BigIntField()
    key = fields.TextField()
    step = fields.TextField()
    author = fields.TextField()
    staff_id = fields.BigIntField(null=True)
    text_sealed = fields.BinaryField(null=True)
    picture_id = fields.BigIntField(null=True)
    created_at = InstantField()

    class Meta:
        table = "ticket_messages"


class TicketSubject(Model):
    """Somebody of the staff a ticket is about."""

    id = fields.BigIntField(primary_key=True)
    ticket_id = fields.BigIntField()
    staff_id = fields.BigIntField()

    class Meta:
        table = "ticket_subjects"
