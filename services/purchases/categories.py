"""Purchases by category of goods (品类消费): kept with the purchase, so that 买过=生鲜 is found."""

from loyalty.refunds import NOTHING_RETURNED, ExactFen, Returned, Sale, values_left
from services.purchases.facts import PurchaseRow, returned_of, sale_of
from services.shop import Shop
from storage.counters import add_to_counter, used_of
from storage.purchase_categories import purchases_after, put_categories
from storage.transactions import transactional

BATCH = 500
READ_THROUGH = "purchase-categories"


async def keep_categories(purchase_id: int, sale: Sale, returned: Returned) -> None:
    """What of the purchase stands for each category after these refunds; one statement.

    A helper for use cases.
    """
    await put_categories(purchase_id, category_amounts(sale, returned))


def category_amounts(sale: Sale, returned: Returned = NOTHING_RETURNED) -> dict[str, int]:
    """In whole fen; goods without a category are in none."""
    left: dict[str, ExactFen] = {}
    for line, value in zip(sale.lines, values_left(sale, returned), strict=True):
        if line.category:
            left[line.category] = left.get(line.category, 0) + value
    return {category: int(value) for category, value in left.items()}


async def read_categories(shop: Shop) -> int:
    """Purchases from before categories were kept; the next run goes on behind the last one."""
    done = 0
    while batch := await purchases_after(await used_of(READ_THROUGH), BATCH):
        await _read_batch(batch)
        done += len(batch)
    return done


@transactional
async def _read_batch(batch: list[PurchaseRow]) -> None:
    for purchase in batch:
        returned = await returned_of(purchase) if purchase["refunded_fen"] else NOTHING_RETURNED
        amounts = category_amounts(sale_of(purchase), returned)
        await put_categories(purchase["id"], amounts, replaces=False)
    reached = batch[-1]["id"] - await used_of(READ_THROUGH)
    await add_to_counter(READ_THROUGH, reached)
