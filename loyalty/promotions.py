"""Price promotions (满减、折扣、套餐): what they take off a basket without anybody asking.

A line takes part in one promotion. Of those that could have it the one that takes most off goes
first, then the next on the lines that remain; of equals the one the shop file names first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from loyalty.baskets import Basket, Left, percent_off, untouched
from loyalty.money import split_fen
from loyalty.shop_file.terms import Promotion

# (place of a line, units of it that are not in a bundle yet)
Stack = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Cut:
    """What one promotion takes off, by line; `places` are all lines that counted for it."""

    promotion: Promotion
    shares: dict[int, int]
    places: frozenset[int] = frozenset()

    @property
    def off_fen(self) -> int:
        return sum(self.shares.values())


@dataclass(frozen=True, slots=True)
class Promoted:
    left: Left
    cuts: tuple[Cut, ...] = ()

    @property
    def off_fen(self) -> int:
        return sum(cut.off_fen for cut in self.cuts)


def promoted(basket: Basket, promotions: Sequence[Promotion]) -> Promoted:
    """The basket after the promotions that hold for it."""
    left, cuts = untouched(basket), list[Cut]()
    waiting = [(promotion, frozenset(basket.covered(promotion.scope))) for promotion in promotions]
    while waiting:
        possible = [_cut(basket, left, promotion, places) for promotion, places in waiting]
        best = max(possible, key=lambda cut: cut.off_fen)
        if best.off_fen == 0:
            break
        left = left.less_each(best.shares)
        cuts.append(best)
        waiting = [
            (promotion, places - best.places)
            for (promotion, places), cut in zip(waiting, possible, strict=True)
            if cut is not best and cut.off_fen > 0
        ]
    return Promoted(left, tuple(cuts))


def promotion_gap(basket: Basket, promotion: Promotion) -> int:
    """What eligible goods lack to the threshold; zero without such goods, or with enough."""
    eligible_fen = untouched(basket).sum_of(basket.covered(promotion.scope))
    return max(0, promotion.threshold_fen - eligible_fen) if eligible_fen else 0


def _cut(basket: Basket, left: Left, promotion: Promotion, free: frozenset[int]) -> Cut:
    places = sorted(free)
    eligible_fen, goods_fen = left.sum_of(places), left.sum_of(basket.goods())
    if eligible_fen == 0 or eligible_fen < promotion.threshold_fen:
        return Cut(promotion, {})
    if promotion.kind == "bundle":
        shares = _bundle_shares(basket, left, promotion, places)
        # Where returned goods make the basket cheaper than the bundles in it, there are none.
        fits = sum(shares.values()) <= goods_fen
        return Cut(promotion, shares if fits else {}, frozenset(shares))
    off_fen = min(_off_fen(promotion, eligible_fen), eligible_fen, goods_fen)
    after = left.less(places, off_fen)
    shares = {place: left.fen[place] - after.fen[place] for place in places}
    return Cut(promotion, shares, free)


def _off_fen(promotion: Promotion, eligible_fen: int) -> int:
    if promotion.discount_percent is not None:
        return percent_off(eligible_fen, promotion.discount_percent)
    assert promotion.amount_fen is not None, promotion.code
    every = promotion.every and promotion.threshold_fen > 0
    return promotion.amount_fen * (eligible_fen // promotion.threshold_fen if every else 1)


def _bundle_shares(
    basket: Basket, left: Left, promotion: Promotion, places: Sequence[int]
) -> dict[int, int]:
    """One unit of each sku for the bundle's price, as often as it helps; dearest units first."""
    assert promotion.price_fen is not None, promotion.code
    stacks = [_dearest_first(basket, left, sku, places) for sku in promotion.skus]
    shares: dict[int, int] = {}
    while all(stacks):
        prices = [left.unit_fen(stack[0][0]) for stack in stacks]
        off_fen = sum(prices) - promotion.price_fen
        if off_fen <= 0:
            break
        sets = min(stack[0][1] for stack in stacks)
        for stack, share in zip(stacks, split_fen(off_fen * sets, prices), strict=True):
            shares[stack[0][0]] = shares.get(stack[0][0], 0) + share
        stacks = [_without(stack, sets) for stack in stacks]
    return shares


def _dearest_first(basket: Basket, left: Left, sku: str, places: Sequence[int]) -> Stack:
    mine = [place for place in places if basket.lines[place].sku == sku and left.fen[place] > 0]
    dearest_first = sorted(mine, key=lambda place: -left.unit_fen(place))
    return [(place, left.units[place]) for place in dearest_first]


def _without(stack: Stack, sets: int) -> Stack:
    place, units = stack[0]
    return [(place, units - sets), *stack[1:]] if units > sets else stack[1:]
