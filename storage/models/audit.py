"""Tables of the audit trail (审计日志): its rows, and the newest of them."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import InstantField


class AuditRow(Model):
    id = fields.BigIntField(primary_key=True)
    at = InstantField()
    actor = fields.TextField()
    staff_id = fields.BigIntField(null=True)
    role = fields.TextField(null=True)
    store_id = fields.BigIntField(null=True)
    what = fields.TextField()
    member_id = fields.BigIntField(null=True)
    subject = fields.TextField()
    facts = fields.TextField()
    approval = fields.BigIntField(null=True)
    key = fields.TextField()
    hash = fields.TextField()

    class Meta:
        table = "audit_log"


class AuditHead(Model):
    id = fields.IntField(primary_key=True)
    last_id = fields.BigIntField()
    last_hash = fields.TextField()

    class Meta:
        table = "audit_head"
