"""Activities after a merge (合并后的报名): who had two places has the better one.

A helper for use cases that hold the accounts of both.
"""

from loyalty.activities import COMING, SignupState, better_of
from services.activities.signups import locked_activity, release_place
from services.activities.whats_on import activity_numbered
from services.shop import Shop
from storage.activity_signups import put_places, shared_activities, signup_of
from storage.sql import Row


async def join_places(shop: Shop, merge_id: int, kept_id: int, merged_id: int) -> None:
    """Before rows go from one to the other: the merged member's other place is given up."""
    for line in await shared_activities(kept_id, merged_id):
        await _join(shop, line["activity_id"], kept_id, merged_id, key=f"merge:{merge_id}")


async def _join(shop: Shop, activity_id: int, kept_id: int, merged_id: int, *, key: str) -> None:
    activity = await locked_activity(shop, await activity_numbered(shop, activity_id))
    kept, merged = await _both(activity_id, kept_id, merged_id)
    if kept["state"] != merged["state"]:
        if better_of(kept["state"], merged["state"]) == merged["state"]:
            await _swap(kept, merged)
    elif kept["state"] == SignupState.WAITING and merged["queue_no"] < kept["queue_no"]:
        await _swap(kept, merged)
    _, merged = await _both(activity_id, kept_id, merged_id)
    if merged["state"] in COMING:
        await release_place(shop, activity, merged, key=f"{key}:{merged['id']}")


async def _swap(one: Row, other: Row) -> None:
    await put_places(one["id"], other)
    await put_places(other["id"], one)


async def _both(activity_id: int, kept_id: int, merged_id: int) -> tuple[Row, Row]:
    kept = await signup_of(activity_id, kept_id)
    merged = await signup_of(activity_id, merged_id)
    assert kept is not None
    assert merged is not None
    return kept, merged
