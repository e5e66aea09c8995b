"""Entry gifts (升级礼): what reaching a rung brings, not twice for one rung within 24 months."""

from collections.abc import Sequence
from dataclasses import dataclass

from loyalty.shop_file.actions import MOST_ACTIONS
from loyalty.shop_file.reading import Tier
from loyalty.standings import GIFT_MONTHS, months_later
from services.coupons.issuing import IssuedCoupon, issue_coupon
from services.ledger.points import earn_points
from services.shop import Shop
from storage.tier_gifts import keep_entry_gift, take_entry_gift

KEY = "tier_gift"


@dataclass(frozen=True, slots=True)
class EntryGifts:
    points: int = 0
    coupons: tuple[IssuedCoupon, ...] = ()


NO_GIFTS = EntryGifts()


async def give_entry_gifts(shop: Shop, member_id: int, tiers: Sequence[Tier]) -> EntryGifts:
    """The gifts of all rungs reached at once, the skipped ones included. Of what was given before
    the member keeps what a return has left of it.

    A helper for use cases that hold the member's accounts.
    """
    today = shop.today()
    points, coupons = 0, list[IssuedCoupon]()
    for tier in tiers:
        since = months_later(today, -GIFT_MONTHS)
        gift_id = tier.gifts and await take_entry_gift(
            member_id, tier.code, today=today, not_since=since
        )
        if not gift_id:
            await keep_entry_gift(member_id, tier.code, not_since=since)
            continue
        cause = {"what": "tier_gift", "tier": tier.name, "rules": shop.rules.version}
        for ordinal, (name, value) in enumerate(tier.gifts, 1):
            key = f"{KEY}:{gift_id}:{ordinal}"
            if name == "coupon":
                coupon = await issue_coupon(shop, member_id, str(value), key=key, cause=cause)
                coupons += [coupon] if coupon else []
            else:
                points += int(value)
                await earn_points(
                    shop, member_id, int(value), key=key, cause=cause, occurred_at=shop.now()
                )
    return EntryGifts(points, tuple(coupons))


def part_keys(gift_id: int) -> list[str]:
    """The keys of all postings and coupons that an entry gift may have brought."""
    return [f"{KEY}:{gift_id}:{ordinal}" for ordinal in range(1, MOST_ACTIONS + 1)]
