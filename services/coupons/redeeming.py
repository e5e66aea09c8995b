"""Coupons at the till (券码核销): redeeming for a receipt, and releasing what was not paid.

A use is `held` from the till's redeem until the purchase of its receipt is reported, then `used`.
A day after the redeem it counts as used in any case: the goods have left the shop.
"""

import json

from loyalty.refusals import Refusal
from services.coupons.checks import CouponUnknown, locked_coupon
from services.coupons.uses import UsedCoupon, give_back, told_of, use_coupon
from services.org.tills import Till
from services.purchases.recorded import Recorded
from services.shop import Shop
from storage.coupon_uses import keep_use_answer, newest_use, release_use, settle_due_uses
from storage.limits import COUPON_FAILURES_PER_TILL, is_spent, is_within
from storage.locks import lock_receipt_no
from storage.transactions import transactional


class TooManyCouponCodes(Refusal):
    """This till tried too many codes that no coupon has."""

    wording = "tills/coupon_tries"
    status = 429


class CouponNotHeld(Refusal):
    """There is nothing to release: the coupon was never redeemed at this receipt."""

    wording = "tills/coupon_not_held"
    status = 404


class CouponSettled(Refusal):
    """The purchase was reported, or its day is over: only a refund gives the coupon back."""

    wording = "tills/coupon_settled"
    status = 409


async def redeem_coupon(shop: Shop, till: Till, code: str, receipt_no: str) -> Recorded:
    """Use a coupon at a receipt. Codes that no coupon has are counted, sixty a minute a till."""
    if await is_spent(shop.cache, COUPON_FAILURES_PER_TILL, till.code):
        raise TooManyCouponCodes
    try:
        used = await redeem_at_receipt(shop, till, code, receipt_no)
    except CouponUnknown:
        await is_within(shop.cache, COUPON_FAILURES_PER_TILL, till.code)
        raise
    return Recorded(used.answer, used.is_replay, status=200)


@transactional
async def redeem_at_receipt(shop: Shop, till: Till, code: str, receipt_no: str) -> UsedCoupon:
    return await use_coupon(shop, till, code, receipt_no=receipt_no)


@transactional
async def release_coupon(shop: Shop, till: Till, code: str, receipt_no: str) -> Recorded:
    """Undo a redeem whose basket was not paid; the same again changes nothing."""
    await lock_receipt_no(till.till_no, receipt_no)
    coupon = await locked_coupon(code)
    use = await newest_use(coupon["id"], till.till_no, receipt_no)
    if use is None:
        raise CouponNotHeld
    if use["state"] == "released":
        return Recorded(json.loads(use["answer"]), is_replay=True)
    if not await release_use(use["id"], now=shop.now()):
        raise CouponSettled
    coupon["uses_left"] = await give_back(shop, coupon)
    answer = told_of(coupon, state="released", receipt_no=receipt_no)
    await keep_use_answer(use["id"], json.dumps(answer, ensure_ascii=False))
    return Recorded(answer, is_replay=False, status=200)


@transactional
async def settle_coupon_uses(shop: Shop) -> int:
    """A basket that was neither paid nor released within a day has used its coupons."""
    return await settle_due_uses(shop.now())
