"""Refused (拒绝): what a refusal leaves behind: nothing but a line in the audit trail."""

from typing import Any

from storage.sql import rows
from tests.shop import ShopUnderTest

TRAIL = ("audit_log", "audit_head")


async def everything(shop: ShopUnderTest) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table but the trail's: equal before and after means nothing changed."""
    return {name: held for name, held in (await shop.holdings()).items() if name not in TRAIL}


async def refused() -> list[str]:
    """What was refused so far, oldest first."""
    found = await rows("SELECT what FROM audit_log WHERE what LIKE 'refused.%' ORDER BY id")
    return [line["what"] for line in found]
