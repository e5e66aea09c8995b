"""Tables of tiers (等级): a member's rung, how it changed, and entry gifts."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import DayField, InstantField


class MemberTier(Model):
    member_id = fields.BigIntField(primary_key=True, generated=False)
    tier = fields.TextField()
    growth = fields.BigIntField()
    since_on = DayField()
    until_on = DayField(null=True)
    pinned_until = DayField(null=True)
    grace_on = DayField(null=True)
    reached_by = fields.BigIntField(null=True)

    class Meta:
        table = "member_tiers"


class TierChange(Model):
    id = fields.BigIntField(primary_key=True)
    key = fields.TextField()
    member_id = fields.BigIntField()
    from_tier = fields.TextField()
    to_tier = fields.TextField()
    reason = fields.TextField()
    facts = fields.TextField()
    changed_at = InstantField()

    class Meta:
        table = "tier_changes"


class TierGift(Model):
    id = fields.BigIntField(primary_key=True)
    member_id = fields.BigIntField()
    tier = fields.TextField()
    given_on = DayField()
    taken_back_on = DayField(null=True)
    undone_on = DayField(null=True)

    class Meta:
        table = "tier_gifts"
