"""Holds (冻结): kept for a receipt, ended once, and answered again as they were first."""

import asyncio
from datetime import timedelta

import pytest

from loyalty.member_codes import MemberCodeUsed
from loyalty.wallet import NotEnoughStored
from services.custody.verify import verify_ledger
from services.purchases.recorded import NumberConflict
from services.shop import Shop
from services.wallet.bonus_expiry import expire_bonus
from services.wallet.hold_endings import HoldEnded, HoldOverdue, HoldUnknown, MoreThanHeld
from services.wallet.holds import ReceiptPaid, expire_holds
from tests.services.purses import Counter, a_card, a_counter, a_purchase, lots
from tests.shop_parts import MachineClock, a_till


async def test_a_hold_keeps_both_halves_and_a_capture_takes_them(shop: Shop) -> None:
    counter = await a_card(shop)
    held = await counter.hold(400)
    assert (held.status, held.answer["state"], held.answer["amount_fen"]) == (201, "open", 400)
    assert await counter.balances() == (2_700, 900)
    assert (await counter.stored()).held_fen == 400
    captured = await counter.capture(held.answer["hold_id"])
    assert captured.status == 200
    assert captured.answer == {
        "hold_id": held.answer["hold_id"],
        "state": "captured",
        "captured_fen": 400,
        "principal_fen": 300,
        "bonus_fen": 100,
        "free_fen": 3_600,
    }
    assert (await lots("principal"), await lots("bonus")) == ([(2_700, 0)], [(900, 0)])
    assert (await verify_ledger(shop)).complaints == ()


async def test_a_smaller_capture_frees_the_rest(shop: Shop) -> None:
    counter = await a_card(shop)
    held = await counter.hold(4_000)
    with pytest.raises(MoreThanHeld):
        await counter.capture(held.answer["hold_id"], 4_001)
    answer = (await counter.capture(held.answer["hold_id"], 1_000)).answer
    assert (answer["captured_fen"], answer["free_fen"]) == (1_000, 3_000)
    assert await counter.balances() == (2_250, 750)


async def test_a_void_frees_everything(shop: Shop) -> None:
    counter = await a_card(shop)
    held = await counter.hold(4_000)
    answer = (await counter.void(held.answer["hold_id"])).answer
    assert (answer["state"], answer["released_fen"], answer["free_fen"]) == ("voided", 4_000, 4_000)
    assert await counter.balances() == (3_000, 1_000)


async def test_each_end_is_answered_again_as_it_was_first(shop: Shop) -> None:
    counter = await a_card(shop)
    one, other = [(await counter.hold(500)).answer["hold_id"] for _ in range(2)]
    captured, voided = await counter.capture(one, 300), await counter.void(other)
    await counter.pay(100)
    again = await counter.capture(one, 300)
    assert (again.answer, again.is_replay) == (captured.answer, True)
    assert (await counter.void(other)).answer == voided.answer
    for amount in (None, 299, 500):
        with pytest.raises(NumberConflict):
            await counter.capture(one, amount)
    assert sum(await counter.balances()) == 3_600


async def test_a_hold_ends_once(shop: Shop) -> None:
    counter = await a_card(shop)
    one, other = [(await counter.hold(500)).answer["hold_id"] for _ in range(2)]
    await counter.capture(one)
    await counter.void(other)
    with pytest.raises(HoldEnded):
        await counter.void(one)
    with pytest.raises(HoldEnded):
        await counter.capture(other)


async def test_a_hold_nobody_confirms_is_free_again_and_a_late_one_moves_nothing(
    shop: Shop, clock: MachineClock
) -> None:
    """F66: the hold runs out by itself and is released once."""
    counter = await a_card(shop)
    held = (await counter.hold(4_000)).answer["hold_id"]
    clock.pass_time(minutes=15)
    assert await counter.balances() == (3_000, 1_000)
    assert (await counter.stored()).held_fen == 0
    for end in (counter.capture, counter.void):
        with pytest.raises(HoldOverdue):
            await end(held)
    assert [await expire_holds(shop), await expire_holds(shop)] == [1, 0]
    for end in (counter.capture, counter.void):
        with pytest.raises(HoldOverdue):
            await end(held)
    assert await lots("principal") == [(3_000, 0)]
    assert await counter.balances() == (3_000, 1_000)


async def test_what_an_overdue_hold_keeps_can_be_held_at_once(
    shop: Shop, clock: MachineClock
) -> None:
    counter = await a_card(shop)
    await counter.hold(4_000)
    clock.pass_time(minutes=15)
    assert (await counter.pay(4_000))["captured_fen"] == 4_000
    assert await expire_holds(shop) == 0
    assert (await verify_ledger(shop)).complaints == ()


async def test_no_more_is_held_than_is_free(shop: Shop) -> None:
    counter = await a_card(shop)
    await counter.hold(3_999)
    code = await counter.code()
    with pytest.raises(NotEnoughStored):
        await counter.hold(2, receipt_no="R", code=code)
    # The refused try has not used the code up.
    assert (await counter.hold(1, receipt_no="R", code=code)).answer["amount_fen"] == 1


async def test_the_same_hold_again_is_the_first_answer(shop: Shop) -> None:
    counter = await a_card(shop)
    code = await counter.code()
    first = await counter.hold(100, receipt_no="R", code=code)
    await counter.capture(first.answer["hold_id"])
    again = await counter.hold(100, receipt_no="R", code=code)
    assert (again.answer, again.is_replay) == (first.answer, True)
    with pytest.raises(NumberConflict):
        await counter.hold(101, receipt_no="R", code=code)
    with pytest.raises(MemberCodeUsed):
        await counter.hold(100, receipt_no="R-other", code=code)


async def test_a_hold_is_its_tills_own(shop: Shop) -> None:
    counter = await a_card(shop)
    held = (await counter.hold(100)).answer["hold_id"]
    stranger = Counter(shop, await a_till(shop, "cd01-2"), counter.person)
    for hold_id, till in ((held, stranger), (held + 1, counter)):
        with pytest.raises(HoldUnknown):
            await till.capture(hold_id)
    assert (await counter.capture(held)).answer["captured_fen"] == 100


async def test_nothing_is_held_for_a_receipt_that_has_been_paid(shop: Shop) -> None:
    counter = await a_card(shop)
    await a_purchase(counter, "R", 100)
    with pytest.raises(ReceiptPaid):
        await counter.hold(100, receipt_no="R")


async def test_bonus_that_a_payment_holds_outlives_its_last_day(
    shop: Shop, clock: MachineClock
) -> None:
    counter = await a_counter(shop)
    paid_fen, bonus_days = await counter.tops_up_for_days()
    last_minutes = timedelta(days=bonus_days, hours=13, minutes=55)
    clock.pass_time(seconds=last_minutes.total_seconds())
    held = (await counter.hold(1_000)).answer["hold_id"]
    clock.pass_time(minutes=10)
    assert await expire_bonus(shop) == 0
    answer = (await counter.capture(held)).answer
    assert (answer["principal_fen"], answer["bonus_fen"]) == (500, 500)
    assert await expire_bonus(shop) == 1
    assert await counter.balances() == (paid_fen - 500, 0)


async def test_a_balance_that_covers_some_of_many_payments_pays_exactly_those(shop: Shop) -> None:
    """F65: a hundred clients at once, and money for seven of them."""
    counter = await a_card(shop, 5_600, 1_400)
    codes = [await counter.code()]
    held = await counter.hold(1_000, code=codes[0], receipt_no="R-first")
    await counter.void(held.answer["hold_id"])
    first = await asyncio.gather(
        *[pays_a_thousand(counter, f"C-{number}") for number in range(100)]
    )
    assert sum(first) == 7
    assert await counter.balances() == (0, 0)
    assert (await verify_ledger(shop)).complaints == ()


async def pays_a_thousand(counter: Counter, receipt_no: str) -> bool:
    """Whether this client got through; whoever lost the race for the code shows the next one."""
    for _ in range(200):
        try:
            held = await counter.hold(1_000, receipt_no=receipt_no)
        except MemberCodeUsed:
            continue
        except NotEnoughStored:
            return False
        captured = await counter.capture(held.answer["hold_id"])
        return bool(captured.answer["captured_fen"] == 1_000)
    raise AssertionError("no code was ever free")


async def test_one_hold_captured_and_voided_by_many_at_once_ends_one_way(shop: Shop) -> None:
    counter = await a_card(shop)
    for _ in range(5):
        held = (await counter.hold(400)).answer["hold_id"]
        ends = [counter.capture(held) if n % 2 else counter.void(held) for n in range(10)]
        told = await asyncio.gather(*ends, return_exceptions=True)
        states = {one.answer["state"] for one in told if not isinstance(one, BaseException)}
        assert len(states) == 1
        assert sum(isinstance(one, HoldEnded) for one in told) == 5
    assert (await verify_ledger(shop)).complaints == ()


async def test_many_sweeps_and_late_captures_at_once_release_once(
    shop: Shop, clock: MachineClock
) -> None:
    counter = await a_card(shop)
    held = [(await counter.hold(100)).answer["hold_id"] for _ in range(4)]
    clock.pass_time(minutes=15)
    late = [counter.capture(hold_id) for hold_id in held]
    sweeps = [expire_holds(shop) for _ in range(4)]
    told = await asyncio.gather(*sweeps, *late, counter.hold(50), return_exceptions=True)
    assert [type(one) for one in told[4:8]] == [HoldOverdue] * 4
    assert not [one for one in told[:4] if isinstance(one, BaseException)]
    assert (await lots("principal"), await lots("bonus")) == ([(3_000, 38)], [(1_000, 12)])
