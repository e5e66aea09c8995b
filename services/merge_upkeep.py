"""After merges (合并善后), by night: what came late follows, details nobody can need are erased."""

from services.shop import Shop
from storage.merge_upkeep import forget_details_of, hand_late_rows, merged_to_forget
from storage.transactions import transactional

BATCH = 200


async def look_after_merges(shop: Shop) -> int:
    """How many merged members' details were erased: the days to part them are over."""
    await follow_late(shop)
    forgotten = 0
    while batch := await merged_to_forget(shop.now(), BATCH):
        for member_id in batch:
            await forget_merged(shop, member_id)
        forgotten += len(batch)
    return forgotten


@transactional
async def follow_late(shop: Shop) -> int:
    """A coupon or notice given in the moment of the merge finds who the member has become."""
    return await hand_late_rows()


@transactional
async def forget_merged(shop: Shop, member_id: int) -> None:
    await forget_details_of(member_id)
