"""Tables of activities (活动): the activity, sign-ups with their steps, and what is due."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import InstantField


class ActivityRow(Model):
    """`seats` None: as many as come. `turn`: how often time or place has changed."""

    id = fields.BigIntField(primary_key=True)
    code = fields.TextField()
    starts_at = InstantField()
    ends_at = InstantField()
    signup_until = InstantField()
    place = fields.TextField()
    seats = fields.BigIntField(null=True)
    has_waiting = fields.BooleanField()
    taken = fields.BigIntField(default=0)
    queued = fields.BigIntField(default=0)
    turn = fields.BigIntField(default=0)
    cancelled_at = InstantField(null=True)
    cancelled_why = fields.TextField(null=True)
    loaded_at = InstantField()

    class Meta:
        table = "activities"


class ActivitySignup(Model):
    """A member's place at an activity."""

    id = fields.BigIntField(primary_key=True)
    activity_id = fields.BigIntField()
    member_id = fields.BigIntField()
    state = fields.TextField()
    queue_no = fields.BigIntField(null=True)
    signed_at = InstantField()
    attended_at = InstantField(null=True)
    score = fields.IntField(null=True)
    comes_again = fields.BooleanField(null=True)

    class Meta:
        table = "activity_signups"


class ActivityStep(Model):
    """One step of a sign-up; `told` is what a repeat of the message hears."""

    id = fields.BigIntField(primary_key=True)
    key = fields.TextField()
    signup_id = fields.BigIntField()
    step = fields.TextField()
    told = fields.TextField()
    staff_id = fields.BigIntField(null=True)
    at = InstantField()

    class Meta:
        table = "activity_steps"


class ActivityTask(Model):
    """Something to be done for everybody of an activity, and how far it has come."""

    id = fields.BigIntField(primary_key=True)
    activity_id = fields.BigIntField()
    what = fields.TextField()
    turn = fields.BigIntField()
    due_at = InstantField()
    after_id = fields.BigIntField(default=0)
    done_at = InstantField(null=True)

    class Meta:
        table = "activity_tasks"
