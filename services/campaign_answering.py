"""Answering cues (响应线索): every minute, what is due; what waited for budget, once there is more.

A cue is taken and answered in one transaction, so that a kill between the two loses nothing.
"""

import json
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from loyalty.campaigns import Campaign
from services.campaign_acts import Acts
from services.campaign_treating import perform_waiting, treat_in
from services.campaign_turns import Outcome, Turn
from services.each import each_of
from services.shop import Shop
from services.viewing import bought_what_was_viewed
from storage.campaign_cues import due_cues, next_cue_due, put_off_cue, take_cue
from storage.campaigns import first_waiting, is_returned, standing_of, states_of, waiting_effects
from storage.database import is_outage
from storage.instants import from_ms
from storage.sql import Row
from storage.transactions import transactional

BATCH = 200
AGAIN_AFTER = timedelta(minutes=10)


async def run_cues(shop: Shop) -> int:
    """How many members got something."""
    given, last_id = 0, 0
    while batch := await due_cues(shop.now(), after=last_id, limit=BATCH):
        last_id = batch[-1]["id"]
        given += await each_of(batch, partial(_answer_or_put_off, shop))
    return given


async def _answer_or_put_off(shop: Shop, found: Row) -> bool:
    """What fails by itself is tried again, but not every minute for ever."""
    try:
        return await answer_cue(shop, found)
    except Exception as error:
        if not is_outage(error):
            await _put_off(shop, found)
        raise


@transactional
async def _put_off(shop: Shop, found: Row) -> None:
    await put_off_cue(found["id"], shop.now() + AGAIN_AFTER)


async def next_cue(shop: Shop) -> datetime | None:
    """When the earliest cue is due, for a clock that is moved ahead."""
    return await next_cue_due()


async def next_waiting(shop: Shop) -> datetime | None:
    """Since when somebody waits for budget."""
    return await first_waiting()


@transactional
async def answer_cue(shop: Shop, found: Row) -> bool:
    """Whether the member got something; whatever comes of it, the cue is gone."""
    if not await take_cue(found["id"]):
        return False
    campaign = campaign_named(shop, found["campaign"])
    facts = json.loads(found["facts"])
    if campaign is None or not campaign.terms.holds_on(shop.today()):
        return False
    if await _has_no_sense(campaign, found, facts):
        return False
    turn = Turn(
        campaign,
        found["member_id"],
        name=found["key"],
        happened_at=from_ms(found["happened_at"]),
        store_id=found["store_id"],
        facts=facts,
    )
    return (await treat_in(shop, turn)).outcome is Outcome.TREATED


def campaign_named(shop: Shop, code: str) -> Campaign | None:
    return next((one for one in shop.rules.campaigns if one.code == code), None)


async def _has_no_sense(campaign: Campaign, found: Row, facts: dict[str, Any]) -> bool:
    """Nobody is asked about goods they gave back, nor offered what they have bought since."""
    if campaign.terms.kind == "viewed":
        return await bought_what_was_viewed(
            found["member_id"], facts, since=from_ms(found["happened_at"])
        )
    if campaign.terms.kind == "after_purchase":
        return await is_returned(facts["purchase"])
    return False


async def treat_waiting(shop: Shop) -> int:
    """Of campaigns that ask: whoever waits, as far as the budget goes by now; how many."""
    asking = {one.code: one for one in shop.rules.campaigns if one.terms.at_budget == "ask"}
    states, given = await states_of(list(asking)), 0
    for code, state in states.items():
        terms = asking[code].terms
        is_larger = (terms.budget_fen or 0) + state["extra_fen"] != state["asked_at_fen"]
        if is_larger and state["stopped_at"] is None:
            given += await _go_on(shop, asking[code])
    return given


async def _go_on(shop: Shop, campaign: Campaign) -> int:
    given, last_id = 0, 0
    while batch := await waiting_effects(campaign.code, after=last_id, limit=BATCH):
        last_id = batch[-1]["id"]
        done = await each_of(batch, partial(_treat_waiting, shop, campaign))
        given += done
        if done < len(batch):
            break
    return given


@transactional
async def _treat_waiting(shop: Shop, campaign: Campaign, effect: Row) -> bool:
    standing = await standing_of(effect["member_id"], campaign.code)
    if standing is None or standing["state"] != "active":
        return False
    name = f"waiting:{effect['id']}"
    turn = Turn(campaign, effect["member_id"], name=name, happened_at=shop.now())
    acts = Acts(turn, effect["id"], effect["period"])
    return (await perform_waiting(shop, acts, standing)).outcome is Outcome.TREATED
