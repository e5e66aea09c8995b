"""Consent to a hold (同意付款): above the limit no money moves before the member says yes."""

import re

import pytest

from services.shop import Shop
from services.wallet.hold_consents import ConsentTooLate, NothingToAgreeTo, agree_to_hold
from services.wallet.hold_endings import HoldAwaitsMember
from services.wallet.stored_payments import PaymentAwaitsMember
from storage.sql import rows
from tests.outbox import outbox_rows
from tests.services.purses import Counter, a_counter
from tests.shop_parts import MachineClock


async def a_large_hold(shop: Shop) -> tuple[Counter, int]:
    counter = await a_counter(shop)
    await counter.top_up(400_000)
    amount_fen = shop.rules.wallet.confirm_above_fen + 1
    answer = (await counter.hold(amount_fen, receipt_no="R")).answer
    assert answer["state"] == "awaiting_member"
    return counter, answer["hold_id"]


async def code_told() -> str:
    [message] = await outbox_rows("key LIKE 'hold:%'")
    assert message["class"] == "transactional"
    found = re.search(r"同意付款 ([0-9]{6})", message["value"])
    assert found
    return found[1]


async def test_a_payment_up_to_the_limit_asks_nobody(shop: Shop) -> None:
    counter = await a_counter(shop)
    await counter.top_up(400_000)
    assert (await counter.hold(shop.rules.wallet.confirm_above_fen)).answer["state"] == "open"
    assert await rows("SELECT 1 FROM outbox WHERE key LIKE 'hold:%'") == []


async def test_a_larger_one_waits_for_its_member(shop: Shop) -> None:
    counter, hold_id = await a_large_hold(shop)
    with pytest.raises(HoldAwaitsMember):
        await counter.capture(hold_id)
    with pytest.raises(PaymentAwaitsMember):
        await counter.buys("R", 100)
    code = await code_told()
    agreed = [await agree_to_hold(shop, counter.member_id, code) for _ in range(2)]
    assert agreed[0] == agreed[1]
    assert agreed[0].amount_fen == shop.rules.wallet.confirm_above_fen + 1
    assert (await counter.capture(hold_id)).status == 200


async def test_it_can_be_voided_without_a_yes(shop: Shop) -> None:
    counter, hold_id = await a_large_hold(shop)
    await counter.void(hold_id)
    assert await counter.balances() == (400_000, 0)


async def test_a_wrong_code_agrees_to_nothing_and_five_are_enough(shop: Shop) -> None:
    counter, hold_id = await a_large_hold(shop)
    code = await code_told()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        with pytest.raises(NothingToAgreeTo):
            await agree_to_hold(shop, counter.member_id, wrong)
    with pytest.raises(NothingToAgreeTo):
        await agree_to_hold(shop, counter.member_id, code)
    with pytest.raises(HoldAwaitsMember):
        await counter.capture(hold_id)


async def test_the_code_is_worth_nothing_to_anybody_else(shop: Shop) -> None:
    counter, _ = await a_large_hold(shop)
    with pytest.raises(NothingToAgreeTo):
        await agree_to_hold(shop, counter.member_id + 1, await code_told())


async def test_a_late_yes_comes_too_late(shop: Shop, clock: MachineClock) -> None:
    counter, _ = await a_large_hold(shop)
    clock.pass_time(minutes=15)
    with pytest.raises(ConsentTooLate):
        await agree_to_hold(shop, counter.member_id, await code_told())
