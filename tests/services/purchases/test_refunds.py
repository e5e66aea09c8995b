"""Refunds (退货): back to the sources, and back from the member what the rest does not deserve."""

import asyncio
import logging
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest

from loyalty.refunds import RefundExceedsSale
from services.custody.verify import verify_ledger
from services.ledger.point_expiry import expire_points
from services.loading import load_shop
from services.org.tills import Till
from services.purchases.claims import claim_receipt
from services.purchases.recorded import NumberConflict, Recorded
from services.purchases.refunds import RefundFromTheFuture, record_refund, refunds_waiting
from services.purchases.reporting import record_purchase
from services.shop import Shop
from storage.sql import rows
from tests.services.claiming import WELCOME
from tests.services.posting import give, postings, spend_points
from tests.services.refunding import (
    CAKE_BACK,
    LATTE_BACK,
    PAID_FEN,
    Holding,
    a_basket,
    a_refund,
    buys,
    holding_of,
    purchase_row,
    refund,
)
from tests.shop_parts import MachineClock, a_member, a_receipt, a_till, points_of, read


@pytest.fixture
async def till(shop: Shop) -> Till:
    return await a_till(shop)


async def use_points(shop: Shop, **policy: object) -> None:
    await load_shop(shop, {"points": policy})
    await shop.rules.refresh()


async def test_a_refund_takes_back_what_the_rest_does_not_deserve(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    assert (await buys(shop, till, li))["points_earned"] == 80
    answer = await refund(shop, till, amount_fen=100)
    assert answer["points_reversed"] == 1
    assert (answer["points_debt"], answer["points_balance"]) == (0, WELCOME + 79)
    assert (answer["refunded_fen"], answer["stored_fen"]) == (100, 0)
    assert "1.00" in answer["receipt_text"]
    assert await holding_of(li) == Holding(WELCOME + 79, 0, PAID_FEN - 100)
    assert (await verify_ledger(shop)).complaints == ()


async def test_all_refunded_leaves_nothing_of_the_purchase(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    await buys(shop, till, li)
    answer = await refund(shop, till, lines=[LATTE_BACK, LATTE_BACK, CAKE_BACK])
    assert (answer["points_reversed"], answer["refunded_fen"]) == (80, PAID_FEN)
    assert await holding_of(li) == Holding(WELCOME, 0, 0)
    left = await rows("SELECT remaining FROM lots WHERE remaining > 0")
    assert left == [{"remaining": WELCOME}]
    purchase = await purchase_row()
    assert (purchase["points_standing"], purchase["growth_standing"]) == (0, 0)
    assert (await verify_ledger(shop)).complaints == ()


@pytest.mark.parametrize("order", [1, -1])
async def test_twenty_small_refunds_are_one_large(shop: Shop, till: Till, order: int) -> None:
    li = await a_member(shop)
    await buys(shop, till, li)
    for number in list(range(1, 21))[::order]:
        await refund(shop, till, f"F-{number}", amount_fen=number * 17)
    assert await holding_of(li) == Holding(WELCOME + 44, 0, PAID_FEN - 210 * 17)
    assert (await verify_ledger(shop)).complaints == ()


@pytest.mark.parametrize(("before", "between"), [(0, 0), (0, 50), (100, 0), (130, 0)])
async def test_any_parts_in_any_order_end_like_one_refund_of_their_sum(
    shop: Shop, till: Till, before: int, between: int
) -> None:
    chance = Random(before + between)
    cuts = sorted(chance.sample(range(1, PAID_FEN), 20))
    parts = [end - start for start, end in pairwise([0, *cuts])]
    chance.shuffle(parts)
    in_parts, at_once = await a_member(shop, "li"), await a_member(shop, "wang")
    for person, receipt_no, spent in (
        (in_parts, "R-1", before),
        (at_once, "R-2", before + between),
    ):
        await buys(shop, till, person, receipt_no)
        if spent:
            await spend_points(shop, person, spent, key=f"before {receipt_no}")
    for number, part in enumerate(parts):
        if between and number == 10:
            await spend_points(shop, in_parts, between, key="between")
        await refund(shop, till, f"F-{number}", amount_fen=part)
    await refund(shop, till, "F-all", amount_fen=sum(parts), receipt_no="R-2")
    assert await holding_of(in_parts) == await holding_of(at_once)
    assert (await verify_ledger(shop)).complaints == ()


async def test_goods_one_by_one_are_all_goods_at_once(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    await buys(shop, till, li)
    for number, line in enumerate([LATTE_BACK, CAKE_BACK, LATTE_BACK]):
        await refund(shop, till, f"F-{number}", lines=[line])
    assert await holding_of(li) == Holding(WELCOME, 0, 0)


async def test_points_spent_meanwhile_are_owed_and_paid_by_what_is_earned_next(
    shop: Shop, till: Till
) -> None:
    li = await a_member(shop)
    await buys(shop, till, li)
    await spend_points(shop, li, WELCOME + 70, key="spent")
    for number in range(20):
        answer = await refund(shop, till, f"F-{number}", amount_fen=400)
    assert (answer["points_debt"], answer["points_balance"]) == (70, 0)
    assert "70" in answer["receipt_text"]
    assert await holding_of(li) == Holding(0, 70, 50)
    assert await give(shop, li, 100, key="gift") == 30
    assert (await verify_ledger(shop)).complaints == ()


async def test_an_earning_that_paid_a_debt_is_owed_again_after_its_refund(
    shop: Shop, till: Till
) -> None:
    li = await a_member(shop)
    await buys(shop, till, li)
    await spend_points(shop, li, WELCOME + 80, key="spent")
    await refund(shop, till, amount_fen=PAID_FEN)
    await buys(shop, till, li, "R-2")
    assert await holding_of(li) == Holding(0, 0, PAID_FEN)
    answer = await refund(shop, till, "F-2", amount_fen=PAID_FEN, receipt_no="R-2")
    assert answer["points_debt"] == 80
    assert (await verify_ledger(shop)).complaints == ()


@pytest.mark.parametrize("facts", [{"amount_fen": PAID_FEN + 1}, {"lines": [LATTE_BACK] * 3}])
async def test_more_than_the_sale_is_refused_and_leaves_no_trace(
    shop: Shop, till: Till, facts: dict[str, object]
) -> None:
    li = await a_member(shop)
    await buys(shop, till, li)
    before = (await postings(), await holding_of(li))
    with pytest.raises(RefundExceedsSale):
        await refund(shop, till, **facts)  # type: ignore[arg-type]
    assert (await postings(), await holding_of(li)) == before
    assert await rows("SELECT 1 FROM refunds") == []


async def test_parts_together_may_not_exceed_the_sale(shop: Shop, till: Till) -> None:
    await buys(shop, till, await a_member(shop))
    await refund(shop, till, "F-1", amount_fen=PAID_FEN - 3000)
    with pytest.raises(RefundExceedsSale):
        await refund(shop, till, "F-2", lines=[LATTE_BACK])
    await refund(shop, till, "F-3", lines=[CAKE_BACK])
    with pytest.raises(RefundExceedsSale):
        await refund(shop, till, "F-4", amount_fen=1351)
    assert (await refund(shop, till, "F-5", amount_fen=1350))["refunded_fen"] == 1350


async def test_fifty_at_once_never_give_back_more_than_the_sale(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    await buys(shop, till, li)
    reports = [a_refund(shop, f"F-{number}", amount_fen=1000) for number in range(15)]
    tries = [record_refund(shop, till, report) for report in reports]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, Recorded) for result in results) == 8
    assert sum(isinstance(result, RefundExceedsSale) for result in results) == 7
    assert await holding_of(li) == Holding(WELCOME, 0, 50)
    assert (await verify_ledger(shop)).complaints == ()


async def test_a_refund_repeated_is_answered_as_the_first_time_for_ever(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    li = await a_member(shop)
    await buys(shop, till, li)
    report = a_refund(shop, amount_fen=1000)
    results = await asyncio.gather(*[record_refund(shop, till, report) for _ in range(10)])
    assert sorted(result.is_replay for result in results) == [False] + [True] * 9
    assert len({str(result.answer) for result in results}) == 1
    clock.pass_time(days=400)
    assert (await record_refund(shop, till, report)).answer == results[0].answer
    assert await purchase_refunded() == 1000


async def purchase_refunded() -> int:
    return int((await purchase_row())["refunded_fen"])


async def test_a_refund_number_with_other_content_is_a_conflict(shop: Shop, till: Till) -> None:
    await buys(shop, till, await a_member(shop))
    await refund(shop, till, amount_fen=1000)
    for facts in ({"amount_fen": 1001}, {"amount_fen": 1000, "receipt_no": "R-2"}):
        with pytest.raises(NumberConflict):
            await refund(shop, till, **facts)
    assert await purchase_refunded() == 1000


async def test_a_refund_of_tomorrow_is_a_clock_gone_wrong(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    await buys(shop, till, await a_member(shop))
    report = a_refund(shop, amount_fen=1000)
    clock.pass_time(days=-1, seconds=-1)
    with pytest.raises(RefundFromTheFuture):
        await record_refund(shop, till, report)


async def test_a_refund_before_its_sale_waits_and_is_applied_by_it(shop: Shop, till: Till) -> None:
    li, report = await a_member(shop), a_refund(shop, amount_fen=1000)
    waiting = await record_refund(shop, till, report)
    assert (waiting.status, waiting.answer["state"]) == (202, "waiting_for_sale")
    assert (await record_refund(shop, till, report)).answer == waiting.answer
    assert (await buys(shop, till, li))["points_earned"] == 80
    again = await record_refund(shop, till, report)
    assert again.is_replay
    assert (again.answer["refund_id"], again.answer["points_reversed"]) == (
        waiting.answer["refund_id"],
        10,
    )
    assert await holding_of(li) == Holding(WELCOME + 70, 0, PAID_FEN - 1000)


async def test_what_waits_for_a_smaller_sale_is_refused_for_ever(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    for number, amount_fen in (("F-1", 8000), ("F-2", 100), ("F-3", 40)):
        await refund(shop, till, number, amount_fen=amount_fen)
    await buys(shop, till, li)
    for _ in range(2):
        with pytest.raises(RefundExceedsSale):
            await refund(shop, till, "F-2", amount_fen=100)
    assert await purchase_refunded() == 8040
    assert (await verify_ledger(shop)).complaints == ()


async def test_refunds_whose_sale_stays_away_are_reported_after_a_week(
    shop: Shop, till: Till, clock: MachineClock, caplog: pytest.LogCaptureFixture
) -> None:
    await refund(shop, till, amount_fen=1000)
    clock.pass_time(days=7)
    assert await refunds_waiting(shop) == 0
    clock.pass_time(seconds=1)
    with caplog.at_level(logging.WARNING):
        assert await refunds_waiting(shop) == 1
    assert "refunds_without_sale" in caplog.text


async def test_a_receipt_claimed_after_a_refund_brings_what_its_net_deserves(
    shop: Shop, till: Till
) -> None:
    li = await a_member(shop)
    sold = await record_purchase(shop, till, a_basket(shop))
    answer = await refund(shop, till, lines=[LATTE_BACK])
    assert (answer["points_reversed"], "points_balance" in answer) == (0, False)
    claimed = await claim_receipt(shop, li, read(sold.answer["claim"]["token"]))
    assert claimed.points == 48
    assert await holding_of(li) == Holding(WELCOME + 48, 0, PAID_FEN - 3200)


async def test_a_receipt_refunded_in_full_brings_nothing(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    sold = await record_purchase(shop, till, a_basket(shop))
    await refund(shop, till, amount_fen=PAID_FEN)
    claimed = await claim_receipt(shop, li, read(sold.answer["claim"]["token"]))
    assert (claimed.state, claimed.points) == ("credited", 0)
    assert await holding_of(li) == Holding(WELCOME, 0, 0)
    assert (await verify_ledger(shop)).complaints == ()


async def test_a_claim_and_a_refund_at_once_end_alike(shop: Shop, till: Till) -> None:
    li = await a_member(shop)
    for number in range(1, 6):
        receipt_no = f"R-{number}"
        await record_purchase(shop, till, a_basket(shop, receipt_no, receipt_seq=number))
        receipt = a_receipt(shop, till, number)
        await asyncio.gather(
            claim_receipt(shop, li, receipt),
            refund(shop, till, f"F-{number}", amount_fen=1000, receipt_no=receipt_no),
        )
    assert await holding_of(li) == Holding(WELCOME + 5 * 70, 0, 5 * (PAID_FEN - 1000))
    assert (await verify_ledger(shop)).complaints == ()


async def test_a_refund_keeps_alive_what_would_lapse_by_inactivity(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    await use_points(shop, expire="inactive:30d")
    li = await a_member(shop)
    await buys(shop, till, li)
    clock.pass_time(days=20)
    await refund(shop, till, amount_fen=10)
    clock.pass_time(days=20)
    assert await points_of(shop, li) == WELCOME + 80


async def test_a_purchase_without_points_keeps_them_alive_too(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    await use_points(shop, expire="inactive:30d", excluded_categories=["coffee", "bakery"])
    li = await a_member(shop)
    clock.pass_time(days=20)
    assert (await buys(shop, till, li))["points_earned"] == 0
    clock.pass_time(days=20)
    assert await points_of(shop, li) == WELCOME


async def test_the_bill_tells_purchase_and_refund(shop: Shop, till: Till) -> None:
    await buys(shop, till, await a_member(shop))
    await refund(shop, till, amount_fen=1000)
    causes = await rows(
        "SELECT cause FROM ledger_transactions WHERE key LIKE 'refund:%' OR key LIKE 'purchase:%'"
        " ORDER BY id"
    )
    bought, returned = (str(line["cause"]) for line in causes)
    assert '"base_fen":8050' in bought
    assert f'"rules":{shop.rules.version}' in bought
    assert '"deserved":70' in returned
    assert '"refund_no":"F-1"' in returned


async def test_a_refund_dated_before_its_sale_is_taken(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    report = a_refund(shop, amount_fen=1000)
    clock.pass_time(hours=1)
    await buys(shop, till, await a_member(shop))
    assert (await record_refund(shop, till, report)).status == 201
    assert report.refunded_at < shop.now() - timedelta(minutes=59)


@pytest.mark.parametrize("early_fen", [0, 4025])
async def test_points_that_lapsed_unspent_are_not_owed_a_second_time(
    shop: Shop, till: Till, clock: MachineClock, early_fen: int
) -> None:
    li = await a_member(shop)
    await buys(shop, till, li)
    if early_fen:
        await refund(shop, till, amount_fen=early_fen)
    clock.pass_time(days=400)
    await expire_points(shop)
    rest_fen = PAID_FEN - early_fen
    answer = await refund(shop, till, refund_no="F-late", amount_fen=rest_fen)
    assert (answer["points_debt"], answer["points_balance"]) == (0, 0)
    assert await holding_of(li) == Holding(0, 0, 0)
    assert (await verify_ledger(shop)).complaints == ()
