"""Top-ups (充值): principal that is paid, bonus by the best offer, once per number for ever."""

from datetime import timedelta

import pytest

from loyalty.member_codes import MemberCodeUsed
from services.custody.verify import verify_ledger
from services.purchases.recorded import NumberConflict
from services.shop import Shop
from services.wallet.bonus_expiry import expire_bonus
from services.wallet.topups import OverLimit, TooMuchBonus
from storage.sql import rows
from tests.outbox import outbox_rows
from tests.services.purses import a_counter, lots
from tests.shop_parts import MachineClock


async def test_a_top_up_adds_principal_and_bonus_in_one_transaction(shop: Shop) -> None:
    counter = await a_counter(shop)
    answer = (await counter.top_up(50_000, 5_000)).answer
    assert (answer["added_principal_fen"], answer["added_bonus_fen"]) == (50_000, 5_000)
    assert (answer["principal_fen"], answer["bonus_fen"]) == (50_000, 5_000)
    assert "500.00" in answer["receipt_text"]
    [posted] = await rows("SELECT id FROM ledger_transactions WHERE kind = 'top_up'")
    assert await rows("SELECT transaction_id FROM topups") == [{"transaction_id": posted["id"]}]
    assert (await verify_ledger(shop)).complaints == ()


async def test_without_a_bonus_named_the_best_offer_counts(shop: Shop) -> None:
    counter = await a_counter(shop)
    best = max(offer.bonus_fen for offer in shop.rules.topup_offers)
    dearest = max(offer.paid_fen for offer in shop.rules.topup_offers)
    answer = (await counter.top_up(dearest, None)).answer
    assert answer["added_bonus_fen"] == best
    assert answer["offer"] in {offer.code for offer in shop.rules.topup_offers}
    assert (await counter.top_up(1, None)).answer["added_bonus_fen"] == 0


async def test_the_same_top_up_again_is_the_first_answer(shop: Shop) -> None:
    counter = await a_counter(shop)
    code = await counter.code()
    first = await counter.top_up(1_000, 100, topup_no="T", code=code)
    await counter.top_up(2_000, 0)
    again = await counter.top_up(1_000, 100, topup_no="T", code=code)
    assert (again.answer, again.is_replay) == (first.answer, True)
    assert await counter.balances() == (3_000, 100)
    with pytest.raises(NumberConflict):
        await counter.top_up(1_001, 100, topup_no="T", code=code)
    with pytest.raises(MemberCodeUsed):
        await counter.top_up(1_000, 100, topup_no="T-other", code=code)


async def test_a_card_holds_principal_up_to_the_limit_and_no_fen_more(shop: Shop) -> None:
    counter = await a_counter(shop)
    await counter.top_up(499_999, 100_000)
    code = await counter.code()
    with pytest.raises(OverLimit) as refused:
        await counter.top_up(2, 0, topup_no="T", code=code)
    assert refused.value.facts == {"limit": "5000.00", "principal": "4999.99", "room": "0.01"}
    await counter.top_up(1, 0, topup_no="T", code=code)
    assert await counter.balances() == (500_000, 100_000)


async def test_what_is_held_counts_against_the_limit(shop: Shop) -> None:
    counter = await a_counter(shop)
    await counter.top_up(500_000)
    await counter.hold(1_000)
    with pytest.raises(OverLimit):
        await counter.top_up(1)


async def test_a_bonus_beyond_twice_what_was_paid_is_a_slip(shop: Shop) -> None:
    counter = await a_counter(shop)
    with pytest.raises(TooMuchBonus):
        await counter.top_up(100, 201)
    await counter.top_up(100, 200)
    assert await counter.balances() == (100, 200)


async def test_bonus_ends_and_principal_never_does(shop: Shop, clock: MachineClock) -> None:
    counter = await a_counter(shop)
    offer = max(shop.rules.topup_offers, key=lambda offer: offer.bonus_days or 0)
    assert offer.bonus_days
    answer = (await counter.top_up(offer.paid_fen, offer.bonus_fen)).answer
    last_day = shop.today() + timedelta(days=offer.bonus_days)
    assert answer["bonus_ends_on"] == last_day.isoformat()
    clock.pass_time(days=offer.bonus_days)
    assert await counter.balances() == (offer.paid_fen, offer.bonus_fen)
    clock.pass_time(days=1)
    assert await counter.balances() == (offer.paid_fen, 0)
    assert await expire_bonus(shop) == 1
    clock.pass_time(days=20_000)
    assert await expire_bonus(shop) == 0
    assert (await lots("principal"), await lots("bonus")) == ([(offer.paid_fen, 0)], [(0, 0)])
    assert await counter.balances() == (offer.paid_fen, 0)
    assert (await verify_ledger(shop)).complaints == ()


async def test_a_balance_names_the_next_three_ends_of_bonus(
    shop: Shop, clock: MachineClock
) -> None:
    counter = await a_counter(shop)
    offer = next(offer for offer in shop.rules.topup_offers if offer.bonus_days)
    for _ in range(4):
        await counter.top_up(offer.paid_fen, 10)
        clock.pass_time(days=1)
    expiries = (await counter.stored()).next_expiries
    assert [expiry.bonus_fen for expiry in expiries] == [10, 10, 10]
    days = [expiry.expires_on for expiry in expiries]
    assert days == sorted(set(days))


async def test_the_member_hears_of_a_top_up_once(shop: Shop) -> None:
    counter = await a_counter(shop)
    code = await counter.code()
    for _ in range(2):
        await counter.top_up(10_000, 1_000, topup_no="T", code=code)
    [told] = await outbox_rows("key LIKE 'topup:%'")
    assert told["class"] == "transactional"
    assert "充值 100.00 元，赠 10.00 元，可用余额 110.00 元" in told["value"]
