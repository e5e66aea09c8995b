"""What is due next (下一件事), so that a clock that is moved ahead stops where something happens.

Each says from which instant on a job may have anything to do; None where nothing waits.
"""

from datetime import datetime

from services.shop import Shop
from storage.upcoming import (
    earliest_claim_end,
    earliest_coupon_settlement,
    earliest_credit,
    earliest_escalation,
    earliest_hold_end,
    earliest_waiting,
    is_anything_leaving,
)


async def next_credit(shop: Shop) -> datetime | None:
    return await earliest_credit()


async def next_claim_end(shop: Shop) -> datetime | None:
    return await earliest_claim_end()


async def next_coupon_settlement(shop: Shop) -> datetime | None:
    return await earliest_coupon_settlement()


async def next_hold_end(shop: Shop) -> datetime | None:
    return await earliest_hold_end()


async def next_escalation(shop: Shop) -> datetime | None:
    return await earliest_escalation()


async def next_sending(after: datetime) -> datetime | None:
    """When a message that waits for its hour may leave."""
    return await earliest_waiting(after)


async def is_sending() -> bool:
    return await is_anything_leaving()
