"""Home stores (归属门店): a member belongs to the store of the first purchase.

By a job, so that no purchase pays for it: until then the purchase itself says who may find them.
"""

from services.shop import Shop
from storage.home_stores import members_without_home, settle_between
from storage.transactions import transactional

BATCH = 1_000


async def settle_home_stores(shop: Shop) -> int:
    """Give everybody a home store who has bought and has none; how many."""
    settled = last = 0
    while batch := await members_without_home(after=last, limit=BATCH):
        last = batch[-1]
        settled += await settle_batch(batch[0], last)
    return settled


@transactional
async def settle_batch(first: int, last: int) -> int:
    return await settle_between(first, last)
