"""Treating (施行): one member, one campaign, one period, one effect.

The row of the effect is made first and is unique; everything the effect does stands in the same
transaction. What is not to be had any more is noted in that row, and nothing of it happens.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from loyalty.campaign_limits import cost_fen, is_held_out, period_of
from loyalty.campaigns import Campaign
from services.audiences.finding import includes
from services.campaigns.acts import Acts, NothingLeft, do_actions
from services.campaigns.asking import ask_for_budget
from services.campaigns.audiences import audience_of
from services.campaigns.retelling import told_again
from services.campaigns.turns import SKIPPED, Given, Outcome, Turn, terms_hash
from services.clock import day_of
from services.shop import Shop
from storage.campaigns import (
    add_effect,
    hold_waiting,
    settle_effect,
    standing_of,
)
from storage.counters import give_back_to_counter, take_amount, take_from_counter
from storage.instants import from_ms, to_ms
from storage.transactions import transactional

Standing = dict[str, Any]


@transactional
async def treat(shop: Shop, turn: Turn) -> Given:
    return await treat_in(shop, turn)


async def treat_all_in(shop: Shop, turns: Sequence[Turn]) -> list[Given]:
    """A helper for use cases that answer the person with what was given."""
    return [await treat_in(shop, turn) for turn in turns]


async def treat_in(shop: Shop, turn: Turn) -> Given:
    """Give the member what the campaign brings, once a period. A helper for use cases."""
    standing = await standing_of(turn.member_id, turn.campaign.code, person_id=turn.person_id)
    if standing is None or not _may_be_treated(turn, standing):
        return SKIPPED
    if not _is_here(shop, turn, standing):
        return SKIPPED
    period = _period(shop, turn, standing)
    if period is None or not await _is_meant(shop, turn):
        return SKIPPED
    outcome = _wanted(turn)
    effect_id = await add_effect(
        campaign=turn.campaign.code,
        version=shop.rules.version,
        member_id=turn.member_id,
        period=period,
        what=outcome.value,
        cost_fen=0,
        done_at=shop.now(),
        person_id=turn.person_id,
        purchase_id=turn.purchase_id,
    )
    if effect_id is None:
        return await told_again(shop, turn, period)
    if outcome is not Outcome.TREATED:
        return Given(outcome)
    return await _perform(shop, Acts(turn, effect_id), standing, was=outcome)


async def treat_waiting_in(shop: Shop, turn: Turn, effect_id: int) -> Given:
    """What waited for a larger budget, unless something stands against it by now. A helper for use
    cases; where it happened was asked when it did."""
    standing = await standing_of(turn.member_id, turn.campaign.code)
    if standing is None or not _may_be_treated(turn, standing):
        return SKIPPED
    if not await hold_waiting(effect_id):
        return SKIPPED
    return await _perform(shop, Acts(turn, effect_id), standing, was=Outcome.WAITING)


def is_approved(campaign: Campaign, approved: str | None) -> bool:
    return not campaign.terms.approval or approved == terms_hash(campaign)


def _may_be_treated(turn: Turn, standing: Standing) -> bool:
    campaign, terms = turn.campaign, turn.campaign.terms
    is_open = standing["stopped_at"] is None and is_approved(campaign, standing["approved"])
    if standing["state"] != "active" or not is_open:
        return False
    if terms.pause_on_complaint and standing["complains"]:
        return False
    return not _bought_since(turn, standing)


def _bought_since(turn: Turn, standing: Standing) -> bool:
    """Whoever came back is missed no more, and what ends with a purchase has ended."""
    terms, bought_at = turn.campaign.terms, standing["bought_at"]
    if bought_at is None:
        return False
    if terms.kind == "dormant":
        return day_of(from_ms(bought_at)).isoformat() > str(turn.facts["last_on"])
    return terms.stop == "purchase" and bought_at > to_ms(turn.happened_at)


def _is_here(shop: Shop, turn: Turn, standing: Standing) -> bool:
    """By the store where it happened, else by where the member is at home."""
    terms = turn.campaign.terms
    if not terms.stores and not terms.regions:
        return True
    store_id = turn.store_id or standing["home_store_id"]
    place = shop.rules.places.get(store_id) if store_id is not None else None
    if place is not None and place.store in terms.stores:
        return True
    if place is not None:
        return place.region in terms.regions
    regions = {one.region_id: one.region for one in shop.rules.places.values()}
    return regions.get(standing["region_id"]) in terms.regions


def _period(shop: Shop, turn: Turn, standing: Standing) -> str | None:
    if turn.period is not None:
        return turn.period
    times = [standing[name] for name in ("last_at", "last_of_person_at") if standing[name]]
    last_on: date | None = day_of(from_ms(max(times))) if times else None
    return period_of(
        turn.campaign.terms.period_rule,
        shop.today(),
        turn=turn.name,
        earlier=int(standing["earlier"]),
        last_on=last_on,
    )


async def _is_meant(shop: Shop, turn: Turn) -> bool:
    """Whether the member belongs to the audience at this moment."""
    audience = None if turn.is_meant else await audience_of(shop, turn.campaign)
    return audience is None or await includes(shop, audience, turn.member_id)


def _wanted(turn: Turn) -> Outcome:
    terms = turn.campaign.terms
    held_out = is_held_out(terms.drawn_as, turn.member_id, terms.hold_out)
    return Outcome.HELD_OUT if held_out else Outcome.TREATED


async def _perform(shop: Shop, acts: Acts, standing: Standing, *, was: Outcome) -> Given:
    """Take stock and budget, then act; what is refused is noted and gives back what it took."""
    campaign = acts.turn.campaign
    cost = cost_of(shop, campaign)
    outcome = await _take_limits(shop, campaign, cost, int(standing["extra_fen"] or 0))
    if outcome is Outcome.TREATED:
        try:
            await do_actions(shop, acts)
        except NothingLeft:
            await _give_limits_back(campaign, cost)
            outcome = Outcome.OUT_OF_STOCK
    spent = cost if outcome is Outcome.TREATED else 0
    await settle_effect(acts.effect_id, was=was, what=outcome, cost_fen=spent)
    return acts.given() if outcome is Outcome.TREATED else Given(outcome)


async def _take_limits(shop: Shop, campaign: Campaign, cost: int, extra_fen: int) -> Outcome:
    terms = campaign.terms
    if terms.stock is not None and not await take_from_counter(stock_of(campaign), terms.stock):
        return Outcome.OUT_OF_STOCK
    if terms.budget_fen is None:
        return Outcome.TREATED
    budget_fen = terms.budget_fen + extra_fen
    if await take_amount(budget_of(campaign), cost, budget_fen):
        return Outcome.TREATED
    if terms.stock is not None:
        await give_back_to_counter(stock_of(campaign))
    if terms.at_budget == "stop":
        return Outcome.OVER_BUDGET
    await ask_for_budget(shop, campaign, budget_fen)
    return Outcome.WAITING


async def _give_limits_back(campaign: Campaign, cost: int) -> None:
    if campaign.terms.stock is not None:
        await give_back_to_counter(stock_of(campaign))
    if campaign.terms.budget_fen is not None:
        await give_back_to_counter(budget_of(campaign), cost)


def cost_of(shop: Shop, campaign: Campaign) -> int:
    """What one effect costs, in fen."""
    return cost_fen(campaign, shop.rules.coupon_kinds, point_fen=shop.rules.points.value_fen)


def stock_of(campaign: Campaign) -> str:
    """The counter of the effects of a campaign that has a stock."""
    return f"campaign:{campaign.code}"


def budget_of(campaign: Campaign) -> str:
    """The counter of what its effects cost."""
    return f"campaign:{campaign.code}:fen"
