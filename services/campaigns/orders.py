"""Orders about campaigns (营销指令): stop one, open one again, say yes to it, give it more budget.

What spends money that nobody has agreed to yet needs a second person.
"""

from loyalty.campaigns import Campaign
from loyalty.confirmations import Confirmed, Proposal
from loyalty.money import fen_from_text, yuan_text
from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.staff import Right
from services.campaigns.desk import CampaignUnknown, campaign_card, known_campaign
from services.campaigns.turns import campaign_named, terms_hash
from services.counter.kinds import Done, Kind, Request
from services.org.staff import reach_of
from services.shop import Shop
from storage.campaigns import open_campaign, raise_budget, stop_campaign, suppress_queued


class CampaignOfTheBrand(Refusal):
    """Campaigns are the whole brand's; whoever sees one region only reads along."""

    wording = "campaigns/brand_only"


class NoBudget(Refusal):
    """Nothing bounds what this campaign costs."""

    wording = "campaigns/no_budget"


class CampaignOver(Refusal):
    """Nobody is treated any more, so that no budget would be spent."""

    wording = "campaigns/over"


class CampaignChanged(Refusal):
    """The terms are others than those that were shown."""

    wording = "campaigns/changed"


async def propose_stop(shop: Shop, request: Request) -> Proposal:
    return await _propose(shop, request, "campaigns/stop_summary")


async def perform_stop(shop: Shop, confirmed: Confirmed) -> Done:
    code = str(confirmed.content["campaign"])
    await stop_campaign(code, shop.now())
    await suppress_queued(code, shop.clock.machine_now())
    return Done(shop.phrase("campaigns/stopped", {"code": code}))


async def propose_open(shop: Shop, request: Request) -> Proposal:
    campaign = known_campaign(shop, request.argument(0))
    wording = "campaigns/approve_summary" if campaign.terms.approval else "campaigns/open_summary"
    return await _propose(shop, request, wording, by_another=campaign.terms.approval)


async def perform_open(shop: Shop, confirmed: Confirmed) -> Done:
    """By the terms that were shown. Raises CampaignChanged."""
    code = str(confirmed.content["campaign"])
    campaign = campaign_named(shop, code)
    if campaign is None or terms_hash(campaign) != confirmed.content["terms"]:
        raise CampaignChanged
    await open_campaign(code, approved=terms_hash(campaign) if campaign.terms.approval else None)
    return Done(shop.phrase("campaigns/opened", {"code": code}))


async def propose_budget(shop: Shop, request: Request) -> Proposal:
    campaign = known_campaign(shop, request.argument(0))
    _refuse_over(shop, campaign)
    if campaign.terms.budget_fen is None:
        raise NoBudget
    fen = fen_from_text(request.argument(1))
    proposal = await _propose(
        shop, request, "campaigns/budget_summary", by_another=True, yuan=yuan_text(fen)
    )
    return Proposal({**proposal.content, "fen": fen}, proposal.summary, by_another=True)


async def perform_budget(shop: Shop, confirmed: Confirmed) -> Done:
    code, fen = str(confirmed.content["campaign"]), int(confirmed.content["fen"])
    _refuse_over(shop, known_campaign(shop, code))
    await raise_budget(code, fen)
    facts = {"code": code, "yuan": yuan_text(fen)}
    return Done(shop.phrase("campaigns/budget_raised", facts))


async def _propose(
    shop: Shop, request: Request, wording: str, *, by_another: bool = False, **facts: object
) -> Proposal:
    _refuse_part_of_the_brand(shop, request.person)
    card = await campaign_card(shop, request.person, request.argument(0))
    campaign = card.campaign
    shown = {"code": campaign.code, "title": campaign.terms.title, "treated": card.treated}
    content = {"campaign": campaign.code, "terms": terms_hash(campaign)}
    summary = shop.phrase(wording, {**shown, "cost": yuan_text(card.cost_fen), **facts})
    return Proposal(content, summary, by_another=by_another)


def _refuse_over(shop: Shop, campaign: Campaign) -> None:
    if campaign.terms.is_over(shop.today()):
        raise CampaignOver(code=campaign.code, title=campaign.terms.title)


def _refuse_part_of_the_brand(shop: Shop, person: Person) -> None:
    if reach_of(shop, person) is not None:
        raise CampaignOfTheBrand


__all__ = ["CAMPAIGN_BUDGET", "CAMPAIGN_OPEN", "CAMPAIGN_STOP", "CampaignUnknown"]

CAMPAIGN_STOP = Kind(Right.CAMPAIGN, propose_stop, perform_stop)
CAMPAIGN_OPEN = Kind(Right.CAMPAIGN, propose_open, perform_open)
CAMPAIGN_BUDGET = Kind(Right.CAMPAIGN, propose_budget, perform_budget)
