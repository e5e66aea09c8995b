"""Purchases paid with stored value (储值消费): sale and refund as the till reports them."""

import asyncio
from dataclasses import replace

import pytest

from services.custody.verify import verify_ledger
from services.purchases.recorded import Answer
from services.purchases.refunds import RefundReport, record_refund
from services.purchases.reporting import record_purchase
from services.shop import Shop
from services.wallet.hold_consents import agree_to_hold, consent_code
from services.wallet.hold_endings import PaidWithoutHold
from services.wallet.holds import expire_holds
from services.wallet.stored_payments import PaymentAwaitsMember
from storage.sql import rows
from tests.outbox import outbox_rows
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


async def a_large_hold(counter: Counter) -> tuple[int, int]:
    """A hold for R that its member has to agree to: its number and amount."""
    amount_fen = counter.shop.rules.wallet.confirm_above_fen + 100
    await counter.top_up(amount_fen)
    held = await counter.hold(amount_fen, receipt_no="R")
    assert held.answer["state"] == "awaiting_member"
    return held.answer["hold_id"], amount_fen


async def agree(counter: Counter, hold_id: int, amount_fen: int) -> None:
    member_id = counter.member_id
    code = consent_code(counter.shop, hold_id, member_id=member_id, amount_fen=amount_fen)
    await agree_to_hold(counter.shop, member_id, code)


async def test_a_sale_waits_until_the_member_has_agreed_to_its_hold(shop: Shop) -> None:
    counter = await a_card(shop)
    hold_id, amount_fen = await a_large_hold(counter)
    for _ in range(2):
        with pytest.raises(PaymentAwaitsMember):
            await sale(counter, amount_fen // 100, code=None)
    assert await rows("SELECT id FROM purchases") == []
    await agree(counter, hold_id, amount_fen)
    answer = await sale(counter, amount_fen // 100, code=None)
    assert answer["stored_fen"] == amount_fen
    assert (await verify_ledger(shop)).complaints == ()


async def test_a_large_hold_that_is_voided_or_overdue_keeps_no_sale_waiting(
    shop: Shop, clock: MachineClock
) -> None:
    counter = await a_card(shop)
    hold_id, amount_fen = await a_large_hold(counter)
    await counter.void(hold_id)
    assert "member" not in await sale(counter, amount_fen // 100, code=None)
    await counter.hold(amount_fen, receipt_no="R-late")
    clock.pass_time(minutes=15)
    answer = await sale(counter, amount_fen // 100, receipt_no="R-late", code=None)
    assert "member" not in answer


async def test_a_hold_is_not_captured_once_its_sale_has_arrived_without_it(shop: Shop) -> None:
    counter = await a_card(shop)
    held = await counter.hold(10_000, receipt_no="R")
    await sale(counter, 0, code=None)
    with pytest.raises(PaidWithoutHold):
        await counter.capture(held.answer["hold_id"])
    await counter.void(held.answer["hold_id"])
    assert await counter.balances() == (30_000, 10_000)


async def test_whose_sale_it_is_does_not_depend_on_when_a_job_ran(
    shop: Shop, clock: MachineClock
) -> None:
    counter = await a_card(shop)
    for receipt_no in ("R-1", "R-2"):
        await counter.hold(10_000, receipt_no=receipt_no)
    clock.pass_time(minutes=15)
    before = await sale(counter, 100, receipt_no="R-1", code=None)
    await expire_holds(shop)
    after = await sale(counter, 100, receipt_no="R-2", code=None)
    assert ("member" in before, "member" in after) == (False, False)


async def test_a_till_is_told_what_stored_value_paid(shop: Shop) -> None:
    counter = await a_card(shop)
    code = await counter.code()
    await counter.hold(4_000, receipt_no="R", code=code)
    answer = await sale(counter, 100, code=code)
    assert (answer["stored_fen"], answer["points_spent"]) == (4_000, 0)
    assert "储值付款 40.00 元" in answer["receipt_text"].splitlines()
    plain = await sale(counter, 100, receipt_no="R-2", code=await counter.code())
    assert plain["stored_fen"] == 0
    assert "储值" not in plain["receipt_text"]


@pytest.mark.parametrize("yuan", [60, 0])
async def test_what_was_captured_beyond_the_sale_goes_back_at_once(shop: Shop, yuan: int) -> None:
    counter = await a_card(shop)
    await counter.pay(10_000, receipt_no="R")
    assert (await sale(counter, yuan, code=None))["stored_fen"] == yuan * 100
    assert await counter.balances() == (30_000 - yuan * 75, 10_000 - yuan * 25)
    [found] = await rows("SELECT stored_fen, stored_bonus_fen FROM purchases")
    assert found == {"stored_fen": yuan * 100, "stored_bonus_fen": yuan * 25}
    assert (await verify_ledger(shop)).complaints == ()
    if yuan:
        assert (await refund(counter, "F", yuan * 100))["stored_fen"] == yuan * 100
    assert await counter.balances() == (30_000, 10_000)
    assert (await verify_ledger(shop)).complaints == ()


async def test_the_member_hears_of_what_was_taken_and_given_back(shop: Shop) -> None:
    counter = await a_card(shop)
    await counter.pay(10_000, receipt_no="R")
    await sale(counter, 60, code=None)
    paid, returned = await told_of_holds()
    assert "储值付款 100.00 元，可用余额 300.00 元" in paid
    assert "储值 40.00 元已退回，可用余额 340.00 元" in returned


async def told_of_holds() -> list[str]:
    return [line["value"] for line in await outbox_rows("key LIKE 'hold:%'")]


async def test_a_capture_and_its_sale_at_once_know_of_each_other(shop: Shop) -> None:
    counter = await a_card(shop)
    for number in range(5):
        receipt_no = f"R-{number}"
        held = await counter.hold(1_000, receipt_no=receipt_no)
        tries = [
            counter.capture(held.answer["hold_id"], 400),
            sale(counter, 8, receipt_no=receipt_no, code=None),
        ]
        captured, _ = await asyncio.gather(*tries, return_exceptions=True)
        [found] = await rows("SELECT stored_fen FROM purchases WHERE receipt_no = $1", receipt_no)
        is_captured = not isinstance(captured, BaseException)
        assert found["stored_fen"] == (400 if is_captured else 800)
    assert (await verify_ledger(shop)).complaints == ()


async def test_a_yes_and_the_sale_at_once_lose_no_money(shop: Shop) -> None:
    counter = await a_card(shop)
    hold_id, amount_fen = await a_large_hold(counter)
    tries = [agree(counter, hold_id, amount_fen), sale(counter, amount_fen // 100, code=None)]
    await asyncio.gather(*tries, return_exceptions=True)
    assert (await sale(counter, amount_fen // 100, code=None))["stored_fen"] == amount_fen
    assert (await verify_ledger(shop)).complaints == ()
