"""The tour of the clock (定时巡店): what was planned and missed."""

from datetime import timedelta

from services.jobs import TOO_LATE, skip
from tests.shop import ShopUnderTest


async def miss_an_hour(shop: ShopUnderTest) -> None:
    planned_at = shop.shop.now() - timedelta(hours=2)
    await skip(shop.shop, "campaign:tea", [(planned_at, TOO_LATE)], worker="tour", asks="周三茶歇")
