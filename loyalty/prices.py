"""The price (价格) of a basket: one pipeline for tills, chat and pages.

Promotions or the tier price, whichever takes more off → exchange coupons → one order coupon →
points → one shipping coupon → what is to be paid (field-rules D4). Every step takes off what the
steps before have left, and says what and why. Stored value is a way to pay, not a step.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loyalty.baskets import Basket, Left, Line, percent_off
from loyalty.coupons import ITEM_KINDS, ORDER_KINDS, SHIPPING_KINDS, CouponCopy, Reason
from loyalty.lower_prices import LowerPrices, Offers, Reckoning, Step, Unused, lower_prices
from loyalty.offsets import check_offset, offset_fen
from loyalty.shop_file.terms import CouponKind, PointsPolicy

__all__ = ["Basket", "Line", "Offers", "Price", "Step", "Unused", "price", "price_from"]


@dataclass(frozen=True, slots=True)
class Price:
    """`line_fen` is what each line finally costs; together they are `payable_fen`."""

    total_fen: int
    payable_fen: int
    line_fen: tuple[int, ...]
    steps: tuple[Step, ...]
    coupon_codes: tuple[str, ...]
    points: int
    unused: tuple[Unused, ...]


def price(
    basket: Basket, offers: Offers, coupons: Iterable[CouponCopy] = (), *, points: int = 0
) -> Price:
    """The basket with these coupons, soonest to end first, and so many points.

    Coupons must be usable here and now; what the basket lacks for one is told in `unused`.
    Raises BasketBelowZero, OffsetAboveCap, OffsetNotInSteps.
    """
    return price_from(lower_prices(basket, offers), coupons, points=points)


def price_from(lower: LowerPrices, coupons: Iterable[CouponCopy] = (), *, points: int = 0) -> Price:
    """The same, where one basket is priced with many combinations."""
    ordered = in_order(coupons)
    reckoning = lower.for_coupons(ordered)
    reckoning = _after_items(reckoning, of_kinds(ordered, ITEM_KINDS))
    reckoning = _after_order_coupon(reckoning, of_kinds(ordered, ORDER_KINDS))
    goods = reckoning.left
    reckoning = _after_points(reckoning, lower.offers.points, points)
    reckoning = _after_shipping(reckoning, goods, of_kinds(ordered, SHIPPING_KINDS))
    return Price(
        total_fen=lower.basket.total_fen,
        payable_fen=sum(reckoning.left.fen),
        line_fen=reckoning.left.fen,
        steps=reckoning.steps,
        coupon_codes=reckoning.coupon_codes,
        points=points,
        unused=reckoning.unused,
    )


def in_order(coupons: Iterable[CouponCopy]) -> list[CouponCopy]:
    """In which order coupons are taken: what ends first goes first."""
    return sorted(coupons, key=lambda coupon: (coupon.ends_on, coupon.code))


def of_kinds(coupons: Iterable[CouponCopy], kinds: frozenset[str]) -> list[CouponCopy]:
    return [coupon for coupon in coupons if coupon.terms.kind in kinds]


def _after_items(reckoning: Reckoning, coupons: Sequence[CouponCopy]) -> Reckoning:
    """Thresholds are measured before the first item is free: the order of coupons is no trap."""
    priced = reckoning.left
    for coupon in coupons:
        basket, left = reckoning.basket, reckoning.left
        eligible_fen = priced.sum_of(basket.covered(coupon.terms.scope))
        place = cheapest_item(left, item_places(basket, coupon.terms))
        goods_fen = left.sum_of(basket.goods())
        if goods_fen == 0:
            reckoning = reckoning.without(coupon, Reason.NOTHING_ELIGIBLE)
        elif place is None:
            reckoning = reckoning.without(coupon, _no_item(coupon.terms))
        elif eligible_fen < coupon.terms.threshold_fen:
            gap_fen = coupon.terms.threshold_fen - eligible_fen
            reckoning = reckoning.without(coupon, Reason.THRESHOLD, gap_fen)
        else:
            after = left.less_unit(place, goods_fen)
            step = Step("coupon", coupon.terms.name, after.fen[place] - left.fen[place])
            reckoning = reckoning.after(step, after, coupon.code)
    return reckoning


def item_places(basket: Basket, terms: CouponKind) -> list[int]:
    """Where in a basket the item of a coupon stands, by sku or by name."""
    lines = basket.lines
    return [n for n in basket.covered(terms.scope) if terms.item in (lines[n].sku, lines[n].name)]


def cheapest_item(left: Left, places: Sequence[int]) -> int | None:
    """The line whose next unit costs least; None when there is nothing left to make free."""
    costly = [place for place in places if left.units[place] and left.unit_fen(place)]
    return min(costly, key=left.unit_fen, default=None)


def _no_item(terms: CouponKind) -> Reason:
    """A gift or trial is handed out, not rung up: without its line it is no discount."""
    return Reason.NOT_A_DISCOUNT if terms.kind in ("trial", "gift") else Reason.ITEM_MISSING


def _after_order_coupon(reckoning: Reckoning, coupons: Sequence[CouponCopy]) -> Reckoning:
    is_taken = False
    for coupon in coupons:
        left, places = reckoning.left, reckoning.basket.covered(coupon.terms.scope)
        eligible_fen = left.sum_of(places)
        off_fen = order_off(coupon.terms, eligible_fen, left.sum_of(reckoning.basket.goods()))
        if is_taken and off_fen:
            reckoning = reckoning.without(coupon, Reason.NOT_COMBINABLE)
        elif off_fen:
            is_taken, step = True, Step("coupon", coupon.terms.name, -off_fen)
            reckoning = reckoning.after(step, left.less(places, off_fen), coupon.code)
        else:
            reckoning = reckoning.without(coupon, *_too_little(coupon.terms, eligible_fen))
    return reckoning


def order_off(terms: CouponKind, eligible_fen: int, goods_fen: int) -> int:
    """What an order coupon takes off; nothing below its threshold, never more than there is."""
    if eligible_fen < terms.threshold_fen:
        return 0
    if terms.discount_percent is None:
        off_fen = terms.amount_fen or 0
    else:
        off_fen = percent_off(eligible_fen, terms.discount_percent)
    return min(off_fen, terms.max_fen or off_fen, eligible_fen, goods_fen)


def _too_little(terms: CouponKind, eligible_fen: int) -> tuple[Reason, int]:
    if 0 < eligible_fen < terms.threshold_fen:
        return Reason.THRESHOLD, terms.threshold_fen - eligible_fen
    return Reason.NOTHING_ELIGIBLE, 0


def _after_points(reckoning: Reckoning, policy: PointsPolicy, points: int) -> Reckoning:
    if points == 0:
        return reckoning
    left, goods = reckoning.left, reckoning.basket.goods()
    check_offset(policy, left.sum_of(goods), points)
    off_fen = offset_fen(policy, points)
    # The label is a sentence of the shop's, not a name in its data: the caller puts it in.
    return reckoning.after(Step("points", "", -off_fen), left.less(goods, off_fen))


def _after_shipping(reckoning: Reckoning, goods: Left, coupons: Sequence[CouponCopy]) -> Reckoning:
    """Measured by the goods before points: points pay for goods, they do not make them fewer."""
    places, is_taken = reckoning.basket.shipping(), False
    for coupon in coupons:
        left, terms = reckoning.left, coupon.terms
        eligible_fen = goods.sum_of(reckoning.basket.covered(terms.scope))
        off_fen = shipping_off(terms, eligible_fen, min(left.sum_of(places), sum(left.fen)))
        if is_taken and off_fen:
            reckoning = reckoning.without(coupon, Reason.NOT_COMBINABLE)
        elif off_fen:
            is_taken, step = True, Step("shipping", terms.name, -off_fen)
            reckoning = reckoning.after(step, left.less(places, off_fen), coupon.code)
        elif left.sum_of(places):
            reckoning = reckoning.without(coupon, *_too_little(terms, eligible_fen))
        else:
            reckoning = reckoning.without(coupon, Reason.NOTHING_ELIGIBLE)
    return reckoning


def shipping_off(terms: CouponKind, eligible_fen: int, shipping_fen: int) -> int:
    """What a shipping coupon takes off the delivery; its goods have to be in the basket."""
    is_of_goods = bool(terms.scope.categories)
    if eligible_fen < terms.threshold_fen or (is_of_goods and eligible_fen == 0):
        return 0
    return min(terms.amount_fen or 0, shipping_fen)
