"""Coupons at the till (券码核销): redeemed once a receipt, refused with a reason, released."""

from typing import Any

import pytest

from loyalty.coupon_codes import coupon_code
from services.coupons.checks import CouponJustUsed, CouponNotUsable, CouponUnknown, CouponUsed
from services.coupons.redeeming import (
    CouponNotHeld,
    CouponSettled,
    TooManyCouponCodes,
    redeem_coupon,
    release_coupon,
    settle_coupon_uses,
)
from services.org.tills import Till
from services.shop import Shop
from tests.services.couponing import (
    TEN_VISITS,
    a_coupon,
    buy,
    redeem,
    refund_all,
    stored_coupon,
    uses_of,
)
from tests.shop_parts import MachineClock, a_till

NOBODYS = coupon_code(b"1234567")


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
    shop: Shop, till: Till, member_id: int, clock: MachineClock
) -> None:
    code, left = await a_coupon(shop, member_id, TEN_VISITS, count=3), []
    for number in (1, 1, 2, 3):
        left.append((await redeem(shop, till, code, f"R-{number}"))["uses_left"])
        clock.pass_time(minutes=1)
    assert left == [2, 2, 1, 0]
    with pytest.raises(CouponUsed):
        await redeem(shop, till, code, "R-4")


async def test_a_count_card_rests_a_minute_between_two_receipts(
    shop: Shop, till: Till, member_id: int, clock: MachineClock
) -> None:
    code = await a_coupon(shop, member_id, TEN_VISITS)
    first = await redeem(shop, till, code, "R-1")
    clock.pass_time(seconds=59)
    assert await redeem(shop, till, code, "R-1") == first
    with pytest.raises(CouponJustUsed) as refused:
        await redeem(shop, till, code, "R-2")
    assert (refused.value.status, refused.value.facts["name"]) == (422, "瑜伽次卡")
    await release_coupon(shop, till, code, "R-1")
    await redeem(shop, till, code, "R-2")
    clock.pass_time(minutes=1)
    assert (await redeem(shop, till, code, "R-3"))["uses_left"] == 8


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
