"""Tables of imports (导入): runs, whom they brought, and memberships that may be one person's."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import InstantField


class ImportRun(Model):
    id = fields.BigIntField(primary_key=True)
    store_id = fields.BigIntField()
    file_digest = fields.TextField()
    basis_hash = fields.TextField()
    state = fields.TextField()
    last_line = fields.BigIntField(default=0)
    added = fields.BigIntField(default=0)
    filled = fields.BigIntField(default=0)
    unchanged = fields.BigIntField(default=0)
    rejected = fields.BigIntField(default=0)
    duplicates = fields.BigIntField(default=0)
    started_at = InstantField()
    finished_at = InstantField(null=True)

    class Meta:
        table = "import_runs"


class ImportedMember(Model):
    id = fields.BigIntField(primary_key=True)
    run_id = fields.BigIntField()
    store_id = fields.BigIntField()
    external_index = fields.TextField()
    member_id = fields.BigIntField()

    class Meta:
        table = "imported_members"


class DuplicateReview(Model):
    id = fields.BigIntField(primary_key=True)
    member_id = fields.BigIntField()
    other_id = fields.BigIntField()
    why = fields.TextField()
    run_id = fields.BigIntField()
    state = fields.TextField()
    found_at = InstantField()
    decided_by = fields.BigIntField(null=True)
    decided_at = InstantField(null=True)
    decided_key = fields.TextField(null=True)

    class Meta:
        table = "duplicate_reviews"
