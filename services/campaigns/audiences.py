"""Audiences of campaigns (营销人群): whom one is for; what can be read no more means nobody.

What it names can go after it was loaded. Then the campaign rests: staff read it by 营销, who runs
the server in the log, and no member hears of it.
"""

import logging
from collections.abc import Iterable

from loyalty.audiences.filters import EVERYBODY, Filter, Not
from loyalty.campaigns import Campaign
from loyalty.refusals import Refusal
from services.audiences.finding import Audience, audience_from
from services.audiences.segments import saved_filters
from services.shop import Shop

log = logging.getLogger(__name__)
NOBODY = Audience("", Not(EVERYBODY))


async def audience_of(shop: Shop, campaign: Campaign) -> Audience | None:
    """None where it is for everybody."""
    text = campaign.terms.audience
    if text is None:
        return None
    try:
        return audience_from(shop, text, await saved_filters(shop))
    except Refusal:
        return NOBODY


async def log_unread(shop: Shop, campaigns: Iterable[Campaign]) -> None:
    """A helper for runs: once in each, however many people it is about."""
    asking = [campaign for campaign in campaigns if campaign.terms.audience is not None]
    saved = await saved_filters(shop) if asking else {}
    for campaign in asking:
        if refusal := why_unread(shop, campaign, saved):
            facts = {"campaign": campaign.code, "why": refusal.code}
            log.warning("campaign_audience_unread", extra={"facts": facts})


def why_unread(shop: Shop, campaign: Campaign, saved: dict[str, Filter]) -> Refusal | None:
    """None where nothing is wrong with it."""
    text = campaign.terms.audience
    try:
        if text is not None:
            audience_from(shop, text, saved)
    except Refusal as refusal:
        return refusal
    return None
