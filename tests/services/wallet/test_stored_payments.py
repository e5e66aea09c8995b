"""Paying with stored value (储值付款): purchases take it, refunds give it back to the same lots."""

from datetime import timedelta

import pytest

from services.custody.verify import verify_ledger
from services.shop import Shop
from services.wallet.bonus_expiry import expire_bonus
from services.wallet.hold_endings import HoldEnded
from tests.services.purses import Counter, a_card, a_counter, a_purchase, lots
from tests.shop_parts import MachineClock


async def paid_purchase(counter: Counter, amount_fen: int, receipt_no: str = "R") -> int:
    await counter.pay(amount_fen, receipt_no=receipt_no)
    return await a_purchase(counter, receipt_no, amount_fen)


async def test_a_purchase_captures_the_open_hold_of_its_receipt(shop: Shop) -> None:
    counter = await a_card(shop)
    held = (await counter.hold(1_000, receipt_no="R")).answer["hold_id"]
    captured = await counter.buys("R", 800)
    assert (captured.stored_fen, captured.bonus_fen) == (800, 200)
    assert await counter.balances() == (2_400, 800)
    again = await counter.capture(held)
    assert (again.answer["captured_fen"], again.is_replay) == (800, True)
    with pytest.raises(HoldEnded):
        await counter.void(held)


async def test_a_hold_captured_before_counts_as_well(shop: Shop) -> None:
    counter = await a_card(shop)
    await counter.pay(1_000, receipt_no="R")
    captured = await counter.buys("R", 1_500)
    assert (captured.stored_fen, captured.bonus_fen) == (1_000, 250)
    assert await counter.balances() == (2_250, 750)


async def test_a_purchase_without_a_good_hold_takes_nothing(
    shop: Shop, clock: MachineClock
) -> None:
    counter = await a_card(shop)
    assert (await counter.buys("R-none", 100)).stored_fen == 0
    await counter.hold(100, receipt_no="R-late")
    clock.pass_time(minutes=15)
    assert (await counter.buys("R-late", 100)).stored_fen == 0
    assert await counter.balances() == (3_000, 1_000)


async def test_a_refund_goes_back_to_the_same_lots_in_the_same_shares(shop: Shop) -> None:
    counter = await a_card(shop)
    await counter.top_up(100)
    purchase = await paid_purchase(counter, 4_050)
    assert (await lots("principal"), await lots("bonus")) == ([(0, 0), (50, 0)], [(0, 0)])
    assert await counter.gives_back(purchase, 450, key="first") == 450
    assert (await lots("principal"), await lots("bonus")) == ([(300, 0), (100, 0)], [(100, 0)])
    assert await counter.gives_back(purchase, 9_999, key="all") == 3_600
    assert (await lots("principal"), await lots("bonus")) == ([(3_000, 0), (100, 0)], [(1_000, 0)])
    assert await counter.gives_back(purchase, 1, key="more") == 0
    assert (await verify_ledger(shop)).complaints == ()


async def test_a_refund_gives_back_once_a_key(shop: Shop) -> None:
    counter = await a_card(shop)
    purchase = await paid_purchase(counter, 1_000)
    given = [await counter.gives_back(purchase, 10, key="same") for _ in range(2)]
    assert given == [10, 0]


async def test_twenty_part_refunds_end_like_one(shop: Shop) -> None:
    counter = await a_card(shop, 3_333, 1_111)
    many, one = await paid_purchase(counter, 777, "R-1"), await paid_purchase(counter, 777, "R-2")
    before = await lots("bonus")
    for part in range(20):
        await counter.gives_back(many, 33, key=f"part-{part}")
    between = await lots("bonus")
    await counter.gives_back(one, 660, key="one")
    after = await lots("bonus")
    assert between[0][0] - before[0][0] == after[0][0] - between[0][0] > 0


async def test_bonus_that_ended_meanwhile_comes_back_with_a_short_life(
    shop: Shop, clock: MachineClock
) -> None:
    counter = await a_counter(shop)
    paid_fen, bonus_days = await counter.tops_up_for_days()
    purchase = await paid_purchase(counter, 1_000)
    clock.pass_time(days=bonus_days + 1)
    await expire_bonus(shop)
    await counter.gives_back(purchase, 400, key="part")
    assert await counter.balances() == (paid_fen - 300, 200)
    [expiry] = (await counter.stored()).next_expiries
    last_day = shop.today() + timedelta(days=shop.rules.points.return_days)
    assert (expiry.expires_on, expiry.bonus_fen) == (last_day.isoformat(), 200)
    await counter.pay(150)
    assert await counter.balances() == (paid_fen - 300, 50)
    assert (await verify_ledger(shop)).complaints == ()


async def test_any_split_of_payments_with_holds_between_ends_like_one(shop: Shop) -> None:
    counter = await a_card(shop, 1_001, 334)
    await counter.top_up(499, 1)
    left_open = (await counter.hold(17)).answer["hold_id"]
    for amount in (1, 333, 90, 7, 800):
        held = (await counter.hold(amount + 3)).answer["hold_id"]
        await counter.capture(held, amount)
    await counter.capture(left_open)
    spent = 17 + 1 + 333 + 90 + 7 + 800
    bonus_used = spent * 334 // 1_335
    assert (await lots("bonus"))[0] == (334 - bonus_used, 0)
    assert (await lots("principal"))[0] == (1_001 - (spent - bonus_used), 0)
    await counter.pay(sum(await counter.balances()))
    assert await lots("bonus") == [(0, 0), (0, 0)]
    assert (await verify_ledger(shop)).complaints == ()
