"""Purchases paid with stored value (储值消费): sale and refund as the till reports them."""

from dataclasses import replace

from services.purchases import record_purchase
from services.recorded import Answer
from services.refunds import RefundReport, record_refund
from services.shop import Shop
from services.verify import verify_ledger
from storage.sql import rows
from tests.services.purses import Counter, a_counter
from tests.shop_parts import MachineClock, a_report


async def a_card(shop: Shop) -> Counter:
    counter = await a_counter(shop)
    await counter.top_up(30_000, 10_000)
    return counter


async def sale(counter: Counter, yuan: int, *, receipt_no: str = "R", code: str | None) -> Answer:
    report = a_report(counter.shop, receipt_no, yuan=yuan, member_code=code)
    return (await record_purchase(counter.shop, counter.till, report)).answer


async def refund(counter: Counter, refund_no: str, amount_fen: int) -> Answer:
    report = RefundReport(refund_no, "R", amount_fen, None, counter.shop.now(), refund_no)
    return (await record_refund(counter.shop, counter.till, report)).answer


async def test_a_held_sale_is_paid_and_returned_to_the_fen(shop: Shop) -> None:
    counter = await a_card(shop)
    code = await counter.code()
    await counter.hold(10_000, receipt_no="R", code=code)
    await sale(counter, 100, code=code)
    assert await counter.balances() == (22_500, 7_500)
    for number in range(20):
        await refund(counter, f"F-{number}", 500)
    assert await counter.balances() == (30_000, 10_000)
    [found] = await rows("SELECT stored_fen, stored_bonus_fen, stored_returned_fen FROM purchases")
    assert found == {"stored_fen": 10_000, "stored_bonus_fen": 2_500, "stored_returned_fen": 10_000}
    assert (await verify_ledger(shop)).complaints == ()


async def test_a_hold_tells_whose_purchase_it_is(shop: Shop) -> None:
    counter = await a_card(shop)
    await counter.hold(10_000, receipt_no="R")
    answer = await sale(counter, 100, code=None)
    assert answer["member"]["member_no"]
    await refund(counter, "F", 4_000)
    assert await counter.balances() == (25_500, 8_500)


async def test_a_voided_or_overdue_hold_pays_nothing(shop: Shop, clock: MachineClock) -> None:
    counter = await a_card(shop)
    await counter.void((await counter.hold(10_000, receipt_no="R-void")).answer["hold_id"])
    await counter.hold(10_000, receipt_no="R-late")
    clock.pass_time(minutes=16)
    for receipt_no in ("R-void", "R-late"):
        await sale(counter, 100, receipt_no=receipt_no, code=None)
    assert await counter.balances() == (30_000, 10_000)
    assert (await verify_ledger(shop)).complaints == ()


async def test_a_capture_before_the_sale_arrives_counts_as_paid(shop: Shop) -> None:
    counter = await a_card(shop)
    await counter.pay(10_000, receipt_no="R")
    early = RefundReport("F", "R", 5_000, None, shop.now(), "F")
    waiting = await record_refund(shop, counter.till, early)
    assert waiting.status == 202
    assert await counter.balances() == (22_500, 7_500)
    await sale(counter, 100, code=None)
    assert await counter.balances() == (26_250, 8_750)
    again = await record_refund(shop, counter.till, replace(early))
    assert again.answer["stored_fen"] == 5_000
