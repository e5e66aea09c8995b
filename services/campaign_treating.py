"""Treating (施行): one member, one campaign, one period, one effect.

The row of the effect is made first and is unique; everything the effect does stands in the same
transaction. What is not to be had any more is noted in that row, and nothing of it happens.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from loyalty.campaign_limits import cost_fen, is_held_out, period_of
from loyalty.campaigns import Campaign
from services.audiences import includes, read_audience
from services.campaign_acts import Acts, NothingLeft, do_actions
from services.campaign_asking import ask_for_budget
from services.campaign_turns import SKIPPED, Given, Outcome, Turn, terms_hash
from services.clock import day_of
from services.shop import Shop
from storage.campaigns import (
    add_effect,
    effect_of,
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
    standing = await standing_of(turn.member_id, turn.campaign.code)
    if standing is None or not _may_be_treated(shop, turn, standing):
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
    )
    if effect_id is None:
        return await _told_again(shop, turn, period)
    if outcome is not Outcome.TREATED:
        return Given(outcome)
    return await _perform(shop, Acts(turn, effect_id, period), standing, was=outcome)


async def perform_waiting(shop: Shop, acts: Acts, standing: Standing) -> Given:
    """What waited for a larger budget. A helper for use cases."""
    return await _perform(shop, acts, standing, was=Outcome.WAITING)


def is_approved(campaign: Campaign, approved: str | None) -> bool:
    return not campaign.terms.approval or approved == terms_hash(campaign)


def _may_be_treated(shop: Shop, turn: Turn, standing: Standing) -> bool:
    campaign, terms = turn.campaign, turn.campaign.terms
    is_open = standing["stopped_at"] is None and is_approved(campaign, standing["approved"])
    if standing["state"] != "active" or not is_open:
        return False
    if terms.pause_on_complaint and standing["complains"]:
        return False
    if _bought_since(turn, standing):
        return False
    return _is_here(shop, turn, standing)


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
    last_at = standing["last_at"]
    last_on: date | None = None if last_at is None else day_of(from_ms(last_at))
    return period_of(
        turn.campaign.terms.period_rule,
        shop.today(),
        turn=turn.name,
        earlier=int(standing["earlier"]),
        last_on=last_on,
    )


async def _is_meant(shop: Shop, turn: Turn) -> bool:
    """Whether the member belongs to the audience at this moment."""
    text = turn.campaign.terms.audience
    if text is None or turn.is_meant:
        return True
    return await includes(shop, await read_audience(shop, None, text), turn.member_id)


def _wanted(turn: Turn) -> Outcome:
    terms = turn.campaign.terms
    held_out = is_held_out(terms.code, turn.member_id, terms.hold_out)
    return Outcome.HELD_OUT if held_out else Outcome.TREATED


async def _told_again(shop: Shop, turn: Turn, period: str) -> Given:
    """Whoever is answered hears the same again; a job has nothing left to do."""
    if not turn.in_reply:
        return SKIPPED
    effect = await effect_of(turn.campaign.code, turn.member_id, period)
    if effect is None or effect["what"] != Outcome.TREATED:
        return SKIPPED
    acts = Acts(turn, effect["id"], period)
    with suppress(NothingLeft):
        await do_actions(shop, acts)
    return _given(acts)


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
    return _given(acts) if outcome is Outcome.TREATED else Given(outcome)


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


def _given(acts: Acts) -> Given:
    return Given(Outcome.TREATED, acts.points, tuple(acts.coupons), tuple(acts.lines))
