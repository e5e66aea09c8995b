"""Tables of custody (保管): backups that were made, machines that may send."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import InstantField


class BackupRow(Model):
    id = fields.BigIntField(primary_key=True)
    key = fields.TextField()
    name = fields.TextField()
    made_at = InstantField()
    size_bytes = fields.BigIntField()
    row_count = fields.BigIntField()
    digest = fields.TextField()

    class Meta:
        table = "backups"


class InstallationMark(Model):
    id = fields.BigIntField(primary_key=True)
    mark_hash = fields.TextField()
    first_seen_at = InstantField()

    class Meta:
        table = "installation_marks"
