"""Campaigns by the calendar (定时营销活动): jobs of their own, planned by what the shop wrote."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from loyalty.campaign_terms import BY_TIME
from loyalty.campaigns import Campaign, SendMessage
from loyalty.messages import MessageClass
from scheduler.job import CAMPAIGN, LATEST, Job, Late, ask_after
from services.campaigns.runs import run_campaign_audience
from services.clock import day_of
from services.shop import Shop

# An offer that comes much later than planned is for somebody to decide (reliability F52).
OFFER_IS_LATE_AFTER = timedelta(minutes=30)


def campaign_jobs(shop: Shop) -> Iterator[Job]:
    for campaign in shop.rules.campaigns:
        if campaign.terms.kind in BY_TIME and not campaign.terms.ended:
            yield Job(
                CAMPAIGN + campaign.code,
                cron_of(campaign),
                partial(run_campaign, campaign=campaign),
                late=late_rule_of(campaign),
                title=campaign.terms.title,
                timed=True,
                by_rules=True,
            )


async def run_campaign(shop: Shop, planned_at: datetime, *, campaign: Campaign) -> object:
    """Nothing outside the days of the campaign."""
    if not campaign.terms.holds_on(day_of(planned_at)):
        return "not these days"
    return await run_campaign_audience(shop, campaign, planned_at)


def cron_of(campaign: Campaign) -> str:
    """As written, or every day at its hour."""
    if campaign.terms.kind == "schedule":
        return campaign.terms.about
    hour, minute = map(int, campaign.terms.time_of_day.split(":"))
    return f"{minute} {hour} * * *"


def late_rule_of(campaign: Campaign) -> Late:
    """Care and what is given make up for lost time by themselves."""
    speaks = any(isinstance(action, SendMessage) for action in campaign.actions)
    is_offer = campaign.terms.says_as is MessageClass.PROMOTION
    return ask_after(OFFER_IS_LATE_AFTER) if speaks and is_offer else LATEST
