"""After merges (合并善后), by night: what came late follows, details nobody can need are erased."""

from functools import partial

from services.each import each_of
from services.shop import Shop
from storage.merge_upkeep import forget_details_of, hand_late_rows, merged_to_forget
from storage.transactions import transactional

BATCH = 200


async def look_after_merges(shop: Shop) -> int:
    """How many merged members' details were erased: the days to part them are over."""
    await follow_late(shop)
    forgotten, last_id = 0, 0
    while batch := await merged_to_forget(shop.now(), after=last_id, limit=BATCH):
        last_id = batch[-1]
        forgotten += await each_of(batch, partial(_forget_one, shop))
    return forgotten


async def _forget_one(shop: Shop, member_id: int) -> bool:
    await forget_merged(shop, member_id)
    return True


@transactional
async def follow_late(shop: Shop) -> int:
    """A coupon or notice given in the moment of the merge finds who the member has become."""
    return await hand_late_rows()


@transactional
async def forget_merged(shop: Shop, member_id: int) -> None:
    await forget_details_of(member_id)
