"""The price of an amount (算价): what a member would pay for so much, told before paying."""

from dataclasses import dataclass

from loyalty.best_price import best_prices
from loyalty.lower_prices import lower_prices
from loyalty.price_hints import Hint, amount_only, nearest_hint
from loyalty.prices import Price, Step, price_from
from loyalty.scopes import Occasion
from loyalty.shop_file.reading import Tier
from services.purchases.pricing import means_of, offers_of, usable_on
from services.shop import Shop

__all__ = ["AmountPrice", "Hint", "Step", "price_of_amount"]


@dataclass(frozen=True, slots=True)
class AmountPrice:
    """`best` uses the points that help most; `hint` is what a little more would bring. `rules` is
    the version by which it was reckoned, `tier` the member's then."""

    rules: int
    tier: Tier
    best: Price
    without_points_fen: int
    hint: Hint | None


async def price_of_amount(shop: Shop, member_id: int, amount_fen: int) -> AmountPrice:
    """Two short reads; nothing is written.

    No store is known, so what holds only at some stores or for some goods is left out.
    """
    means = await means_of(shop, member_id)
    occasion = Occasion(day=shop.today(), tier=means.tier.code)
    offers = offers_of(shop, occasion, means.tier)
    coupons = usable_on(occasion, means.coupons)
    lower = lower_prices(amount_only(amount_fen), offers)
    best, best_without = best_prices(lower, coupons, balance=means.points)
    return AmountPrice(
        rules=shop.rules.version,
        tier=means.tier,
        best=price_from(lower, best.coupons, points=best.points),
        without_points_fen=best_without.payable_fen,
        hint=nearest_hint(amount_fen, offers, coupons),
    )
