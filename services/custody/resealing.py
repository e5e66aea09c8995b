"""Sealing anew (换密钥): after a rotation every sealed value moves to the current key.

Resumable: what is under the current key is left alone. An old key may go when nothing is left
under it.
"""

from services.shop import Shop
from storage.sealed_columns import (
    SEALED_COLUMNS,
    SealedColumn,
    SealedValue,
    replace_sealed,
    sealed_values,
)
from storage.sealing import needs_reseal, seal_bytes, unseal_bytes
from storage.transactions import transactional


async def count_under_old_keys(shop: Shop) -> dict[str, int]:
    """How many values each purpose still has under an older key than its current one."""
    counts: dict[str, int] = {}
    for place in SEALED_COLUMNS:
        async for page in sealed_values(place):
            stale = sum(_is_stale(shop, place, found) for found in page)
            counts[place.purpose] = counts.get(place.purpose, 0) + stale
    return counts


async def reseal_all(shop: Shop) -> int:
    """Seal every value anew that is under an older key; how many there were."""
    moved = 0
    for place in SEALED_COLUMNS:
        async for page in sealed_values(place):
            stale = [found for found in page if _is_stale(shop, place, found)]
            if stale:
                moved += await reseal_page(shop, place, stale)
    return moved


@transactional
async def reseal_page(shop: Shop, place: SealedColumn, stale: list[SealedValue]) -> int:
    moved = 0
    for found in stale:
        where = {"table": place.table, "column": place.column, "row": found.row}
        plain = unseal_bytes(shop.keys, found.value, purpose=place.purpose, **where)
        sealed = seal_bytes(shop.keys, plain, purpose=place.purpose, **where)
        moved += await replace_sealed(place, found, sealed)
    return moved


def _is_stale(shop: Shop, place: SealedColumn, found: SealedValue) -> bool:
    return needs_reseal(found.value, shop.keys, purpose=place.purpose)
