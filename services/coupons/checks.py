"""Checks of a coupon (验券): found by its code and held, and good here, now and for this person."""

from datetime import timedelta

from loyalty.coupon_codes import read_coupon_code
from loyalty.coupons import Reason, coupon_copy, why_not
from loyalty.refusals import Refusal
from services.org.tills import Till
from services.purchases.pricing import occasion_at
from services.shop import Shop
from services.tiers.rungs import tier_of
from storage.coupon_uses import is_used_since
from storage.coupons import lock_coupon
from storage.sql import Row

BETWEEN_USES = timedelta(minutes=1)


class CouponUnknown(Refusal):
    """No coupon has this code; what does not even look like one is answered alike."""

    wording = "tills/coupon_unknown"
    status = 404


class CouponUsed(Refusal):
    """Somebody else was first, or nothing of it is left."""

    wording = "tills/coupon_used"
    status = 409


class CouponJustUsed(Refusal):
    """A card was used at another receipt this very minute: somebody may be using it twice."""

    wording = "tills/coupon_just_used"


class CouponNotUsable(Refusal):
    """Not here, not now, or not by this person; `reason` says it in words."""

    wording = "tills/coupon_not_usable"


async def locked_coupon(code: str) -> Row:
    """The coupon with this code, held until the transaction ends. Raises CouponUnknown."""
    canonical = read_coupon_code(code)
    coupon = await lock_coupon(canonical) if canonical else None
    if coupon is None:
        raise CouponUnknown
    return coupon


async def refuse_unusable(shop: Shop, till: Till, coupon: Row) -> None:
    """Raise CouponUsed, CouponJustUsed or CouponNotUsable for what forbids it here and now.

    The caller knows that it is not used at this receipt.
    """
    copy = coupon_copy(coupon)
    tier = await tier_of(shop, coupon["member_id"])
    reason = why_not(copy, occasion_at(shop, till, tier))
    if reason == Reason.USED:
        raise CouponUsed(name=copy.terms.name)
    if reason is not None:
        facts = {"first_day": copy.starts_on, "last_day": copy.ends_on}
        text = shop.phrase(f"coupons/reason_{reason}", facts)
        raise CouponNotUsable(name=copy.terms.name, reason=text)
    if copy.terms.kind == "count" and await is_used_since(coupon["id"], shop.now() - BETWEEN_USES):
        raise CouponJustUsed(name=copy.terms.name)
