"""Digests of details (资料索引) that came without one: imported, or from before filters."""

from services.audiences.keys import INDEXED, detail_index
from services.details.keeping import unsealed
from services.shop import Shop
from storage.details import details_without_index, index_detail
from storage.sql import Row
from storage.transactions import transactional

BATCH = 500


async def index_details(shop: Shop) -> int:
    done, after = 0, 0
    while batch := await details_without_index(INDEXED, after=after, limit=BATCH):
        done += await _index_batch(shop, batch)
        after = batch[-1]["id"]
    return done


@transactional
async def _index_batch(shop: Shop, batch: list[Row]) -> int:
    done = 0
    for line in batch:
        value = unsealed(shop, line["member_id"], line["name"], line["value_sealed"])
        index = detail_index(shop, line["name"], value)
        assert index is not None, line["name"]
        done += await index_detail(line["id"], index)
    return done
