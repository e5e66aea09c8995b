"""Money back (退卡、撤销充值): the legal figure to the fen, and only what may be given back."""

import asyncio

import pytest

from services.custody.verify import verify_ledger
from services.purchases.recorded import Recorded
from services.shop import Shop
from services.wallet.bonus_expiry import expire_bonus
from services.wallet.card_refunds import NothingStored, PaymentUnderWay
from services.wallet.withdrawals import TooLateToWithdraw, TopUpUsed, Withdrawal, withdraw_topup
from storage.sql import rows
from storage.transactions import transactional
from tests.services.purses import Counter, a_counter, a_purchase, lots
from tests.shop_parts import MachineClock


async def withdraw(shop: Shop, topped_up: Recorded, key: str = "w") -> Withdrawal:
    @transactional
    async def withdrawal() -> Withdrawal:
        return await withdraw_topup(shop, topped_up.answer["topup_id"], key=key, actor="test")

    return await withdrawal()


async def test_a_card_is_paid_out_by_the_ratio_to_the_fen(shop: Shop) -> None:
    """The example of field-rules D5: 3000 + 1000, 3594 used, 304.50 back."""
    counter = await a_counter(shop)
    await counter.top_up(300_000, 100_000)
    for amount in (99_999, 1, 60_000, 99_700, 99_700):
        await counter.pay(amount)
    figures = await counter.refund_card()
    assert (figures.paid_fen, figures.given_fen, figures.used_fen) == (300_000, 100_000, 359_400)
    assert (figures.used_principal_fen, figures.refund_fen) == (269_550, 30_450)
    assert await counter.balances() == (0, 0)
    assert await rows("SELECT state FROM topups") == [{"state": "refunded"}]
    assert (await verify_ledger(shop)).complaints == ()


async def test_the_same_card_refund_again_tells_the_same_figures(shop: Shop) -> None:
    counter = await a_counter(shop)
    await counter.top_up(1_000, 100)
    told = await asyncio.gather(*[counter.refund_card("once") for _ in range(5)])
    assert {figures.refund_fen for figures in told} == {1_000}
    with pytest.raises(NothingStored):
        await counter.refund_card("twice")
    assert len(await rows("SELECT 1 FROM ledger_transactions WHERE kind = 'card_refund'")) == 1


async def test_no_card_is_given_back_while_a_payment_is_under_way(
    shop: Shop, clock: MachineClock
) -> None:
    counter = await a_counter(shop)
    await counter.top_up(1_000)
    await counter.hold(100)
    with pytest.raises(PaymentUnderWay):
        await counter.refund_card()
    clock.pass_time(minutes=15)
    assert (await counter.refund_card()).refund_fen == 1_000


async def test_what_a_purchase_gives_back_after_the_card_was_is_paid_out_again(shop: Shop) -> None:
    counter = await a_counter(shop)
    await counter.top_up(1_000)
    await counter.pay(300, receipt_no="R")
    purchase = await a_purchase(counter, "R", 300)
    assert (await counter.refund_card("first")).refund_fen == 700
    await counter.gives_back(purchase, 200, key="back")
    assert await counter.balances() == (200, 0)
    assert (await counter.refund_card("second")).refund_fen == 200


async def test_an_unused_top_up_is_withdrawn_within_its_days(
    shop: Shop, clock: MachineClock
) -> None:
    counter = await a_counter(shop)
    await counter.top_up(500)
    topped_up = await counter.top_up(1_000, 100)
    clock.pass_time(days=shop.rules.wallet.withdraw_days)
    first = await withdraw(shop, topped_up)
    assert (first.paid_fen, first.void_bonus_fen) == (1_000, 100)
    assert await withdraw(shop, topped_up) == first
    assert (await lots("principal"), await lots("bonus")) == ([(500, 0), (0, 0)], [(0, 0)])
    with pytest.raises(TopUpUsed):
        await withdraw(shop, topped_up, key="again")
    assert (await verify_ledger(shop)).complaints == ()


async def test_a_top_up_is_not_withdrawn_later(shop: Shop, clock: MachineClock) -> None:
    topped_up = await (await a_counter(shop)).top_up(1_000)
    clock.pass_time(days=shop.rules.wallet.withdraw_days, seconds=1)
    with pytest.raises(TooLateToWithdraw):
        await withdraw(shop, topped_up)


async def test_a_used_top_up_is_not_withdrawn_before_all_is_given_back(shop: Shop) -> None:
    counter = await a_counter(shop)
    topped_up = await counter.top_up(1_000, 100)
    await counter.pay(1, receipt_no="R")
    with pytest.raises(TopUpUsed):
        await withdraw(shop, topped_up)
    await counter.gives_back(await a_purchase(counter, "R", 1), 1, key="back")
    assert (await withdraw(shop, topped_up)).paid_fen == 1_000


async def test_a_top_up_of_which_something_is_held_waits(shop: Shop) -> None:
    counter = await a_counter(shop)
    topped_up = await counter.top_up(1_000)
    held = await counter.hold(1)
    with pytest.raises(PaymentUnderWay):
        await withdraw(shop, topped_up)
    await counter.void(held.answer["hold_id"])
    assert (await withdraw(shop, topped_up)).paid_fen == 1_000


async def test_a_payment_and_a_withdrawal_at_once_leave_one_of_them(shop: Shop) -> None:
    counter = await a_counter(shop)
    for number in range(5):
        topped_up = await counter.top_up(1_000)
        code = await counter.code()
        tries = [withdraw(shop, topped_up, f"w{number}"), pay_all(counter, code, f"P{number}")]
        done = await asyncio.gather(*tries, return_exceptions=True)
        assert sum(not isinstance(one, BaseException) for one in done) == 1
        assert sum(await counter.balances()) == 0


async def pay_all(counter: Counter, code: str, receipt_no: str) -> None:
    held = await counter.hold(1_000, code=code, receipt_no=receipt_no)
    await counter.capture(held.answer["hold_id"])


@pytest.mark.parametrize("has_lapsed", [False, True])
async def test_bonus_that_came_back_late_does_not_count_as_used(
    shop: Shop, clock: MachineClock, has_lapsed: bool
) -> None:
    counter = await a_counter(shop)
    paid_fen, days = await counter.tops_up_for_days()
    await counter.pay(1_000, receipt_no="R")
    purchase = await a_purchase(counter, "R", 1_000)
    clock.pass_time(days=days + 1)
    await expire_bonus(shop)
    await counter.gives_back(purchase, 1_000, key="back")
    clock.pass_time(days=shop.rules.points.return_days + 1 if has_lapsed else 0)
    await expire_bonus(shop)
    figures = await counter.refund_card()
    assert (figures.paid_fen, figures.given_fen, figures.used_fen) == (paid_fen, paid_fen, 0)
    assert (figures.void_bonus_fen, figures.refund_fen) == (0 if has_lapsed else 500, paid_fen)
    assert (await verify_ledger(shop)).complaints == ()


async def test_late_bonus_that_was_paid_with_counts_as_used_once(
    shop: Shop, clock: MachineClock
) -> None:
    counter = await a_counter(shop)
    paid_fen, days = await counter.tops_up_for_days()
    await counter.pay(1_000, receipt_no="R")
    purchase = await a_purchase(counter, "R", 1_000)
    clock.pass_time(days=days + 1)
    await counter.gives_back(purchase, 600, key="back")
    await counter.pay(100)
    figures = await counter.refund_card()
    assert (figures.given_fen, figures.used_fen) == (paid_fen, 500)
