"""Answering cues (响应线索): every minute, what is due; what waited for budget, once there is more.

A cue is taken and answered in one transaction, so that a kill between the two loses nothing.
"""

import json
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from loyalty.campaigns import Campaign
from services.campaigns.audiences import log_unread
from services.campaigns.returns import is_given_back
from services.campaigns.treating import treat_in, treat_waiting_in
from services.campaigns.turns import Outcome, Turn, campaign_named
from services.clock import day_of
from services.each import each_of
from services.people.viewing import bought_what_was_viewed
from services.shop import Shop
from storage.campaign_cues import due_cues, next_cue_due, put_off_cue, take_cue
from storage.campaigns import first_waiting, states_of, waiting_effects
from storage.database import is_outage
from storage.instants import from_ms
from storage.sql import Row
from storage.transactions import transactional

BATCH = 200
AGAIN_AFTER = timedelta(minutes=10)


async def run_cues(shop: Shop) -> int:
    """How many members got something."""
    given, last_id, met = 0, 0, set[str]()
    while batch := await due_cues(shop.now(), after=last_id, limit=BATCH):
        last_id = batch[-1]["id"]
        met |= {line["campaign"] for line in batch}
        given += await each_of(batch, partial(_answer_or_put_off, shop))
    await log_unread(shop, [one for one in shop.rules.campaigns if one.code in met])
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
    facts = json.loads(found["facts"])
    is_returned = await is_given_back(facts.get("purchase"))
    if not await take_cue(found["id"]):
        return False
    campaign = campaign_named(shop, found["campaign"])
    if is_returned or campaign is None or not campaign.terms.holds_on(shop.today()):
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


async def _has_no_sense(campaign: Campaign, found: Row, facts: dict[str, Any]) -> bool:
    """Nobody is offered what they have bought since."""
    return campaign.terms.kind == "viewed" and await bought_what_was_viewed(
        found["member_id"], facts, since=from_ms(found["happened_at"])
    )


async def treat_waiting(shop: Shop) -> int:
    """Of campaigns that ask: whoever waits, as far as the budget goes by now; how many."""
    today, given = shop.today(), 0
    for campaign in shop.rules.campaigns:
        if campaign.terms.at_budget == "ask" and campaign.terms.holds_on(today):
            given += await _go_on(shop, campaign)
    return given


async def _go_on(shop: Shop, campaign: Campaign) -> int:
    given, last_id = 0, 0
    while await _has_more(campaign):
        batch = await waiting_effects(campaign.code, after=last_id, limit=BATCH)
        if not batch:
            break
        last_id = batch[-1]["id"]
        given += await each_of(batch, partial(_treat_waiting, shop, campaign))
    return given


async def _has_more(campaign: Campaign) -> bool:
    """Whether the budget has grown since it ran out; then somebody was asked."""
    state = (await states_of([campaign.code])).get(campaign.code)
    if state is None or state["stopped_at"] is not None:
        return False
    return bool((campaign.terms.budget_fen or 0) + state["extra_fen"] != state["asked_at_fen"])


@transactional
async def _treat_waiting(shop: Shop, campaign: Campaign, effect: Row) -> bool:
    if await is_given_back(effect["purchase_id"]):
        return False
    since = from_ms(effect["done_at"])
    turn = Turn(
        campaign,
        effect["member_id"],
        name=f"waiting:{effect['id']}",
        happened_at=since,
        # On that day they were missed, and had not come by then.
        facts={"last_on": (day_of(since) - timedelta(days=1)).isoformat()},
    )
    given = await treat_waiting_in(shop, turn, effect["id"])
    return given.outcome is Outcome.TREATED
