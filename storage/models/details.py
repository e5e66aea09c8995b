"""Tables of details (资料): what is filled in besides the basics, how fresh, and who changed it."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import DayField, InstantField


class MemberDetail(Model):
    id = fields.BigIntField(primary_key=True)
    member_id = fields.BigIntField()
    name = fields.TextField()
    value_sealed = fields.BinaryField()
    changed_at = InstantField()
    changed_by = fields.TextField()
    value_index = fields.TextField(null=True)

    class Meta:
        table = "member_details"


class DetailMark(Model):
    id = fields.BigIntField(primary_key=True)
    member_id = fields.BigIntField()
    name = fields.TextField()
    verified_on = DayField(null=True)
    asked_on = DayField(null=True)
    asked_key = fields.TextField(null=True)
    bounced_on = DayField(null=True)

    class Meta:
        table = "detail_marks"


class DetailChange(Model):
    """Append-only; tells who changed which detail, never to what."""

    id = fields.BigIntField(primary_key=True)
    member_id = fields.BigIntField()
    name = fields.TextField()
    what = fields.TextField()
    changed_by = fields.TextField()
    changed_at = InstantField()
    key = fields.TextField()

    class Meta:
        table = "detail_changes"


class TrainingPass(Model):
    id = fields.BigIntField(primary_key=True)
    key = fields.TextField()
    staff_id = fields.BigIntField()
    quiz_version = fields.IntField()
    score = fields.IntField()
    passed_at = InstantField()
    until = DayField()

    class Meta:
        table = "training_passes"
