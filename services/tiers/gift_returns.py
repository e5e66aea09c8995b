"""Entry gifts that go again (收回升级礼): the purchase that brought them was returned.

A gift of which something stays with the member or a friend counts as given: the rung brings no
second one within its months. What comes back later, of a basket released or returned, goes then.
"""

from collections.abc import Sequence
from datetime import timedelta

from loyalty.ledger import Unit, reverse_earning
from loyalty.points import claw_back
from loyalty.shop_file.reading import Tier
from loyalty.standings import RETURN_DAYS
from services.ledger.posting import is_posted, lock_accounts, post
from services.shop import Shop
from services.tiers.gifts import KEY, part_keys
from storage.coupons import void_coupons_of
from storage.ledger import open_lots
from storage.refunds import Earned, earnings_of, lapsed_of_lots, lots_of_earning
from storage.sql import Row
from storage.tier_gifts import end_if_nothing_is_left, undo_entry_gifts, void_if_undone


async def take_back_entry_gifts(shop: Shop, member_id: int, tiers: Sequence[Tier]) -> None:
    """What is left of the gifts of these rungs goes with the rise.

    A helper for use cases that hold the member's accounts. Points spent meanwhile are owed; of
    coupons what was used or given to a friend stays as it is.
    """
    names, today = {tier.code: tier.name for tier in tiers}, shop.today()
    given_from = today - timedelta(days=RETURN_DAYS)
    undone = await undo_entry_gifts(member_id, list(names), given_from=given_from, today=today)
    for gift in undone:
        keys = part_keys(gift["id"])
        await void_coupons_of(keys, member_id, shop.now())
        for earned in await earnings_of(keys):
            await _take_points_back(shop, member_id, earned, tier=names[gift["tier"]])
        await end_if_nothing_is_left(gift["id"], keys, today=today)


async def take_back_returned_coupon(shop: Shop, coupon: Row) -> bool:
    """Whether a coupon that was just given back ends because its entry gift was undone meanwhile.

    A helper for use cases that hold the coupon.
    """
    kind, *numbers = coupon["key"].split(":")
    if kind != KEY:
        return False
    gift_id = int(numbers[0])
    is_void = await void_if_undone(coupon["id"], gift_id)
    await end_if_nothing_is_left(gift_id, part_keys(gift_id), today=shop.today())
    return is_void


async def _take_points_back(shop: Shop, member_id: int, earned: Earned, *, tier: str) -> None:
    """Once a gift, also where its rung was reached and lost again; what lapsed is gone already."""
    key, accounts = f"back:{earned.transaction_id}", await lock_accounts(member_id, [Unit.POINTS])
    own_lots = await lots_of_earning(earned.lot_id)
    points = earned.points - await lapsed_of_lots(own_lots)
    if points <= 0 or await is_posted(key):
        return
    lots = await open_lots(accounts[Unit.POINTS].id)
    taken = claw_back(lots, points, own_lots=own_lots, today=shop.today())
    cause = {"what": "tier_gift_back", "tier": tier, "points": points, "rules": shop.rules.version}
    await post(
        shop,
        reverse_earning(member_id, taken, amounts={}, cause=cause),
        accounts,
        key=key,
        actor="system",
        occurred_at=shop.now(),
        reverses_id=earned.transaction_id,
    )
