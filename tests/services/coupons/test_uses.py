"""Uses of coupons (核销): they belong to a purchase, come back with it, or are undone."""

import pytest

from loyalty.refusals import Refusal
from services.coupons.checks import CouponUsed
from services.coupons.issuing import usable_coupons
from services.coupons.uses import (
    ReceiptReturned,
    UsedCoupon,
    redeem_for_purchase,
    undo_use,
    use_coupon,
)
from services.org.tills import Till
from services.shop import Shop
from storage.sql import change
from storage.transactions import transactional
from tests.services.couponing import (
    CAKE,
    TEN_VISITS,
    a_coupon,
    buy,
    redeem,
    refund_all,
    stored_coupon,
    uses_of,
)
from tests.services.posting import member_id_of
from tests.shop_parts import MachineClock, a_member


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
    shop: Shop, till: Till, member_id: int, clock: MachineClock
) -> None:
    code = await a_coupon(shop, member_id, TEN_VISITS, count=2)
    await redeem(shop, till, code, "R-1")
    clock.pass_time(minutes=1)
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
