"""The best price (最优组合): which of a member's coupons, and how many points, leave least to pay.

Every combination the classes allow is reckoned: any exchange coupons, one order coupon, one
shipping coupon, with and without points. Coupons of one effect are tried once, the soonest to
end first. Of combinations that cost the same the one with fewer points is better, then the one
with fewer coupons, then the one whose coupons end sooner.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from loyalty.baskets import Basket, Left
from loyalty.coupons import ITEM_KINDS, ORDER_KINDS, SHIPPING_KINDS, CouponCopy, effect_of
from loyalty.lower_prices import LowerPrices
from loyalty.offsets import most_points, offset_fen
from loyalty.prices import (
    cheapest_item,
    in_order,
    item_places,
    of_kinds,
    order_off,
    price_from,
    shipping_off,
)
from loyalty.shop_file.terms import CouponKind

Coupons = tuple[CouponCopy, ...]
# (coupons, the goods before points, all there is to pay before points)
Combination = tuple[Coupons, int, int]

# Of each class those that end first: who has more will use these first anyway.
MOST_ITEMS = 12
MOST_OF_A_CLASS = 40
# About so many combinations are looked at for one basket: a quote has to be quick.
MOST_WORK = 8_000


@dataclass(slots=True)
class Best:
    """The best combination so far."""

    payable_fen: int
    points: int = 0
    coupons: Coupons = ()

    @property
    def coupon_codes(self) -> tuple[str, ...]:
        return tuple(coupon.code for coupon in self.coupons)

    def consider(self, payable_fen: int, points: int, coupons: Coupons) -> None:
        # Most are dearer, and this is the innermost loop.
        if payable_fen <= self.payable_fen and self._is_beaten(payable_fen, points, coupons):
            self.payable_fen, self.points, self.coupons = payable_fen, points, coupons

    def _is_beaten(self, payable_fen: int, points: int, coupons: Coupons) -> bool:
        offered = (payable_fen, points, len(coupons), _ends(coupons))
        return offered < (self.payable_fen, self.points, len(self.coupons), _ends(self.coupons))


@dataclass(frozen=True, slots=True)
class Candidates:
    """The coupons worth trying on a basket, by class; of the last two at most one is used."""

    items: list[CouponCopy]
    orders: list[CouponCopy]
    shipping: list[CouponCopy]


@dataclass(slots=True)
class Goods:
    """A basket before points: `off_fen` of the order coupon is still to be shared over `left`."""

    left: Left
    coupons: Coupons
    goods_fen: int
    rest_fen: int
    off_fen: int = 0
    places: tuple[int, ...] = ()


def best_prices(
    lower: LowerPrices, coupons: Sequence[CouponCopy], *, balance: int
) -> tuple[Best, Best]:
    """The best with points out of this balance, and the best without any.

    Coupons must be usable here and now.
    """
    policy = lower.offers.points
    plain_fen = price_from(lower).payable_fen
    best, best_without = Best(plain_fen), Best(plain_fen)
    for used, goods_fen, rest_fen in _all_combinations(lower, coupons):
        points = most_points(policy, goods_fen, balance)
        best.consider(rest_fen - offset_fen(policy, points), points, used)
        best_without.consider(rest_fen, 0, used)
    return best, best_without


def _all_combinations(lower: LowerPrices, coupons: Sequence[CouponCopy]) -> Iterator[Combination]:
    """Those with the tier price, then those with a coupon that does not go with it."""
    mixing = [one for one in coupons if one.terms.with_tier_price]
    yield from _combinations(lower.basket, lower.tiered.left, mixing)
    if len(mixing) == len(coupons):
        return
    for combination in _combinations(lower.basket, lower.plain.left, coupons):
        if not all(one.terms.with_tier_price for one in combination[0]):
            yield combination


def _combinations(
    basket: Basket, left: Left, coupons: Sequence[CouponCopy]
) -> Iterator[Combination]:
    candidates = _candidates(basket, left, coupons)
    shipping_fen = left.sum_of(basket.shipping())
    for goods in _goods(basket, left, candidates):
        yield goods.coupons, goods.goods_fen, goods.rest_fen
        for coupon in candidates.shipping:
            off_fen = _shipping_off(basket, goods, coupon.terms, shipping_fen)
            if off_fen:
                yield (*goods.coupons, coupon), goods.goods_fen, goods.rest_fen - off_fen


def _goods(basket: Basket, left: Left, candidates: Candidates) -> Iterator[Goods]:
    """After every choice of exchange coupons, and then of an order coupon."""
    places = basket.goods()
    orders = [(coupon, basket.covered(coupon.terms.scope)) for coupon in candidates.orders]
    work = (1 + len(orders)) * (1 + len(candidates.shipping)) + len(basket.lines) // 4
    for items, after in _with_items(basket, left, candidates.items, most=MOST_WORK // work):
        goods_fen, rest_fen = after.sum_of(places), sum(after.fen)
        yield Goods(after, items, goods_fen, rest_fen)
        sums = {covered: after.sum_of(covered) for covered in {covered for _, covered in orders}}
        for coupon, covered in orders:
            off_fen = order_off(coupon.terms, sums[covered], goods_fen)
            if off_fen:
                used = (*items, coupon)
                yield Goods(after, used, goods_fen - off_fen, rest_fen - off_fen, off_fen, covered)


def _with_items(
    basket: Basket, left: Left, coupons: Sequence[CouponCopy], *, most: int
) -> list[tuple[Coupons, Left]]:
    """Every choice of exchange coupons with what it leaves, up to so many choices."""
    goods = basket.goods()
    # The effects a choice has passed over: a later coupon of the same effect is no other choice.
    choices: list[tuple[Coupons, Left, frozenset[object]]] = [((), left, frozenset())]
    for coupon in coupons[:MOST_ITEMS]:
        if 2 * len(choices) > most:
            break
        effect, places = effect_of(coupon.terms), item_places(basket, coupon.terms)
        more = []
        for taken, after, passed in choices:
            goods_fen = after.sum_of(goods)
            place = None if effect in passed else cheapest_item(after, places)
            if place is not None and goods_fen:
                more.append(((*taken, coupon), after.less_unit(place, goods_fen), passed))
        choices = [(taken, after, passed | {effect}) for taken, after, passed in choices] + more
    return [(taken, after) for taken, after, _ in choices]


def _shipping_off(basket: Basket, goods: Goods, terms: CouponKind, shipping_fen: int) -> int:
    eligible_fen = goods.goods_fen
    if terms.scope.categories or terms.scope.excluded_categories:
        after = goods.left.less(goods.places, goods.off_fen)
        eligible_fen = after.sum_of(basket.covered(terms.scope))
    return shipping_off(terms, eligible_fen, max(0, min(shipping_fen, goods.rest_fen)))


def _candidates(basket: Basket, left: Left, coupons: Sequence[CouponCopy]) -> Candidates:
    """Those that take something off by themselves: with others beside it no coupon takes more."""
    ordered, goods_fen = in_order(coupons), left.sum_of(basket.goods())

    def has_item(terms: CouponKind) -> bool:
        enough = left.sum_of(basket.covered(terms.scope)) >= terms.threshold_fen
        return enough and cheapest_item(left, item_places(basket, terms)) is not None

    def is_of_use(terms: CouponKind) -> bool:
        return order_off(terms, left.sum_of(basket.covered(terms.scope)), goods_fen) > 0

    has_shipping = left.sum_of(basket.shipping()) > 0
    return Candidates(
        items=[one for one in of_kinds(ordered, ITEM_KINDS) if has_item(one.terms)],
        orders=_one_of_each(
            [one for one in of_kinds(ordered, ORDER_KINDS) if is_of_use(one.terms)]
        ),
        shipping=_one_of_each(of_kinds(ordered, SHIPPING_KINDS) if has_shipping else []),
    )


def _one_of_each(coupons: Sequence[CouponCopy]) -> list[CouponCopy]:
    """Of coupons that do the same the first, which ends soonest."""
    firsts: dict[object, CouponCopy] = {}
    for coupon in coupons:
        firsts.setdefault(effect_of(coupon.terms), coupon)
    return list(firsts.values())[:MOST_OF_A_CLASS]


def _ends(coupons: Coupons) -> list[date]:
    return sorted(coupon.ends_on for coupon in coupons)
