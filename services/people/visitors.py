"""Visitors of pages (访客): people without a name yet, limited by their address."""

from loyalty.receipts import ReceiptRefused, TooManyReceiptTries
from services.shop import Shop
from storage.limits import (
    GIFT_FAILURES_PER_ADDRESS,
    RECEIPT_FAILURES_PER_ADDRESS,
    is_within,
)


async def too_many_or(shop: Shop, refusal: ReceiptRefused, address: str) -> ReceiptRefused:
    """Count a refused link; past the address's limit the refusal turns into "too many tries"."""
    if await is_within(shop.cache, RECEIPT_FAILURES_PER_ADDRESS, address):
        return refusal
    return TooManyReceiptTries()


async def is_guessing_gifts(shop: Shop, address: str) -> bool:
    """Count a gift link that nobody made; whether this address is past its limit."""
    return not await is_within(shop.cache, GIFT_FAILURES_PER_ADDRESS, address)
