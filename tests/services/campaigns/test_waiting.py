"""Waiting for budget: whoever waited is asked again for all that stands against it by then."""

import asyncio

import pytest

from services.campaigns.answering import run_cues, treat_waiting
from services.campaigns.treating import budget_of, cost_of, stock_of
from services.campaigns.turns import campaign_named
from services.each import counted_failures
from services.org.tills import Till
from services.shop import Shop
from storage.campaigns import raise_budget
from storage.counters import counters_of
from storage.sql import change, rows
from tests.services.campaigning import (
    buys,
    effects,
    load_campaign,
    only_campaign,
    run_test_campaign,
    treat_now,
)
from tests.services.posting import member_id_of
from tests.services.refunding import refund
from tests.shop_parts import MachineClock, a_member

ASKS = {"trigger": "attended", "budget_fen": 1, "at_budget": "ask"}
ENOUGH = 1000


async def wait_for_budget(shop: Shop, **terms: object) -> None:
    """One member waits, and then there is enough."""
    await load_campaign(shop, **{**ASKS, **terms})
    await treat_now(shop, member_id_of(await a_member(shop)))
    assert await effects() == ["waiting"]
    await raise_budget("test", ENOUGH)


async def test_nobody_gets_anything_of_a_campaign_that_is_over(
    shop: Shop, clock: MachineClock
) -> None:
    await wait_for_budget(shop, until=shop.today().isoformat())
    clock.pass_time(days=1)
    assert (await treat_waiting(shop), await effects()) == (0, ["waiting"])


async def test_nobody_gets_anything_of_a_campaign_that_ended(shop: Shop) -> None:
    await wait_for_budget(shop)
    await load_campaign(shop, **ASKS, ended=True)
    assert await treat_waiting(shop) == 0


async def test_several_workers_take_from_the_limits_once(shop: Shop) -> None:
    await wait_for_budget(shop, stock=5)
    with counted_failures() as failures:
        given = await asyncio.gather(*[treat_waiting(shop) for _ in range(4)])
    assert (sum(given), failures.count) == (1, 0)
    campaign = campaign_named(shop, "test")
    assert campaign is not None
    counted = await counters_of([stock_of(campaign), budget_of(campaign)])
    assert counted == {stock_of(campaign): 1, budget_of(campaign): cost_of(shop, campaign)}


async def test_whoever_complains_meanwhile_waits_on(shop: Shop) -> None:
    await wait_for_budget(shop, pause_on_complaint=True)
    await rows(
        "INSERT INTO tickets (key, kind, state, follower_id, member_id, promise_at, created_at)"
        " SELECT 'angry', 'complaint', 'taken', id, member_id, 1, 1 FROM followers"
    )
    assert await treat_waiting(shop) == 0
    await change("UPDATE tickets SET state = 'closed'")
    assert (await treat_waiting(shop), await effects()) == (1, ["treated"])


async def test_what_ends_with_a_purchase_has_ended_for_who_bought_meanwhile(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    await wait_for_budget(shop, stop="purchase")
    clock.pass_time(days=1)
    await buys(shop, till, await a_member(shop))
    assert (await treat_waiting(shop), await effects()) == (0, ["waiting"])


@pytest.mark.parametrize("comes_back", [True, False])
async def test_whoever_came_back_meanwhile_is_missed_no_more(
    shop: Shop, till: Till, clock: MachineClock, comes_back: bool
) -> None:
    await load_campaign(shop, **{**ASKS, "trigger": "dormant:30d"})
    li = await a_member(shop)
    await rows(
        "INSERT INTO member_rhythms (member_id, visits, last_on, stage, stage_since)"
        " VALUES ($1, 5, '2026-12-12', 'active', '2026-12-12')",
        member_id_of(li),
    )
    await run_test_campaign(shop)
    await raise_budget("test", ENOUGH)
    clock.pass_time(days=1)
    if comes_back:
        await buys(shop, till, li)
    assert await treat_waiting(shop) == (0 if comes_back else 1)


async def test_terms_that_nobody_has_said_yes_to_treat_nobody(shop: Shop) -> None:
    await wait_for_budget(shop)
    await load_campaign(shop, **ASKS, approval=True)
    assert await treat_waiting(shop) == 0


async def test_who_may_not_be_treated_keeps_nobody_else_waiting(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.campaigns.answering.BATCH", 1)
    await load_campaign(shop, **ASKS)
    for name in ("li", "wang"):
        await treat_now(shop, member_id_of(await a_member(shop, name)))
    await raise_budget("test", ENOUGH)
    await change("UPDATE members SET state = 'closed' WHERE id = (SELECT MIN(id) FROM members)")
    assert await treat_waiting(shop) == 1


async def test_what_was_given_back_meanwhile_brings_nothing(shop: Shop, till: Till) -> None:
    await only_campaign(shop, **{**ASKS, "trigger": "purchase"})
    await buys(shop, till, await a_member(shop))
    await run_cues(shop)
    await refund(shop, till, receipt_no="C-7", amount_fen=3200)
    await raise_budget("test", ENOUGH)
    assert (await treat_waiting(shop), await effects()) == (0, ["waiting"])
