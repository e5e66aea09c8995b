"""Entry gifts (升级礼): what reaching a rung brings, not twice for one rung within 24 months."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from loyalty.ledger import Unit, reverse_earning
from loyalty.points import claw_back
from loyalty.shop_file import Tier
from loyalty.standings import GIFT_MONTHS, RETURN_DAYS, months_later
from services.coupons import IssuedCoupon, issue_coupon
from services.ledger import lock_accounts, post
from services.points import earn_points
from services.shop import Shop
from storage.coupons import void_coupons_of
from storage.ledger import open_lots
from storage.refunds import Earned, earnings_of
from storage.tier_gifts import end_entry_gifts, take_entry_gift


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
        gift_id = tier.gifts and await take_entry_gift(
            member_id, tier.code, today=today, not_since=since
        )
        if not gift_id:
            continue
        cause = {"what": "tier_gift", "tier": tier.name, "rules": shop.rules.version}
        for ordinal, (name, value) in enumerate(tier.gifts, 1):
            key = f"tier_gift:{gift_id}:{ordinal}"
            if name == "coupon":
                coupon = await issue_coupon(shop, member_id, str(value), key=key, cause=cause)
                coupons += [coupon] if coupon else []
            else:
                points += int(value)
                await earn_points(
                    shop, member_id, int(value), key=key, cause=cause, occurred_at=shop.now()
                )
    return EntryGifts(points, tuple(coupons))


async def take_back_entry_gifts(shop: Shop, member_id: int, tiers: Sequence[Tier]) -> None:
    """The purchase that brought these gifts was returned: what is left of them goes, too.

    A helper for use cases that hold the member's accounts. Points spent meanwhile are owed; of
    coupons what was used or given to a friend stays as it is.
    """
    names = {tier.code: tier.name for tier in tiers}
    given_from = shop.today() - timedelta(days=RETURN_DAYS)
    ended = await end_entry_gifts(member_id, list(names), given_from=given_from, today=shop.today())
    for gift in ended:
        prefix = f"tier_gift:{gift['id']}:"
        await void_coupons_of(prefix, member_id)
        for earned in await earnings_of(prefix):
            await _take_points_back(shop, member_id, earned, tier=names[gift["tier"]])


async def _take_points_back(shop: Shop, member_id: int, earned: Earned, *, tier: str) -> None:
    accounts = await lock_accounts(member_id, [Unit.POINTS])
    lots = await open_lots(accounts[Unit.POINTS].id)
    taken = claw_back(lots, earned.points, source_lot_id=earned.lot_id, today=shop.today())
    cause = {
        "what": "tier_gift_back",
        "tier": tier,
        "points": earned.points,
        "rules": shop.rules.version,
    }
    await post(
        shop,
        reverse_earning(member_id, taken, amounts={}, cause=cause),
        accounts,
        key=f"back:{earned.transaction_id}",
        actor="system",
        occurred_at=shop.now(),
        reverses_id=earned.transaction_id,
    )
