"""Pricing (计价): what a member can bring to a basket, at a till or in a chat, and what is on."""

from collections.abc import Iterable
from dataclasses import dataclass

from loyalty.coupons import CouponCopy, coupon_copy, why_not
from loyalty.lower_prices import Offers, Unused, offers_at
from loyalty.scopes import Occasion
from loyalty.shop_file.reading import Tier
from loyalty.tiers import place_of, rungs_of
from services.org.tills import Till
from services.shop import Shop
from storage.coupons import coupons_of
from storage.quotes import read_means

# Those that end first; nobody reads more of them off a screen.
MOST_COUPONS = 100


@dataclass(frozen=True, slots=True)
class Means:
    """What a member can bring; `coupons` are all there are, usable today or not."""

    tier: Tier
    points: int
    coupons: tuple[CouponCopy, ...]


async def means_of(shop: Shop, member_id: int) -> Means:
    """Two short reads."""
    found = await read_means(member_id, shop.today())
    rungs = rungs_of(shop.rules.tiers)
    has_moved = found["tier"] is not None
    tier = rungs[place_of(rungs, found["tier"], found["growth"])] if has_moved else rungs[0]
    stored = await coupons_of(member_id, shop.today())
    coupons = tuple(coupon_copy(row) for row in stored[:MOST_COUPONS])
    return Means(tier, max(0, int(found["points"])), coupons)


def occasion_at(shop: Shop, till: Till, tier: Tier | None) -> Occasion:
    """Here and now; without a member nothing that asks for a tier holds."""
    place = shop.rules.places[till.store_id]
    return Occasion(
        day=shop.today(),
        store=place.store,
        region=place.region,
        tier=tier.code if tier else "",
    )


def offers_of(shop: Shop, occasion: Occasion, tier: Tier | None) -> Offers:
    return offers_at(occasion, shop.rules.promotions, tier, shop.rules.points)


def usable_on(occasion: Occasion, coupons: Iterable[CouponCopy]) -> list[CouponCopy]:
    return [coupon for coupon in coupons if why_not(coupon, occasion) is None]


def refused_on(occasion: Occasion, coupons: Iterable[CouponCopy]) -> list[Unused]:
    """Those that are no good here and now, each with its reason."""
    reasons = ((coupon.code, why_not(coupon, occasion)) for coupon in coupons)
    return [Unused(code, reason) for code, reason in reasons if reason is not None]
