"""What more goods would do (凑单): the nearest coupon or promotion whose threshold is missed."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from loyalty.baskets import Basket, Line
from loyalty.best_price import best_prices
from loyalty.coupons import CouponCopy, effect_of
from loyalty.lower_prices import Offers, lower_prices
from loyalty.prices import price, price_from
from loyalty.promotions import promotion_gap
from loyalty.shop_file.terms import Promotion

GapAt = Callable[[int], int]

# A gap shrinks at least by its tier percentage each time it is filled up.
MOST_TRIES = 40
# Of several missed thresholds the nearest few are looked at.
MOST_HINTS = 5


@dataclass(frozen=True, slots=True)
class Hint:
    """With `more_fen` of goods on top, `name` counts and `payable_fen` is what is to be paid."""

    name: str
    more_fen: int
    payable_fen: int


def amount_only(amount_fen: int) -> Basket:
    """A basket of which only the amount is known: whatever asks for certain goods stays out."""
    return Basket((Line(sku="", name="", category="", quantity=1, amount_fen=amount_fen),))


def nearest_hint(amount_fen: int, offers: Offers, coupons: Sequence[CouponCopy]) -> Hint | None:
    """The smallest addition, no larger than the amount itself, by which a better offer counts.

    Coupons must be usable here and now. Points are left out: they can be used in any case.
    """
    gaps = sorted(_gaps(amount_fen, offers, coupons), key=lambda gap: gap[0])
    for more_fen, name in gaps[:MOST_HINTS]:
        lower = lower_prices(amount_only(amount_fen + more_fen), offers)
        _, best = best_prices(lower, coupons, balance=0)
        told = price_from(lower, best.coupons)
        if name in [step.label for step in told.steps]:
            return Hint(name, more_fen, told.payable_fen)
    return None


def _gaps(
    amount_fen: int, offers: Offers, coupons: Iterable[CouponCopy]
) -> Iterator[tuple[int, str]]:
    missed: list[tuple[str, GapAt]] = [
        (promotion.name, partial(_promotion_gap, promotion)) for promotion in offers.promotions
    ]
    for coupon in {effect_of(coupon.terms): coupon for coupon in coupons}.values():
        missed.append((coupon.terms.name, partial(_coupon_gap, offers, coupon)))
    for name, gap_at in missed:
        more_fen = _filled_up(amount_fen, gap_at)
        if 0 < more_fen <= amount_fen:
            yield more_fen, name


def _promotion_gap(promotion: Promotion, amount_fen: int) -> int:
    return promotion_gap(amount_only(amount_fen), promotion)


def _coupon_gap(offers: Offers, coupon: CouponCopy, amount_fen: int) -> int:
    return sum(one.gap_fen for one in price(amount_only(amount_fen), offers, [coupon]).unused)


def _filled_up(amount_fen: int, gap_at: GapAt) -> int:
    """How much more has to be bought: by a tier price ten yuan more on the shelf are less here."""
    more_fen = 0
    for _ in range(MOST_TRIES):
        gap_fen = gap_at(amount_fen + more_fen)
        if gap_fen == 0:
            return more_fen
        more_fen += gap_fen
    return 0
