"""Visitors of pages (访客): people without a name yet, limited by their address."""

from loyalty.receipts import TooManyReceiptTries
from services.shop import Shop
from storage.limits import RECEIPT_FAILURES_PER_ADDRESS, is_spent, is_within


async def check_visitor(shop: Shop, address: str) -> None:
    """Raise TooManyReceiptTries when this address has tried too many bad receipts."""
    if await is_spent(shop.cache, RECEIPT_FAILURES_PER_ADDRESS, address):
        raise TooManyReceiptTries


async def count_failure(shop: Shop, address: str) -> None:
    await is_within(shop.cache, RECEIPT_FAILURES_PER_ADDRESS, address)
