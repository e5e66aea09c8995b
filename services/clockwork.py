"""Moving the business clock (拨表): forward only, alike for every process, kept over restarts."""

from datetime import datetime, timedelta

from services.shop import Shop
from storage.shop import move_clock_offset
from storage.transactions import transactional


async def keep_offset(shop: Shop, business_now: datetime) -> None:
    """Make it `business_now`. A time that is over already changes nothing."""
    offset = business_now - shop.clock.machine_now()
    offset_ms = offset // timedelta(milliseconds=1)
    # This process jumps when all others can: the clock is never set back.
    if offset_ms > 0 and await _keep(offset_ms):
        shop.clock.jump_to_offset_ms(offset_ms)


@transactional
async def _keep(offset_ms: int) -> bool:
    return await move_clock_offset(offset_ms)
