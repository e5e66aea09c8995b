"""Tables of the lifecycle (生命周期): rhythms with their stage, how it changed, RFM scores."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import DayField, InstantField


class MemberRhythm(Model):
    member_id = fields.BigIntField(primary_key=True, generated=False)
    visits = fields.IntField()
    first_on = DayField(null=True)
    last_on = DayField(null=True)
    back_on = DayField(null=True)
    median_days = fields.IntField(null=True)
    stage = fields.TextField()
    stage_since = DayField()
    next_on = DayField(null=True)

    class Meta:
        table = "member_rhythms"


class StageChange(Model):
    id = fields.BigIntField(primary_key=True)
    member_id = fields.BigIntField()
    from_stage = fields.TextField(null=True)
    to_stage = fields.TextField()
    cause = fields.TextField()
    facts = fields.TextField()
    changed_at = InstantField()

    class Meta:
        table = "stage_changes"


class LifecycleMark(Model):
    """Up to where members and their ledger have been looked at; one row."""

    id = fields.BigIntField(primary_key=True, generated=False)
    member_id = fields.BigIntField()
    transaction_id = fields.BigIntField()

    class Meta:
        table = "lifecycle_marks"


class RfmScore(Model):
    member_id = fields.BigIntField(primary_key=True, generated=False)
    r = fields.IntField()
    f = fields.IntField()
    m = fields.IntField()
    name = fields.TextField()
    scored_on = DayField()

    class Meta:
        table = "rfm_scores"
