"""Paying (付款): as quoted, with coupon, points and stored value; and all of it given back."""

import asyncio

import pytest

from loyalty.member_codes import MemberCodeUnknown, MemberCodeUsed
from loyalty.points import NotEnoughPoints
from services.coupons.issuing import usable_coupons
from services.custody.verify import verify_ledger
from services.loading import load_shop
from services.purchases.member_codes import show_code
from services.purchases.payment import QuoteOfAnother
from services.purchases.quotes import NotAsQuoted, QuotePaid
from services.purchases.quoting import QuoteRequest, make_quote
from services.purchases.recorded import Answer
from services.purchases.reporting import record_purchase
from services.shop import Shop
from storage.sql import rows
from tests.services.claiming import written
from tests.services.couponing import stored_coupon, uses_of
from tests.services.posting import give, member_id_of, spend_points
from tests.services.purses import Counter, a_counter
from tests.services.refunding import (
    CAKE,
    CAKE_BACK,
    LATTE,
    LATTE_BACK,
    Holding,
    a_basket,
    holding_of,
    purchase_row,
    refund,
)
from tests.shop_parts import MachineClock, a_member, points_of

GIVEN = 450  # and 50 for joining
QUOTED_FEN = 6850  # 80.50, less 10 by the coupon and 2 for 200 points


@pytest.fixture
async def counter(shop: Shop) -> Counter:
    opened = await a_counter(shop)
    await give(shop, opened.person, GIVEN, key="gift")
    return opened


async def quoted(counter: Counter, *, points: int = 200) -> tuple[Answer, str]:
    """A quote with the welcome coupon, and that coupon's code."""
    [coupon] = await usable_coupons(counter.shop, counter.member_id)
    request = QuoteRequest([LATTE, CAKE], await counter.code(), (coupon.code,), points)
    return await make_quote(counter.shop, counter.till, request), coupon.code


async def pays(counter: Counter, quote: Answer, receipt_no: str = "R-1", **facts: object) -> Answer:
    report = a_basket(
        counter.shop,
        receipt_no,
        **{"paid_fen": quote["payable_fen"], "quote_id": quote["quote_id"], **facts},
    )
    return (await record_purchase(counter.shop, counter.till, report)).answer


async def is_sound(shop: Shop) -> bool:
    return (await verify_ledger(shop)).complaints == ()


async def test_a_quote_is_paid_as_quoted(shop: Shop, counter: Counter) -> None:
    quote, coupon = await quoted(counter)
    assert quote["payable_fen"] == QUOTED_FEN
    answer = await pays(counter, quote)
    assert answer["member"]["member_no"] == counter.person.member_no
    assert answer["points_earned"] == 68
    assert answer["points_balance"] == 500 - 200 + 68
    assert await uses_of(coupon) == [("R-1", "used")]
    assert (await purchase_row())["points_spent"] == 200
    assert await is_sound(shop)


async def test_it_is_paid_after_its_code_has_grown_old(
    counter: Counter, clock: MachineClock
) -> None:
    code = await counter.code()
    request = QuoteRequest([LATTE, CAKE], code)
    quote = await make_quote(counter.shop, counter.till, request)
    clock.pass_time(minutes=10)
    answer = await pays(counter, quote, member_code=code)
    assert answer["member"]["member_no"] == counter.person.member_no


async def test_all_returned_gives_back_points_coupon_and_growth(
    shop: Shop, counter: Counter
) -> None:
    quote, coupon = await quoted(counter)
    await pays(counter, quote)
    answer = await refund(shop, counter.till, lines=[LATTE_BACK, CAKE_BACK, LATTE_BACK])
    assert (answer["refunded_fen"], answer["points_reversed"]) == (QUOTED_FEN, 68)
    assert await holding_of(counter.person) == Holding(500, 0, 0)
    assert (await stored_coupon(coupon))["uses_left"] == 1
    assert await uses_of(coupon) == [("R-1", "returned")]
    assert await is_sound(shop)


async def test_pieces_returned_at_rounded_prices_bring_the_coupon_and_the_last_fen_back(
    shop: Shop, counter: Counter
) -> None:
    tea = {"sku": "tea", "name": "tea", "category": "coffee", "quantity": 3, "amount_fen": 10_000}
    [coupon] = await usable_coupons(shop, counter.member_id)
    request = QuoteRequest([tea], await counter.code(), (coupon.code,))
    told = await make_quote(shop, counter.till, request)
    assert told["payable_fen"] == 9000
    await pays(counter, told, lines=[tea])
    piece = {"sku": "tea", "quantity": 1, "amount_fen": 3333}
    answers = [await refund(shop, counter.till, f"F-{n}", lines=[piece]) for n in range(3)]
    assert [answer["refunded_fen"] for answer in answers] == [2999, 3000, 3001]
    assert await uses_of(coupon.code) == [("R-1", "returned")]
    assert await is_sound(shop)


async def test_a_part_returned_gives_back_its_share_and_keeps_the_coupon_used(
    shop: Shop, counter: Counter
) -> None:
    quote, coupon = await quoted(counter)
    await pays(counter, quote)
    answer = await refund(shop, counter.till, amount_fen=QUOTED_FEN // 2)
    assert answer["points_reversed"] == 34
    assert await holding_of(counter.person) == Holding(500 - 100 + 34, 0, QUOTED_FEN // 2)
    assert await uses_of(coupon) == [("R-1", "used")]


async def test_points_paid_with_come_back_alike_in_twenty_parts(
    shop: Shop, counter: Counter, clock: MachineClock
) -> None:
    quote, _ = await quoted(counter)
    await pays(counter, quote)
    lots = await rows("SELECT id, remaining, expires_on FROM lots ORDER BY id")
    for number in range(20):
        clock.pass_time(days=1)
        part = QUOTED_FEN - 19 * 342 if number == 0 else 342
        await refund(shop, counter.till, f"F-{number}", amount_fen=part)
    assert await holding_of(counter.person) == Holding(500, 0, 0)
    after = await rows("SELECT id, remaining, expires_on FROM lots ORDER BY id")
    assert [lot["expires_on"] for lot in after] == [lot["expires_on"] for lot in lots]
    assert [lot["remaining"] for lot in after] == [50, GIVEN, 0]


async def test_points_whose_lot_has_ended_come_back_for_the_days_of_courtesy(
    shop: Shop, counter: Counter, clock: MachineClock
) -> None:
    quote, _ = await quoted(counter)
    await pays(counter, quote)
    clock.pass_time(days=366)
    await refund(shop, counter.till, amount_fen=QUOTED_FEN)
    late = await rows("SELECT remaining FROM lots WHERE expires_on = '2028-02-11'")
    assert sum(line["remaining"] for line in late) == 200
    assert await points_of(shop, counter.person) == 200
    assert await is_sound(shop)


async def test_part_of_it_may_be_paid_by_a_hold_with_the_same_code(
    shop: Shop, counter: Counter
) -> None:
    await counter.top_up(5000, 1000)
    code = await counter.code()
    request = QuoteRequest([LATTE, CAKE], code)
    quote = await make_quote(shop, counter.till, request)
    await counter.hold(3000, receipt_no="R-1", code=code)
    answer = await pays(counter, quote, member_code=code)
    # 500 of the 3000 were bonus, which earns nothing.
    assert answer["points_earned"] == 75
    assert await counter.balances() == (2500, 500)
    purchase = await purchase_row()
    assert (purchase["stored_fen"], purchase["stored_bonus_fen"]) == (3000, 500)
    assert purchase["growth_standing"] == 8050


async def test_all_returned_gives_back_coupon_points_and_stored_value(
    shop: Shop, counter: Counter
) -> None:
    await counter.top_up(5000, 1000)
    quote, coupon = await quoted(counter)
    await counter.hold(3000, receipt_no="R-1")
    await pays(counter, quote)
    first = await refund(shop, counter.till, "F-1", amount_fen=1000)
    assert first["stored_fen"] == 437
    assert "退回储值 4.37 元" in first["receipt_text"]
    second = await refund(shop, counter.till, "F-2", amount_fen=QUOTED_FEN - 1000)
    assert second["stored_fen"] == 3000 - 437
    for answer in (first, second):
        assert "退回抵扣的 " in answer["receipt_text"]
    assert await counter.balances() == (5000, 1000)
    assert await holding_of(counter.person) == Holding(500, 0, 0)
    assert (await stored_coupon(coupon))["uses_left"] == 1
    assert await is_sound(shop)


async def test_whose_value_is_held_for_the_receipt_is_whose_purchase_it_is(
    counter: Counter,
) -> None:
    await counter.top_up(5000)
    await counter.hold(3000, receipt_no="R-1")
    report = a_basket(counter.shop)
    answer = (await record_purchase(counter.shop, counter.till, report)).answer
    assert answer["member"]["member_no"] == counter.person.member_no
    assert "claim" not in answer


async def test_another_may_earn_than_the_one_who_pays(shop: Shop, counter: Counter) -> None:
    await counter.top_up(5000)
    await counter.hold(3000, receipt_no="R-1")
    wang = await a_member(shop, "wang")
    code = (await show_code(shop, member_id_of(wang))).code
    report = a_basket(shop, member_code=code)
    answer = (await record_purchase(shop, counter.till, report)).answer
    assert answer["member"]["member_no"] == wang.member_no
    await refund(shop, counter.till, amount_fen=8050)
    assert await counter.balances() == (5000, 0)
    assert await is_sound(shop)


async def test_bonus_paid_earns_where_the_shop_says_so(shop: Shop, counter: Counter) -> None:
    await load_shop(shop, {"points": {"bonus_paid_earns": True}})
    await shop.rules.refresh()
    await counter.top_up(5000, 1000)
    await counter.hold(3000, receipt_no="R-1")
    answer = (await record_purchase(shop, counter.till, a_basket(shop))).answer
    assert answer["points_earned"] == 80


async def test_the_code_of_a_hold_pays_no_other_receipt(shop: Shop, counter: Counter) -> None:
    await counter.top_up(5000)
    code = await counter.code()
    await counter.hold(3000, receipt_no="R-1", code=code)
    with pytest.raises(MemberCodeUsed):
        await record_purchase(shop, counter.till, a_basket(shop, "R-2", member_code=code))


async def test_the_code_of_its_own_hold_is_good_for_the_receipt_however_late_it_comes(
    shop: Shop, counter: Counter, clock: MachineClock
) -> None:
    await counter.top_up(5000)
    code = await counter.code()
    await counter.hold(3000, receipt_no="R-1", code=code)
    clock.pass_time(minutes=20)
    answer = (await record_purchase(shop, counter.till, a_basket(shop, member_code=code))).answer
    assert answer["member"]["member_no"] == counter.person.member_no


async def test_the_code_of_another_member_does_not_pay_a_quote(
    shop: Shop, counter: Counter
) -> None:
    quote, _ = await quoted(counter)
    wang = await a_member(shop, "wang")
    code = (await show_code(shop, member_id_of(wang))).code
    before = await written()
    with pytest.raises(QuoteOfAnother):
        await pays(counter, quote, member_code=code)
    assert await written() == before


async def test_a_made_up_code_does_not_pay_a_quote_the_quoted_one_does_when_it_is_old(
    counter: Counter, clock: MachineClock
) -> None:
    code = await counter.code()
    quote, _ = await quoted(counter)
    with pytest.raises(MemberCodeUnknown):
        await pays(counter, quote, member_code="66" + "0" * 16)
    clock.pass_time(minutes=5)
    assert (await pays(counter, quote, member_code=code))["points_earned"] == 68


async def test_points_gone_meanwhile_refuse_the_whole_purchase(
    shop: Shop, counter: Counter
) -> None:
    quote, coupon = await quoted(counter)
    await spend_points(shop, counter.person, 301, key="elsewhere")
    before = await written()
    with pytest.raises(NotEnoughPoints):
        await pays(counter, quote)
    assert await written() == before
    assert await uses_of(coupon) == []


async def test_a_quote_pays_one_receipt_and_only_its_own_basket(
    shop: Shop, counter: Counter
) -> None:
    quote, _ = await quoted(counter)
    with pytest.raises(NotAsQuoted):
        await pays(counter, quote, lines=[LATTE])
    with pytest.raises(NotAsQuoted):
        await pays(counter, quote, paid_fen=QUOTED_FEN + 1)
    await pays(counter, quote)
    with pytest.raises(QuotePaid):
        await pays(counter, quote, "R-2")
    assert await points_of(shop, counter.person) == 500 - 200 + 68


async def test_a_refund_that_waited_gives_back_what_the_sale_then_takes(
    shop: Shop, counter: Counter
) -> None:
    await counter.top_up(5000, 1000)
    quote, coupon = await quoted(counter)
    await counter.hold(3000, receipt_no="R-1")
    await refund(shop, counter.till, amount_fen=QUOTED_FEN)
    await pays(counter, quote)
    assert await counter.balances() == (5000, 1000)
    assert await holding_of(counter.person) == Holding(500, 0, 0)
    assert (await stored_coupon(coupon))["uses_left"] == 1
    assert await is_sound(shop)


async def test_a_quote_paid_twice_at_once_is_paid_by_one_receipt(
    shop: Shop, counter: Counter
) -> None:
    quote, _ = await quoted(counter)
    tries = [pays(counter, quote, f"R-{number}") for number in range(3)]
    ended = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(end).__name__ for end in ended) == ["QuotePaid", "QuotePaid", "dict"]
    assert await is_sound(shop)
