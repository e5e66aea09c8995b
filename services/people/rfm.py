"""RFM scores, refreshed once a week from twelve months of purchases (field-rules D8)."""

from datetime import timedelta

from loyalty.rfm import ENOUGH_BUYERS, ENOUGH_DAYS, WINDOW_DAYS
from services.shop import Shop
from storage.rfm import base_of, write_scores
from storage.transactions import transactional


@transactional
async def refresh_rfm(shop: Shop) -> int:
    """How many members have a score; a shop too young or too small is scored by fixed bounds."""
    now = shop.now()
    since = now - timedelta(days=WINDOW_DAYS)
    buyers, first_at = await base_of(since)
    if first_at is None:
        return 0
    enough = buyers >= ENOUGH_BUYERS and now - first_at >= timedelta(days=ENOUGH_DAYS)
    return await write_scores(shop.today(), since=since, now=now, by_percentile=enough)
