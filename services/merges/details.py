"""The profile after a merge (合并后的资料): what the kept member lacks comes from the merged one.

All of these are helpers for use cases. The merged member's own rows stay as they were, until the
days in which both can be parted are over.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.details.keeping import DetailChange, keep_detail, plain_details
from services.messages.contact_choices import join_choices
from services.shop import Shop
from storage.details import mark_verified
from storage.instants import from_ms
from storage.merge_consents import give_consents_back, take_over_consents
from storage.merges import empty_places, fill_places, verify_phone_again
from storage.sql import Row

PLACES = ("home_store_id", "region_id")
# The region follows from the district wherever one is written.
BY = "merge"


async def complete_profile(
    shop: Shop, merge_id: int, members: Mapping[int, Row], kept_id: int, merged_id: int
) -> dict[str, Any]:
    """Fill what is empty; what is to be taken out again when they are parted."""
    kept, merged = members[kept_id], members[merged_id]
    mine, theirs = await plain_details(shop, kept_id), await plain_details(shop, merged_id)
    proven_ms = merged["phone_verified_at"]
    taken = [name for name in theirs if name not in mine]
    for name in taken:
        at = from_ms(proven_ms) if name == "phone" and proven_ms is not None else None
        await _take(shop, merge_id, kept_id, name, theirs[name], at)
    places = [name for name in PLACES if kept[name] is None and merged[name] is not None]
    await fill_places(kept_id, merged_id)
    await take_over_consents(kept_id, merged_id, key=_key(merge_id), now=shop.now())
    await join_choices(shop, kept_id, merged_id, key=_key(merge_id))
    return {"details": taken, "places": places, "phone_verified_at": proven_ms}


async def _take(
    shop: Shop, merge_id: int, kept_id: int, name: str, value: str, at: datetime | None
) -> None:
    change = DetailChange(kept_id, name, value, _key(merge_id), BY, verified_at=at)
    await keep_detail(shop, change)
    # Nobody has said today that it is right.
    await mark_verified(kept_id, [name], None)


async def part_profile(
    shop: Shop, merge_id: int, kept_id: int, merged_id: int, *, taken: Mapping[str, Any]
) -> None:
    """What was taken over and is as it came goes; the merged member's own was there all along."""
    mine, theirs = await plain_details(shop, kept_id), await plain_details(shop, merged_id)
    key = f"unmerge:{merge_id}"
    for name in taken["details"]:
        if name in mine and mine[name] == theirs.get(name):
            await keep_detail(shop, DetailChange(kept_id, name, None, key, BY))
    await empty_places(kept_id, taken["places"])
    if taken["phone_verified_at"] is not None:
        await verify_phone_again(merged_id, taken["phone_verified_at"])
    await give_consents_back(kept_id, taken_key=_key(merge_id), key=key, now=shop.now())


def _key(merge_id: int) -> str:
    return f"merge:{merge_id}"
