"""Lower prices (优惠价): what a basket costs by promotions or by the tier price, before coupons."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from loyalty.baskets import Basket, Left, percent_off
from loyalty.coupons import CouponCopy, Reason
from loyalty.promotions import Promoted, promoted
from loyalty.refusals import Refusal
from loyalty.scopes import Occasion, misses
from loyalty.shop_file.terms import PointsPolicy, Promotion, Tier


class BasketBelowZero(Refusal):
    """More comes back than is bought: that is a refund and has no price."""

    wording = "tills/basket_below_zero"


@dataclass(frozen=True, slots=True)
class Offers:
    """What baskets are priced by here and now; without a member there is no tier."""

    promotions: tuple[Promotion, ...] = ()
    tier: Tier | None = None
    points: PointsPolicy = field(default_factory=PointsPolicy)


@dataclass(frozen=True, slots=True)
class Step:
    """A reduction, below zero; `label` is the name of its promotion, tier or coupon."""

    kind: str
    label: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Unused:
    """Why a coupon or promotion takes nothing off, and what the basket lacks for it."""

    code: str
    reason: Reason
    gap_fen: int = 0


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A basket on its way through the pipeline."""

    basket: Basket
    left: Left
    steps: tuple[Step, ...] = ()
    coupon_codes: tuple[str, ...] = ()
    unused: tuple[Unused, ...] = ()

    def after(self, step: Step, left: Left, coupon_code: str = "") -> "Reckoning":
        codes = (*self.coupon_codes, coupon_code) if coupon_code else self.coupon_codes
        return replace(self, left=left, steps=(*self.steps, step), coupon_codes=codes)

    def without(self, coupon: CouponCopy, reason: Reason, gap_fen: int = 0) -> "Reckoning":
        return replace(self, unused=(*self.unused, Unused(coupon.code, reason, gap_fen)))


@dataclass(frozen=True, slots=True)
class LowerPrices:
    """A basket after all promotions, and after the tier price where that is lower.

    `tiered` is `plain` where it is not, and without a tier.
    """

    basket: Basket
    offers: Offers
    plain: Reckoning
    tiered: Reckoning

    def for_coupons(self, coupons: Iterable[CouponCopy]) -> Reckoning:
        """The tier price gives way to a coupon that does not go with it."""
        return self.tiered if all(one.terms.with_tier_price for one in coupons) else self.plain


def offers_at(
    occasion: Occasion, promotions: Iterable[Promotion], tier: Tier | None, points: PointsPolicy
) -> Offers:
    """The promotions that hold on this occasion."""
    held = tuple(one for one in promotions if misses(one.scope, occasion) is None)
    return Offers(held, tier, points)


def lower_prices(basket: Basket, offers: Offers) -> LowerPrices:
    if basket.total_fen < 0:
        raise BasketBelowZero
    plain = _after_promotions(basket, promoted(basket, offers.promotions))
    tiered = plain if offers.tier is None else _tiered(basket, offers, offers.tier)
    lower = min(plain, tiered, key=lambda reckoning: sum(reckoning.left.fen))
    return LowerPrices(basket, offers, plain, lower)


def _tiered(basket: Basket, offers: Offers, tier: Tier) -> Reckoning:
    """The tier price, on top of the promotions that go with it."""
    beside = [one for one in offers.promotions if one.with_tier_price]
    reckoning = _after_promotions(basket, promoted(basket, beside))
    goods = basket.goods()
    off_fen = percent_off(reckoning.left.sum_of(goods), tier.discount_percent)
    step = Step("tier", tier.name, -off_fen)
    return reckoning.after(step, reckoning.left.less(goods, off_fen)) if off_fen else reckoning


def _after_promotions(basket: Basket, found: Promoted) -> Reckoning:
    steps = (Step("promotion", cut.promotion.name, -cut.off_fen) for cut in found.cuts)
    return Reckoning(basket, found.left, tuple(steps))
