"""Entry gifts (升级礼): what reaching a rung brings, not twice for one rung within 24 months."""

from collections.abc import Sequence
from dataclasses import dataclass

from loyalty.shop_file import Tier
from loyalty.standings import GIFT_MONTHS, months_later
from services.coupons import IssuedCoupon, issue_coupon
from services.points import earn_points
from services.shop import Shop
from storage.tiers import take_gift


@dataclass(frozen=True, slots=True)
class EntryGifts:
    points: int = 0
    coupons: tuple[IssuedCoupon, ...] = ()


NO_GIFTS = EntryGifts()


async def give_entry_gifts(shop: Shop, member_id: int, tiers: Sequence[Tier]) -> EntryGifts:
    """The gifts of all rungs reached at once, the skipped ones included.

    A helper for use cases that hold the member's accounts.
    """
    today = shop.today()
    points, coupons = 0, list[IssuedCoupon]()
    for tier in tiers:
        since = months_later(today, -GIFT_MONTHS)
        if not tier.gifts or not await take_gift(
            member_id, tier.code, today=today, not_since=since
        ):
            continue
        cause = {"what": "tier_gift", "tier": tier.name, "rules": shop.rules.version}
        for ordinal, (name, value) in enumerate(tier.gifts, 1):
            key = f"tier_gift:{member_id}:{tier.code}:{today}:{ordinal}"
            if name == "coupon":
                coupon = await issue_coupon(shop, member_id, str(value), key=key, cause=cause)
                coupons += [coupon] if coupon else []
            else:
                points += int(value)
                await earn_points(
                    shop, member_id, int(value), key=key, cause=cause, occurred_at=shop.now()
                )
    return EntryGifts(points, tuple(coupons))
