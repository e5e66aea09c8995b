"""Limits after a merge (合并后的限额): what both had of something with a limit counts together.

All of these are helpers for use cases.
"""

import json
from collections import Counter
from collections.abc import Mapping

from services.purchases.claim_limits import counters_of_claims
from services.purchases.facts import day_counter
from services.shop import Shop
from storage.counters import add_to_counter, counters_of, give_back_to_counter
from storage.merges import limited_purchases_of


async def add_up_limits(shop: Shop, merge_id: int, kept_id: int, merged_id: int) -> None:
    """After the purchases came. The merged member's counters stay, for nobody uses them now."""
    for name, used in (await _used_by_merged(shop, kept_id, merged_id)).items():
        await add_to_counter(name, used)
    for name, points in (await _points_of_days(merge_id, kept_id, of_member=kept_id)).items():
        await add_to_counter(name, points)


async def part_limits(shop: Shop, merge_id: int, kept_id: int, merged_id: int) -> None:
    """Before the purchases go back: what refunds have taken off since is off for good."""
    for name, used in (await _used_by_merged(shop, kept_id, merged_id)).items():
        await give_back_to_counter(name, used)
    for name, points in (await _points_of_days(merge_id, kept_id, of_member=kept_id)).items():
        await give_back_to_counter(name, points)
    points_now = await _points_of_days(merge_id, kept_id, of_member=merged_id)
    for name, used in (await counters_of(list(points_now))).items():
        await give_back_to_counter(name, used - min(used, points_now[name]))


async def _used_by_merged(shop: Shop, kept_id: int, merged_id: int) -> Mapping[str, int]:
    """Of coupon kinds, rewards and today's claims: the kept member's counters, and what the merged
    one used."""
    kinds = [f"coupon:{code}:member" for code in shop.rules.coupon_kinds]
    rewards = [f"reward:{reward.code}:member" for reward in shop.rules.rewards]
    names = {f"{name}:{merged_id}": f"{name}:{kept_id}" for name in kinds + rewards}
    of_both = (counters_of_claims(shop, merged_id), counters_of_claims(shop, kept_id))
    names |= dict(zip(*of_both, strict=True))
    used = await counters_of(list(names))
    return {names[name]: number for name, number in used.items() if number}


async def _points_of_days(merge_id: int, kept_id: int, *, of_member: int) -> Mapping[str, int]:
    """Counters of points a day for this member, with what the purchases that came stand for."""
    points: Counter[str] = Counter()
    for purchase in await limited_purchases_of(merge_id, kept_id):
        if json.loads(purchase["earning"])["day_allowance"] is not None:
            points[day_counter(of_member, purchase)] += purchase["points_standing"]
    return points
