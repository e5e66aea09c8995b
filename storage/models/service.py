"""Tables of service around tickets (服务): pictures, and improvements told to who asked."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import InstantField


class TicketPicture(Model):
    """`kind` and bytes are there once it was fetched, until it is erased."""

    id = fields.BigIntField(primary_key=True)
    key = fields.TextField()
    ticket_id = fields.BigIntField()
    media_id = fields.TextField()
    state = fields.TextField()
    kind = fields.TextField(null=True)
    bytes_sealed = fields.BinaryField(null=True)
    created_at = InstantField()

    class Meta:
        table = "ticket_pictures"


class Announcement(Model):
    id = fields.BigIntField(primary_key=True)
    key = fields.TextField()
    staff_id = fields.BigIntField()
    text = fields.TextField()
    created_at = InstantField()

    class Meta:
        table = "announcements"


class AnnouncementTicket(Model):
    """A ticket that an improvement answers, and the message its person got."""

    id = fields.BigIntField(primary_key=True)
    announcement_id = fields.BigIntField()
    ticket_id = fields.BigIntField()
    message_key = fields.TextField()

    class Meta:
        table = "announcement_tickets"
