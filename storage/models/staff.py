"""Tables of staff (员工): invitations, who is bound, confirmations, and what was done."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import InstantField


class StaffInvitation(Model):
    id = fields.BigIntField(primary_key=True)
    code_hash = fields.TextField()
    role = fields.TextField()
    store_id = fields.BigIntField(null=True)
    expires_at = InstantField()
    used_at = InstantField(null=True)
    used_by = fields.BigIntField(null=True)
    created_at = InstantField()
    region_id = fields.BigIntField(null=True)
    invited_by = fields.BigIntField(null=True)

    class Meta:
        table = "staff_invitations"


class StaffMember(Model):
    id = fields.BigIntField(primary_key=True)
    follower_id = fields.BigIntField()
    role = fields.TextField()
    store_id = fields.BigIntField(null=True)
    state = fields.TextField()
    invitation_id = fields.BigIntField()
    bound_at = InstantField()
    stopped_at = InstantField(null=True)
    region_id = fields.BigIntField(null=True)

    class Meta:
        table = "staff"


class Confirmation(Model):
    """What a summary said, to be done by its code, once."""

    id = fields.BigIntField(primary_key=True)
    key = fields.TextField()
    code_hash = fields.TextField()
    follower_id = fields.BigIntField()
    word = fields.TextField()
    content = fields.TextField()
    summary = fields.TextField()
    by_another = fields.BooleanField(default=False)
    state = fields.TextField()
    tries = fields.IntField(default=0)
    try_key = fields.TextField(null=True)
    expires_at = InstantField()
    done_by = fields.BigIntField(null=True)
    done_key = fields.TextField(null=True)
    told = fields.TextField(null=True)
    created_at = InstantField()

    class Meta:
        table = "confirmations"


class OperatorRequest(Model):
    """What an operator asks for at the command line, for an owner to approve in chat."""

    id = fields.BigIntField(primary_key=True)
    code_hash = fields.TextField()
    what = fields.TextField()
    content_hash = fields.TextField()
    summary = fields.TextField()
    state = fields.TextField()
    asked_at = InstantField()
    expires_at = InstantField()
    approved_by = fields.BigIntField(null=True)
    approved_at = InstantField(null=True)
    used_at = InstantField(null=True)

    class Meta:
        table = "operator_requests"


class StaffAction(Model):
    id = fields.BigIntField(primary_key=True)
    confirmation_id = fields.BigIntField()
    staff_id = fields.BigIntField()
    word = fields.TextField()
    member_id = fields.BigIntField(null=True)
    content = fields.TextField()
    done_at = InstantField()
    undone_at = InstantField(null=True)

    class Meta:
        table = "staff_actions"
