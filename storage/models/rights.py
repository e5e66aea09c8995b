"""Tables of people's rights (个人信息权利): downloads, closed memberships, lists handed out."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import InstantField


class Download(Model):
    """A page with files for one person, found by its token alone."""

    id = fields.BigIntField(primary_key=True)
    key = fields.TextField()
    token_hash = fields.TextField()
    follower_id = fields.BigIntField()
    expires_at = InstantField()
    created_at = InstantField()

    class Meta:
        table = "downloads"


class DownloadFile(Model):
    id = fields.BigIntField(primary_key=True)
    download_id = fields.BigIntField()
    name = fields.TextField()
    content_sealed = fields.BinaryField(null=True)
    taken_at = InstantField(null=True)

    class Meta:
        table = "download_files"


class Closing(Model):
    """How a membership ended."""

    id = fields.BigIntField(primary_key=True)
    key = fields.TextField()
    member_id = fields.BigIntField()
    closed_by = fields.TextField()
    facts = fields.TextField()
    closed_at = InstantField()

    class Meta:
        table = "closings"


class MemberExport(Model):
    """A list of members that left the program."""

    id = fields.BigIntField(primary_key=True)
    key = fields.TextField()
    staff_id = fields.BigIntField()
    follower_id = fields.BigIntField()
    stores = fields.TextField()
    partner = fields.TextField(null=True)
    members = fields.BigIntField()
    asked_at = InstantField()

    class Meta:
        table = "member_exports"
