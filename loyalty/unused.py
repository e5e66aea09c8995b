"""What a quote leaves unused (未用优惠): each coupon with its reason, and what the basket lacks."""

from collections.abc import Iterable, Iterator, Sequence

from loyalty.baskets import Basket
from loyalty.coupons import CouponCopy, Reason, effect_of
from loyalty.lower_prices import LowerPrices, Offers, Unused
from loyalty.prices import Price, price_from
from loyalty.promotions import promotion_gap


def unused_coupons(
    lower: LowerPrices, used: Sequence[CouponCopy], others: Iterable[CouponCopy]
) -> Iterator[Unused]:
    """Why each of these, usable here and now, is not among those used."""
    without = price_from(lower, used)
    known: dict[object, tuple[Reason, int]] = {}
    for coupon in others:
        effect = effect_of(coupon.terms)
        if effect not in known:
            known[effect] = _beside(price_from(lower, [*used, coupon]), coupon, without)
        yield Unused(coupon.code, *known[effect])


def _beside(told: Price, coupon: CouponCopy, without: Price) -> tuple[Reason, int]:
    for unused in told.unused:
        if unused.code == coupon.code:
            return unused.reason, unused.gap_fen
    if told.unused or told.payable_fen >= without.payable_fen:
        return Reason.NOT_COMBINABLE, 0
    return Reason.NOT_ASKED, 0


def missed_promotions(basket: Basket, offers: Offers) -> Iterator[Unused]:
    """Promotions of this day and place whose goods are there, but not enough of them."""
    for promotion in offers.promotions:
        gap_fen = promotion_gap(basket, promotion)
        if gap_fen:
            yield Unused(promotion.code, Reason.THRESHOLD, gap_fen)
