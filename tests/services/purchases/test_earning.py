"""Earning by purchase (消费积分) on real tables: boosts, caps, and the return period."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from loyalty.earning import Earning
from services.custody.verify import verify_ledger
from services.ledger.points import points_balance
from services.loading import load_shop
from services.org.tills import Till
from services.purchases.claims import claim_receipt
from services.purchases.earning import credit_due_purchases
from services.purchases.facts import rule_of_purchase
from services.purchases.reporting import record_purchase
from services.shop import Shop
from storage.sql import row, rows
from tests.services.claiming import WELCOME
from tests.services.growing import spends, tier_code, use_ladder
from tests.services.posting import member_id_of
from tests.services.refunding import (
    CAKE_BACK,
    LATTE_BACK,
    PAID_FEN,
    Holding,
    a_basket,
    buys,
    holding_of,
    purchase_row,
    refund,
)
from tests.shop_parts import MachineClock, a_member, a_receipt, a_till, points_of, read

DOUBLE = {"code": "double", "name": "双倍", "percent": 200}


@pytest.fixture
async def till(shop: Shop) -> Till:
    return await a_till(shop)


async def use(shop: Shop, *boosts: dict[str, Any], **policy: Any) -> None:
    """Only these boosts, and the points policy changed."""
    await load_shop(shop, {"points": policy, "point_boosts": list(boosts)})
    await shop.rules.refresh()
    codes = {boost["code"] for boost in boosts}
    shop.rules.point_boosts = tuple(b for b in shop.rules.point_boosts if b.code in codes)


async def cause_of(key: str) -> dict[str, Any]:
    found = await row("SELECT cause FROM ledger_transactions WHERE key = $1", key)
    assert found is not None
    cause: dict[str, Any] = json.loads(found["cause"])
    return cause


async def test_growth_counts_every_fen_and_needs_no_points(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    await use(shop, excluded_categories=["coffee", "bakery"])
    answer = await buys(shop, till, li)
    assert answer["points_earned"] == 0
    assert await holding_of(li) == Holding(WELCOME, 0, PAID_FEN)
    await refund(shop, till, amount_fen=PAID_FEN)
    assert await holding_of(li) == Holding(WELCOME, 0, 0)
    assert (await verify_ledger(shop)).complaints == ()


async def test_a_boost_holds_where_and_when_it_says(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    here = {**DOUBLE, "stores": ["cd01"], "weekdays": [1]}
    await use(shop, here)
    assert (await buys(shop, till, li, "R-1"))["points_earned"] == 161
    yesterday = shop.now() - timedelta(days=1)
    assert (await buys(shop, till, li, "R-2", paid_at=yesterday))["points_earned"] == 80
    elsewhere = await a_till(shop, "cd02-1")
    assert (await buys(shop, elsewhere, li, "R-3"))["points_earned"] == 80


async def test_the_tier_at_the_purchase_decides_and_not_the_one_it_leads_to(
    shop: Shop, till: Till
) -> None:
    await use(shop, {**DOUBLE, "tiers": ["silver"]})
    await use_ladder(shop)
    shop.rules.point_boosts = shop.rules.point_boosts[-1:]
    li = await a_member(shop)
    await spends(shop, li, 45_000)
    first = await buys(shop, till, li, "R-1")
    assert (first["points_earned"], first["member"]["tier"]) == (80, "silver")
    assert (await buys(shop, till, li, "R-2"))["points_earned"] == 161


async def test_a_printed_receipt_promises_the_base_and_brings_the_tiers_points(
    shop: Shop, till: Till
) -> None:
    await use_ladder(shop)
    await use(shop, {**DOUBLE, "tiers": ["silver"]})
    li = await a_member(shop)
    await spends(shop, li, 60_000)
    sold = await record_purchase(shop, till, a_basket(shop))
    assert sold.answer["points_earned"] == 80
    claimed = await claim_receipt(shop, li, read(sold.answer["claim"]["token"]))
    assert claimed.points == 161


async def test_a_purchase_lifts_the_tier_at_once_and_its_refund_lowers_it(
    shop: Shop, till: Till
) -> None:
    await use_ladder(shop)
    li = await a_member(shop)
    await spends(shop, li, 45_000)
    answer = await buys(shop, till, li)
    assert answer["member"]["tier"] == "silver"
    assert "gold" in answer["receipt_text"]
    assert "1469.50" in answer["receipt_text"]
    await refund(shop, till, amount_fen=PAID_FEN)
    assert await tier_code(shop, li) == "base"


async def test_a_receipt_has_its_cap(shop: Shop, till: Till) -> None:
    await use(shop, DOUBLE, cap_per_receipt=100)
    li = await a_member(shop)
    assert (await buys(shop, till, li))["points_earned"] == 100
    assert (await refund(shop, till, lines=[CAKE_BACK]))["points_reversed"] == 0
    assert (await refund(shop, till, "F-2", lines=[LATTE_BACK]))["points_reversed"] == 36


async def test_a_day_has_its_cap_and_what_goes_back_may_be_earned_again(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    await use(shop, cap_per_day=100)
    li = await a_member(shop)
    told = [(await buys(shop, till, li, f"R-{n}"))["points_earned"] for n in range(3)]
    assert told == [80, 20, 0]
    await refund(shop, till, amount_fen=PAID_FEN, receipt_no="R-0")
    assert (await buys(shop, till, li, "R-3"))["points_earned"] == 80
    clock.pass_time(days=1)
    assert (await buys(shop, till, li, "R-4"))["points_earned"] == 80
    assert (await verify_ledger(shop)).complaints == ()


async def test_of_many_receipts_at_once_the_day_gives_exactly_its_cap(
    shop: Shop, till: Till
) -> None:
    await use(shop, cap_per_day=200)
    li = await a_member(shop)
    for number in range(6):
        await record_purchase(shop, till, a_basket(shop, f"R-{number}", receipt_seq=number))
    claims = [claim_receipt(shop, li, a_receipt(shop, till, number)) for number in range(6)]
    assert sorted([claim.points for claim in await asyncio.gather(*claims)]) == [
        0,
        0,
        0,
        40,
        80,
        80,
    ]
    assert await points_of(shop, li) == WELCOME + 200


async def test_a_large_receipt_waits_through_its_return_period(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    await use(shop, pending_days=7, pending_from_fen=8000)
    li = await a_member(shop)
    answer = await buys(shop, till, li)
    assert (answer["points_earned"], answer["points_balance"]) == (80, WELCOME)
    assert "2027-01-18" in answer["receipt_text"]
    seen = await points_balance(shop, member_id_of(li))
    assert (seen.points, seen.pending) == (WELCOME, 80)
    assert await holding_of(li) == Holding(WELCOME, 0, 0)
    clock.pass_time(days=7)
    assert await credit_due_purchases(shop) == 1
    assert await credit_due_purchases(shop) == 0
    assert await holding_of(li) == Holding(WELCOME + 80, 0, PAID_FEN)
    assert (await points_balance(shop, member_id_of(li))).pending == 0
    [lot] = await rows("SELECT expires_on FROM lots WHERE amount = 80")
    assert lot["expires_on"] == "2028-01-18"


async def test_a_small_receipt_does_not_wait(shop: Shop, till: Till) -> None:
    await use(shop, pending_days=7, pending_from_fen=PAID_FEN + 1)
    li = await a_member(shop)
    assert (await buys(shop, till, li))["points_balance"] == WELCOME + 80


async def test_what_is_returned_while_it_waits_is_never_credited(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    await use(shop, pending_days=7)
    li = await a_member(shop)
    await buys(shop, till, li)
    answer = await refund(shop, till, lines=[LATTE_BACK])
    assert (answer["points_reversed"], answer["points_balance"]) == (32, WELCOME)
    assert (await points_balance(shop, member_id_of(li))).pending == 48
    clock.pass_time(days=7)
    await credit_due_purchases(shop)
    assert await holding_of(li) == Holding(WELCOME + 48, 0, PAID_FEN - 3200)


async def test_a_claim_that_waits_says_from_when_its_points_are_there(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    await use(shop, pending_days=7)
    li = await a_member(shop)
    await record_purchase(shop, till, a_basket(shop, receipt_seq=7))
    answer = await claim_receipt(shop, li, a_receipt(shop, till))
    assert (answer.wording, answer.points, answer.until) == ("credited_later", 80, "2027-01-18")
    assert (await points_balance(shop, member_id_of(li))).pending == 80
    assert (await verify_ledger(shop)).complaints == ()
    clock.pass_time(days=8)
    await asyncio.gather(*[credit_due_purchases(shop) for _ in range(4)])
    assert await points_of(shop, li) == WELCOME + 80
    assert await claim_receipt(shop, li, a_receipt(shop, till)) == answer


async def test_a_report_later_than_its_return_period_is_credited_at_once(
    shop: Shop, till: Till
) -> None:
    await use(shop, pending_days=7)
    li = await a_member(shop)
    last_week = shop.now() - timedelta(days=7)
    assert (await buys(shop, till, li, paid_at=last_week))["points_balance"] == WELCOME + 80


async def test_points_of_a_late_claim_do_not_lapse_before_they_come(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    await use(shop, expire="month_end")
    li = await a_member(shop)
    await record_purchase(shop, till, a_basket(shop, receipt_seq=7))
    receipt = a_receipt(shop, till)
    clock.pass_time(days=25)
    assert (await claim_receipt(shop, li, receipt)).balance == 80
    [lot] = await rows("SELECT expires_on FROM lots WHERE amount = 80")
    assert lot["expires_on"] == "2027-02-28"


async def test_why_is_kept_with_the_points(shop: Shop, till: Till) -> None:
    bonus = {"code": "bonus", "name": "满赠", "points": 5, "threshold_fen": 8000}
    await use(shop, DOUBLE, bonus, cap_per_receipt=150)
    await buys(shop, till, await a_member(shop))
    cause = await cause_of(f"purchase:{(await purchase_row())['id']}")
    double = {"code": "double", "name": "双倍", "percent": 200, "covered_fen": PAID_FEN}
    assert cause["multiplier"] == double
    assert cause["bonuses"] == [{"code": "bonus", "name": "满赠", "points": 5}]
    assert (cause["base_fen"], cause["per_yuan"]) == (PAID_FEN, 1)
    assert (cause["uncapped"], cause["cap_per_receipt"]) == (166, 150)
    assert (cause["store"], cause["rules"]) == ("春熙路店", shop.rules.version)


async def test_rules_of_later_change_nothing_of_what_was_sold(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    await use(shop, DOUBLE)
    await buys(shop, till, li)
    await use(shop, points_per_yuan=9, cap_per_receipt=1)
    assert (await refund(shop, till, lines=[LATTE_BACK]))["points_reversed"] == 64


async def test_the_rule_of_a_purchase_names_its_version(shop: Shop, till: Till) -> None:
    await use(shop)
    rule = rule_of_purchase(shop, till.store_id, shop.now())
    assert rule == Earning(rules=shop.rules.version, per_yuan=1, tier="base")
