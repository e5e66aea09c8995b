"""Quotes that are paid: what was told is what is done, or nothing is."""

import asyncio
from typing import Any

import pytest

from loyalty.points import NotEnoughPoints
from services.coupons.checks import CouponUsed
from services.coupons.redeeming import redeem_coupon
from services.org.tills import Till
from services.purchases.quotes import (
    REMEMBERED_FOR,
    NotAsQuoted,
    QuotePaid,
    QuoteTooOld,
    QuoteUnknown,
    forget_quotes,
)
from services.purchases.recorded import NumberConflict, Recorded
from services.shop import Shop
from services.wallet.holds import HoldRequest, hold
from services.wallet.topups import TopUpRequest, top_up
from storage.quotes import pay_quote
from storage.sql import rows
from tests.services.couponing import load_kinds
from tests.services.posting import give, spend_points
from tests.services.quoting import a_line, code_of, coupons_of, make_gold, pay, quote
from tests.shop_parts import MachineClock, a_member, a_till, demo_shop, points_of


@pytest.fixture
async def till(shop: Shop) -> Till:
    return await a_till(shop)


async def written() -> dict[str, list[dict[str, Any]]]:
    tables = ("purchases", "coupons", "coupon_uses", "member_code_uses", "ledger_entries")
    return {table: await rows(f"SELECT * FROM {table} ORDER BY id") for table in tables}


async def test_a_purchase_as_quoted_redeems_spends_and_binds(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    await give(shop, li, 2000, key="k")
    coupon = (await coupons_of(li))["welcome10"]
    told = await quote(shop, till, 6000, by=li, coupon_codes=(coupon,), points=1000)
    recorded = await pay(shop, till, told, 6000)
    assert recorded.answer["points_earned"] == 40
    assert await points_of(shop, li) == 2050 - 1000 + 40
    [stored] = await rows("SELECT state FROM coupons WHERE code = $1", coupon)
    assert stored["state"] == "used"
    [bound] = await rows("SELECT purpose, reference FROM member_code_uses")
    assert (bound["purpose"], bound["reference"]) == ("purchase", "R-1")


async def test_what_was_quoted_stays_whatever_the_shop_changes(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    li = await a_member(shop)
    await give(shop, li, 2000, key="k")
    coupon = (await coupons_of(li))["welcome10"]
    told = await quote(shop, till, 6000, by=li, coupon_codes=(coupon,), points=1000)
    kind = next(one for one in demo_shop()["coupon_kinds"] if one["code"] == "welcome10")
    points = {**demo_shop()["points"], "offset_percent_cap": 0, "value_fen": 7}
    await load_kinds(shop, {**kind, "amount_fen": 1, "stores": ["cq01"]}, points=points)
    await make_gold(li)
    clock.pass_time(minutes=29)
    recorded = await pay(shop, till, told, 6000)
    assert not recorded.is_replay
    assert (await rows("SELECT paid_fen, points_spent FROM purchases")) == [
        {"paid_fen": 4000, "points_spent": 1000}
    ]


async def test_the_same_purchase_again_is_the_first_answer_also_after_the_quotes_end(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    told = await quote(shop, till, 3200)
    first = await pay(shop, till, told, 3200)
    clock.pass_time(days=2)
    assert await pay(shop, till, told, 3200) == Recorded(first.answer, is_replay=True)
    with pytest.raises(NumberConflict):
        await pay(shop, till, told, 3200, paid_fen=1)


async def test_a_coupon_used_elsewhere_meanwhile_refuses_the_whole_purchase(
    shop: Shop, till: Till
) -> None:
    li = await a_member(shop)
    await give(shop, li, 2000, key="k")
    coupon = (await coupons_of(li))["welcome10"]
    told = await quote(shop, till, 6000, by=li, coupon_codes=(coupon,), points=1000)
    await redeem_coupon(shop, await a_till(shop, "cd01-2"), coupon, "OTHER")
    before = await written()
    with pytest.raises(CouponUsed):
        await pay(shop, till, told, 6000)
    assert await written() == before


async def test_points_spent_meanwhile_refuse_the_whole_purchase(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    coupon = (await coupons_of(li))["welcome10"]
    await give(shop, li, 1000, key="k")
    told = await quote(shop, till, 6000, by=li, coupon_codes=(coupon,), points=1000)
    await spend_points(shop, li, 100, key="elsewhere")
    before = await written()
    with pytest.raises(NotEnoughPoints):
        await pay(shop, till, told, 6000)
    assert await written() == before


@pytest.mark.parametrize(
    "changed",
    [
        {"paid_fen": 3199},
        {"lines": [a_line(3200), a_line(0, "bag")]},
        {"lines": [{**a_line(3200), "quantity": 2}]},
        {"lines": [a_line(3200, "mocha")]},
    ],
)
async def test_another_basket_or_amount_is_not_as_quoted(
    shop: Shop, till: Till, changed: dict[str, Any]
) -> None:
    told = await quote(shop, till, 3200)
    with pytest.raises(NotAsQuoted) as refused:
        await pay(shop, till, told, 3200, **changed)
    assert refused.value.facts == {"payable": "32.00"}
    assert await rows("SELECT id FROM purchases") == []


async def test_a_quote_ends_after_half_an_hour(shop: Shop, till: Till, clock: MachineClock) -> None:
    told = await quote(shop, till, 3200)
    clock.pass_time(minutes=30)
    with pytest.raises(QuoteTooOld):
        await pay(shop, till, told, 3200)


async def test_a_quote_is_its_tills_alone(shop: Shop, till: Till) -> None:
    told = await quote(shop, till, 3200)
    with pytest.raises(QuoteUnknown):
        await pay(shop, await a_till(shop, "cd01-2"), told, 3200)
    with pytest.raises(QuoteUnknown):
        await pay(shop, till, {**told, "quote_id": "q1"}, 3200)


async def test_a_quote_is_paid_once_also_by_many_receipts_at_once(shop: Shop, till: Till) -> None:
    told = await quote(shop, till, 3200)
    tries = [pay(shop, till, told, 3200, receipt_no=f"R-{n}") for n in range(8)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, Recorded) for result in results) == 1
    assert sum(isinstance(result, QuotePaid) for result in results) == 7
    assert len(await rows("SELECT id FROM purchases")) == 1


async def test_a_paid_quote_is_not_paid_again_whoever_holds_no_lock(shop: Shop, till: Till) -> None:
    await pay(shop, till, await quote(shop, till, 3200), 3200, receipt_no="R-1")
    [paid] = await rows("SELECT id, purchase_id FROM quotes")
    assert not await pay_quote(paid["id"], paid["purchase_id"])


async def test_a_quote_outlives_the_code_it_was_asked_with(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    li = await a_member(shop)
    told = await quote(shop, till, 3200, by=li)
    clock.pass_time(minutes=10)
    recorded = await pay(shop, till, told, 3200)
    assert recorded.answer["member"]["member_no"] == li.member_no


async def test_one_code_serves_the_quote_the_hold_and_the_purchase_of_a_receipt(
    shop: Shop, till: Till
) -> None:
    li = await a_member(shop)
    top_up_code = await code_of(shop, li)
    await top_up(shop, till, TopUpRequest("T-1", top_up_code, 2000, 0, fingerprint="t"))
    code = await code_of(shop, li)
    told = await quote(shop, till, 3200, by=li, stored_fen=5000)
    assert (told["stored_fen"], told["rest_fen"]) == (2000, 1200)
    await hold(shop, till, HoldRequest("R-1", code, told["stored_fen"], fingerprint="h"))
    await pay(shop, till, told, 3200)
    [paid] = await rows("SELECT paid_fen, stored_fen, member_id FROM purchases")
    assert paid == {"paid_fen": 3200, "stored_fen": 2000, "member_id": li.member_id}


async def test_what_nobody_paid_is_forgotten_and_what_was_paid_is_kept(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    await pay(shop, till, await quote(shop, till, 3200), 3200)
    await quote(shop, till, 3200)
    assert await forget_quotes(shop) == 0
    clock.pass_time(days=REMEMBERED_FOR.days, hours=1)
    assert await forget_quotes(shop) == 1
    assert len(await rows("SELECT id FROM quotes")) == 1
