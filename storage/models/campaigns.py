"""Tables of campaigns (营销活动): effects, cues, runs, answers, views, what staff said."""

from tortoise import fields
from tortoise.models import Model

from storage.instants import DayField, InstantField


class CampaignState(Model):
    """What staff have said of a campaign; `asked_at_fen` is the budget at which more was asked."""

    id = fields.BigIntField(primary_key=True)
    campaign = fields.TextField()
    extra_fen = fields.BigIntField(default=0)
    stopped_at = InstantField(null=True)
    approved = fields.TextField(null=True)
    asked_at_fen = fields.BigIntField(null=True)

    class Meta:
        table = "campaign_states"


class CampaignEffect(Model):
    """What became of a member in one period of a campaign."""

    id = fields.BigIntField(primary_key=True)
    campaign = fields.TextField()
    version = fields.BigIntField()
    member_id = fields.BigIntField()
    period = fields.TextField()
    what = fields.TextField()
    cost_fen = fields.BigIntField(default=0)
    done_at = InstantField()
    person_id = fields.BigIntField(null=True)
    purchase_id = fields.BigIntField(null=True)
    taken_back_at = InstantField(null=True)

    class Meta:
        table = "campaign_effects"


class CampaignCue(Model):
    """Something happened that a campaign answers when it is due."""

    id = fields.BigIntField(primary_key=True)
    key = fields.TextField()
    campaign = fields.TextField()
    member_id = fields.BigIntField()
    store_id = fields.BigIntField(null=True)
    facts = fields.TextField()
    happened_at = InstantField()
    due_at = InstantField()

    class Meta:
        table = "campaign_cues"


class CampaignRun(Model):
    """How far a campaign by time has come through its people."""

    id = fields.BigIntField(primary_key=True)
    campaign = fields.TextField()
    planned_at = InstantField()
    after_id = fields.BigIntField(default=0)
    tries = fields.IntField(default=0)
    done_at = InstantField(null=True)

    class Meta:
        table = "campaign_runs"


class CampaignAnswer(Model):
    """The first answer to a campaign's question."""

    id = fields.BigIntField(primary_key=True)
    key = fields.TextField()
    effect_id = fields.BigIntField()
    member_id = fields.BigIntField()
    answer = fields.TextField()
    is_bad = fields.BooleanField()
    answered_at = InstantField()

    class Meta:
        table = "campaign_answers"


class ProductView(Model):
    """What a member looked at on a day."""

    id = fields.BigIntField(primary_key=True)
    member_id = fields.BigIntField()
    sku = fields.TextField()
    category = fields.TextField()
    viewed_on = DayField()
    viewed_at = InstantField()

    class Meta:
        table = "product_views"
