"""Typed coupons (录入的券码): what the codes a till has typed stand for, and what is no good here.

Without a member anybody may bring a coupon; with one only the member's own count.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from loyalty.coupon_codes import read_coupon_code
from loyalty.coupons import CouponCopy, Reason, coupon_copy, why_not
from loyalty.prices import Unused
from services.coupons.redeeming import TooManyCouponCodes
from services.org.tills import Till
from services.purchases.pricing import occasion_at
from services.shop import Shop
from services.tiers.rungs import tiers_of
from storage.limits import COUPON_FAILURES_PER_TILL, is_spent, is_within
from storage.quotes import coupons_by_code


@dataclass(frozen=True, slots=True)
class TypedCoupons:
    usable: list[CouponCopy] = field(default_factory=list)
    refused: list[Unused] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    @property
    def codes(self) -> set[str]:
        return {one.code for one in self.usable} | {one.code for one in self.refused}


async def typed_coupons(
    shop: Shop, till: Till, codes: Iterable[str], *, member_id: int | None
) -> TypedCoupons:
    """Judged here and now, whatever the basket. Raises TooManyCouponCodes for a guessing till."""
    canonical = list(dict.fromkeys(read_coupon_code(code) or code for code in codes))
    if canonical and await is_spent(shop.cache, COUPON_FAILURES_PER_TILL, till.code):
        raise TooManyCouponCodes
    found = {row["code"]: row for row in await coupons_by_code(canonical)}
    if member_id is not None:
        found = {code: row for code, row in found.items() if row["member_id"] == member_id}
    tiers = await tiers_of(shop, {row["member_id"] for row in found.values()})
    typed = TypedCoupons()
    for code in canonical:
        if code not in found:
            typed.refused.append(Unused(code, Reason.UNKNOWN))
            await is_within(shop.cache, COUPON_FAILURES_PER_TILL, till.code)
            continue
        copy = coupon_copy(found[code])
        typed.names[code] = copy.terms.name
        reason = why_not(copy, occasion_at(shop, till, tiers[found[code]["member_id"]]))
        if reason is None:
            typed.usable.append(copy)
        else:
            typed.refused.append(Unused(code, reason))
    return typed
