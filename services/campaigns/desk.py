"""The campaign desk (营销台): which campaigns there are, their states, what came of each."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from loyalty.audiences.filters import Filter
from loyalty.campaigns import Campaign
from loyalty.lifecycle import STAGE_WORDS, Stage
from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.staff import Right
from services.audiences.segments import saved_filters
from services.campaigns.audiences import why_unread
from services.campaigns.treating import budget_of, cost_of, is_approved, stock_of
from services.campaigns.turns import campaign_named
from services.org.staff import allow
from services.shop import Shop
from storage.campaigns import counts_of, people_without_channel, states_of
from storage.counters import counters_of


class CampaignUnknown(Refusal):
    """No campaign has this code."""

    wording = "campaigns/unknown"


class State(StrEnum):
    """Why a campaign does or does not do anything."""

    RUNNING = "running"
    UPCOMING = "upcoming"
    OVER = "over"
    STOPPED = "stopped"
    UNREAD = "unread"
    UNAPPROVED = "unapproved"
    OUT_OF_STOCK = "out_of_stock"
    OUT_OF_BUDGET = "out_of_budget"


@dataclass(frozen=True, slots=True)
class CampaignCard:
    """Figures of one campaign; `stock_left` and `budget_left_fen` where it has any.

    `unread`: why its audience means nobody any more.
    """

    campaign: Campaign
    state: State
    treated: int = 0
    held_out: int = 0
    waiting: int = 0
    refused: int = 0
    # People whom nothing could tell of it when it was due.
    unreached: int = 0
    cost_fen: int = 0
    stock_left: int | None = None
    budget_left_fen: int | None = None
    unread: Refusal | None = None


async def campaign_cards(shop: Shop, person: Person) -> list[CampaignCard]:
    """All that are not over, in the order of the shop file; four reads."""
    allow(person, Right.CAMPAIGN)
    cards = await _cards(shop, list(shop.rules.campaigns))
    return [card for card in cards if card.state is not State.OVER]


async def campaign_card(shop: Shop, person: Person, code: str) -> CampaignCard:
    """Raises CampaignUnknown."""
    allow(person, Right.CAMPAIGN)
    [card] = await _cards(shop, [known_campaign(shop, code)])
    return card


def trigger_about(campaign: Campaign) -> str:
    """What stands behind the colon of its trigger, as staff read it."""
    terms = campaign.terms
    return STAGE_WORDS[Stage(terms.about)] if terms.kind == "stage" else terms.about


def known_campaign(shop: Shop, code: str) -> Campaign:
    campaign = campaign_named(shop, code.lower())
    if campaign is None:
        raise CampaignUnknown(code=code)
    return campaign


async def _cards(shop: Shop, campaigns: list[Campaign]) -> list[CampaignCard]:
    codes = [campaign.code for campaign in campaigns]
    states = await states_of(codes)
    counts: dict[str, dict[str, Any]] = {code: {} for code in codes}
    for line in await counts_of(codes):
        counts[line["campaign"]][line["what"]] = line
    names = [name for one in campaigns for name in (stock_of(one), budget_of(one))]
    used, saved = await counters_of(names), await saved_filters(shop)
    unreached = await people_without_channel(codes)
    cards = [
        replace(
            _card(shop, one, states.get(one.code), counts[one.code], used),
            unreached=unreached.get(one.code, 0),
        )
        for one in campaigns
    ]
    return [_looked_through(shop, card, saved) for card in cards]


def _looked_through(shop: Shop, card: CampaignCard, saved: dict[str, Filter]) -> CampaignCard:
    """Of what would act: with what keeps it from meaning anybody."""
    if card.state in (State.OVER, State.STOPPED):
        return card
    refusal = why_unread(shop, card.campaign, saved)
    return replace(card, state=State.UNREAD, unread=refusal) if refusal else card


def _card(
    shop: Shop,
    campaign: Campaign,
    state: dict[str, Any] | None,
    counts: dict[str, Any],
    used: dict[str, int],
) -> CampaignCard:
    terms, people = campaign.terms, {what: line["people"] for what, line in counts.items()}
    stock, budget_fen = terms.stock, terms.budget_fen
    if budget_fen is not None:
        budget_fen += state["extra_fen"] if state else 0
        budget_fen -= used.get(budget_of(campaign), 0)
    if stock is not None:
        stock = max(0, stock - used.get(stock_of(campaign), 0))
    return CampaignCard(
        campaign,
        _state(shop, campaign, state, stock=stock, budget_fen=budget_fen),
        treated=people.get("treated", 0),
        held_out=people.get("held_out", 0),
        waiting=people.get("waiting", 0),
        refused=people.get("out_of_stock", 0) + people.get("over_budget", 0),
        cost_fen=sum(int(line["cost_fen"]) for line in counts.values()),
        stock_left=stock,
        budget_left_fen=budget_fen,
    )


def _state(
    shop: Shop,
    campaign: Campaign,
    state: dict[str, Any] | None,
    *,
    stock: int | None,
    budget_fen: int | None,
) -> State:
    today, terms = shop.today(), campaign.terms
    if terms.is_over(today):
        return State.OVER
    if state and state["stopped_at"] is not None:
        return State.STOPPED
    if not is_approved(campaign, state["approved"] if state else None):
        return State.UNAPPROVED
    if terms.first_day is not None and today < terms.first_day:
        return State.UPCOMING
    if stock == 0:
        return State.OUT_OF_STOCK
    is_spent = budget_fen is not None and budget_fen < max(1, cost_of(shop, campaign))
    return State.OUT_OF_BUDGET if is_spent else State.RUNNING
