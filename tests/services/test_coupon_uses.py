"""Using coupons (核销): once, only where and when they are good, and given back as they were."""

from typing import Any

import pytest

from loyalty.coupon_codes import coupon_code
from loyalty.refusals import Refusal
from services.coupon_redeeming import (
    CouponNotHeld,
    CouponSettled,
    TooManyCouponCodes,
    redeem_coupon,
    release_coupon,
    settle_coupon_uses,
)
from services.coupon_uses import (
    CouponNotUsable,
    CouponUnknown,
    CouponUsed,
    ReceiptReturned,
    UsedCoupon,
    redeem_for_purchase,
    return_coupons,
    settle_uses,
    undo_use,
    use_coupon,
)
from services.coupons import usable_coupons
from services.purchases import record_purchase
from services.recorded import Answer
from services.shop import Shop
from services.tills import Till
from storage.sql import change
from storage.transactions import transactional
from tests.services.couponing import CAKE, TEN_VISITS, a_coupon, stored_coupon, uses_of
from tests.services.posting import member_id_of
from tests.shop_parts import MachineClock, a_member, a_report, a_till

NOBODYS = coupon_code(b"1234567")


@pytest.fixture
async def till(shop: Shop) -> Till:
    return await a_till(shop)


@pytest.fixture
async def member_id(shop: Shop) -> int:
    return member_id_of(await a_member(shop))


async def buy(shop: Shop, till: Till, receipt_no: str) -> int:
    """The till reports the purchase of this receipt, and its coupons belong to it."""
    answer = (await record_purchase(shop, till, a_report(shop, receipt_no))).answer
    purchase_id: int = answer["purchase_id"]
    await transactional(settle_uses)(till.till_no, receipt_no, purchase_id)
    return purchase_id


async def refund_all(shop: Shop, purchase_id: int) -> int:
    await change("UPDATE purchases SET refunded_fen = paid_fen WHERE id = $1", purchase_id)
    return await transactional(return_coupons)(shop, purchase_id)


async def redeem(shop: Shop, till: Till, code: str, receipt_no: str = "R-1") -> Answer:
    return (await redeem_coupon(shop, till, code, receipt_no)).answer


async def test_a_till_is_told_what_the_coupon_stands_for(
    shop: Shop, till: Till, member_id: int
) -> None:
    code = await a_coupon(shop, member_id)
    recorded = await redeem_coupon(shop, till, code, "R-1")
    assert (recorded.status, recorded.is_replay) == (200, False)
    assert recorded.answer == {
        "code": code,
        "name": "蛋糕券",
        "kind": "exchange",
        "item": "cake",
        "state": "held",
        "uses_left": 0,
        "receipt_no": "R-1",
    }


async def test_a_code_may_be_typed_as_people_type(shop: Shop, till: Till, member_id: int) -> None:
    code = await a_coupon(shop, member_id)
    typed = f"{code[:4]}-{code[4:8]} {code[8:]}".lower()
    assert (await redeem(shop, till, typed))["code"] == code


async def test_the_same_receipt_is_told_the_same_for_ever(
    shop: Shop, till: Till, member_id: int, clock: MachineClock
) -> None:
    code = await a_coupon(shop, member_id)
    first = await redeem(shop, till, code)
    purchase_id = await buy(shop, till, "R-1")
    clock.pass_time(days=30)
    again = await redeem_coupon(shop, till, code, "R-1")
    assert (again.answer, again.is_replay) == (first, True)
    await refund_all(shop, purchase_id)
    assert await redeem(shop, till, code) == first
    assert await uses_of(code) == [("R-1", "returned")]


async def test_another_receipt_or_till_finds_it_used(
    shop: Shop, till: Till, member_id: int
) -> None:
    code = await a_coupon(shop, member_id)
    await redeem(shop, till, code)
    for other, receipt_no in ((till, "R-2"), (await a_till(shop, "cd01-2"), "R-1")):
        with pytest.raises(CouponUsed) as refused:
            await redeem(shop, other, code, receipt_no)
        assert refused.value.status == 409


async def test_a_coupon_nobody_has_is_unknown_and_sixty_tries_a_minute_are_enough(
    shop: Shop, till: Till, member_id: int
) -> None:
    code = await a_coupon(shop, member_id)
    for wrong in [NOBODYS, "x", code[:-1]] * 20:
        with pytest.raises(CouponUnknown) as unknown:
            await redeem(shop, till, wrong)
        assert unknown.value.status == 404
    with pytest.raises(TooManyCouponCodes) as many:
        await redeem(shop, till, code)
    assert many.value.status == 429
    assert await redeem(shop, await a_till(shop, "cd01-2"), code)


async def test_used_coupons_are_no_guesses(shop: Shop, till: Till, member_id: int) -> None:
    code = await a_coupon(shop, member_id)
    await redeem(shop, till, code)
    for number in range(70):
        with pytest.raises(CouponUsed):
            await redeem(shop, till, code, f"R-{number + 2}")


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"stores": ["cd02"]}, "这家门店不适用"),
        ({"regions": ["cq"]}, "这个区域不适用"),
        ({"tiers": ["gold"]}, "会员等级不适用"),
        ({"weekdays": [2]}, "今天不适用"),
        ({"delay_days": 1}, "2027-01-12 起可用"),
    ],
)
async def test_where_it_is_not_good_it_is_not_used(
    shop: Shop, till: Till, member_id: int, terms: dict[str, Any], reason: str
) -> None:
    code = await a_coupon(shop, member_id, **terms)
    with pytest.raises(CouponNotUsable) as refused:
        await redeem(shop, till, code)
    assert refused.value.status == 422
    assert refused.value.facts["reason"] == reason
    assert (await stored_coupon(code))["uses_left"] == 1


async def test_the_same_coupon_is_good_at_any_store_it_does_not_name_others(
    shop: Shop, member_id: int
) -> None:
    for number, till_code in enumerate(("cd01-1", "cq01-1", "hz02-1")):
        code = await a_coupon(shop, member_id, key=f"k{number}")
        assert await redeem(shop, await a_till(shop, till_code), code)


async def test_the_last_day_counts_at_use_whatever_is_stored(
    shop: Shop, till: Till, member_id: int, clock: MachineClock
) -> None:
    first, second = [await a_coupon(shop, member_id, key=key) for key in ("1", "2")]
    clock.pass_time(days=10, hours=13)  # 23:00 of the last day
    await redeem(shop, till, first)
    clock.pass_time(hours=1)
    assert (await stored_coupon(second))["state"] == "issued"
    with pytest.raises(CouponNotUsable) as refused:
        await redeem(shop, till, second)
    assert refused.value.facts["reason"] == "有效期到 2027-01-21"


async def test_a_count_card_is_used_once_a_receipt_until_nothing_is_left(
    shop: Shop, till: Till, member_id: int
) -> None:
    code = await a_coupon(shop, member_id, TEN_VISITS, count=3)
    left = [(await redeem(shop, till, code, f"R-{n}"))["uses_left"] for n in (1, 1, 2, 3)]
    assert left == [2, 2, 1, 0]
    with pytest.raises(CouponUsed):
        await redeem(shop, till, code, "R-4")


async def test_what_was_released_is_good_again_and_released_once(
    shop: Shop, till: Till, member_id: int
) -> None:
    code = await a_coupon(shop, member_id)
    await redeem(shop, till, code)
    released = await release_coupon(shop, till, code, "R-1")
    assert (released.answer["state"], released.answer["uses_left"]) == ("released", 1)
    await redeem(shop, till, code, "R-2")
    again = await release_coupon(shop, till, code, "R-1")
    assert (again.answer, again.is_replay) == (released.answer, True)
    assert await uses_of(code) == [("R-1", "released"), ("R-2", "held")]
    assert (await stored_coupon(code))["uses_left"] == 0


async def test_after_a_release_the_same_receipt_may_use_it_anew(
    shop: Shop, till: Till, member_id: int
) -> None:
    code = await a_coupon(shop, member_id)
    first = await redeem(shop, till, code)
    await release_coupon(shop, till, code, "R-1")
    assert await redeem(shop, till, code) == first
    assert await uses_of(code) == [("R-1", "released"), ("R-1", "held")]


async def test_nothing_is_released_that_was_not_redeemed_or_is_paid(
    shop: Shop, till: Till, member_id: int
) -> None:
    code = await a_coupon(shop, member_id)
    with pytest.raises(CouponNotHeld):
        await release_coupon(shop, till, code, "R-1")
    await redeem(shop, till, code)
    await buy(shop, till, "R-1")
    with pytest.raises(CouponSettled) as settled:
        await release_coupon(shop, till, code, "R-1")
    assert settled.value.status == 409
    assert await uses_of(code) == [("R-1", "used")]


async def test_a_day_later_it_counts_as_used_and_the_late_purchase_still_owns_it(
    shop: Shop, till: Till, member_id: int, clock: MachineClock
) -> None:
    code = await a_coupon(shop, member_id)
    await redeem(shop, till, code)
    clock.pass_time(hours=23)
    assert await settle_coupon_uses(shop) == 0
    clock.pass_time(hours=1)
    assert [await settle_coupon_uses(shop) for _ in range(2)] == [1, 0]
    assert await uses_of(code) == [("R-1", "used")]
    assert await refund_all(shop, await buy(shop, till, "R-1")) == 1


async def test_a_coupon_redeemed_after_its_purchase_belongs_to_it(
    shop: Shop, till: Till, member_id: int
) -> None:
    first, second = [await a_coupon(shop, member_id, key=key) for key in ("1", "2")]
    purchase_id = await buy(shop, till, "R-1")
    assert (await redeem(shop, till, first))["state"] == "used"
    assert await refund_all(shop, purchase_id) == 1
    with pytest.raises(ReceiptReturned):
        await redeem(shop, till, second)


async def test_a_full_refund_gives_it_back_once_and_an_ended_one_lives_a_week(
    shop: Shop, till: Till, member_id: int, clock: MachineClock
) -> None:
    early, late = [await a_coupon(shop, member_id, key=key) for key in ("1", "2")]
    purchases = []
    for code, receipt_no in ((early, "R-1"), (late, "R-2")):
        await redeem(shop, till, code, receipt_no)
        purchases.append(await buy(shop, till, receipt_no))
    assert [await refund_all(shop, purchases[0]) for _ in range(2)] == [1, 0]
    assert (await stored_coupon(early))["ends_on"] == "2027-01-21"
    clock.pass_time(days=20)
    await refund_all(shop, purchases[1])
    assert (await stored_coupon(late))["ends_on"] == "2027-02-07"
    assert late in [coupon.code for coupon in await usable_coupons(shop, member_id)]
    assert await redeem(shop, till, late, "R-3")


async def test_a_card_used_up_comes_back_with_the_uses_of_that_purchase(
    shop: Shop, till: Till, member_id: int
) -> None:
    code = await a_coupon(shop, member_id, TEN_VISITS, count=2)
    await redeem(shop, till, code, "R-1")
    await redeem(shop, till, code, "R-2")
    await refund_all(shop, await buy(shop, till, "R-2"))
    stored = await stored_coupon(code)
    assert (stored["state"], stored["uses_left"]) == ("issued", 1)


@transactional
async def use_at_counter(shop: Shop, till: Till, code: str, receipt_no: str) -> UsedCoupon:
    return await use_coupon(shop, till, code, receipt_no=receipt_no, purchase=False)


async def test_at_the_counter_it_is_used_at_once_and_may_be_undone_once(
    shop: Shop, till: Till, member_id: int
) -> None:
    code = await a_coupon(shop, member_id)
    used = await use_at_counter(shop, till, code, "chat-1")
    assert (used.member_id, used.answer["state"], used.is_replay) == (member_id, "used", False)
    assert (await use_at_counter(shop, till, code, "chat-1")).is_replay
    undone = [await transactional(undo_use)(shop, used.use_id) for _ in range(2)]
    assert undone == [True, False]
    assert (await stored_coupon(code))["uses_left"] == 1


async def test_a_use_of_a_purchase_is_not_undone_at_the_counter(
    shop: Shop, till: Till, member_id: int
) -> None:
    code = await a_coupon(shop, member_id)
    await redeem(shop, till, code)
    await buy(shop, till, "R-1")
    used = await use_at_counter(shop, till, code, "R-1")
    assert not await transactional(undo_use)(shop, used.use_id)


async def pay_quote(shop: Shop, till: Till, codes: list[str], receipt_no: str, who: int) -> int:
    """The purchase of a quote that took these coupons."""
    purchase_id = await buy(shop, till, receipt_no)
    await transactional(redeem_for_purchase)(
        shop, till, codes, receipt_no=receipt_no, purchase_id=purchase_id, member_id=who
    )
    return purchase_id


async def test_what_was_quoted_is_used_though_its_last_day_went_by(
    shop: Shop, till: Till, member_id: int, clock: MachineClock
) -> None:
    codes = [await a_coupon(shop, member_id, key=key) for key in ("1", "2")]
    clock.pass_time(days=11)
    purchase_id = await pay_quote(shop, till, codes, "R-1", member_id)
    assert [await uses_of(code) for code in codes] == [[("R-1", "used")]] * 2
    assert await refund_all(shop, purchase_id) == 2


async def test_a_quote_whose_coupon_was_used_elsewhere_cannot_be_paid(
    shop: Shop, till: Till, member_id: int
) -> None:
    code = await a_coupon(shop, member_id)
    await redeem(shop, till, code, "R-1")
    with pytest.raises(CouponUsed):
        await pay_quote(shop, till, [code], "R-2", member_id)


async def test_a_quote_whose_coupon_was_put_on_offer_cannot_be_paid(
    shop: Shop, till: Till, member_id: int
) -> None:
    code = await a_coupon(shop, member_id)
    await change("UPDATE coupons SET offered_at = 1 WHERE code = $1", code)
    with pytest.raises(CouponUsed):
        await pay_quote(shop, till, [code], "R-2", member_id)
    assert (await stored_coupon(code))["uses_left"] == 1


async def test_a_quote_and_a_redeem_of_one_receipt_use_it_once(
    shop: Shop, till: Till, member_id: int
) -> None:
    code = await a_coupon(shop, member_id, TEN_VISITS)
    await redeem(shop, till, code, "R-1")
    await pay_quote(shop, till, [code], "R-1", member_id)
    assert await uses_of(code) == [("R-1", "used")]


async def test_what_a_friend_has_by_now_is_not_used_for_a_quote(
    shop: Shop, till: Till, member_id: int
) -> None:
    code = await a_coupon(shop, member_id)
    friend = member_id_of(await a_member(shop, "friend"))
    await change("UPDATE coupons SET member_id = $1 WHERE code = $2", friend, code)
    with pytest.raises(Refusal):
        await pay_quote(shop, till, [code], "R-1", member_id)


async def test_old_terms_are_read_with_what_came_later(
    shop: Shop, till: Till, member_id: int
) -> None:
    code = await a_coupon(shop, member_id, {**CAKE, "stores": ["cd01"]})
    await a_coupon(shop, member_id, {**CAKE, "stores": ["cd02"]}, key="later")
    assert await redeem(shop, till, code)
