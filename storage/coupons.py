"""Rows of coupons (券) and of the counters that guard stock and limits."""

from datetime import date
from typing import Any

from storage.models import Coupon
from storage.sql import change, row, rows


async def take_from_counter(name: str, limit: int) -> bool:
    """Count one; False when the limit is reached. One statement decides (reliability 5.3)."""
    if limit < 1:
        return False
    return bool(
        await change(
            "INSERT INTO counters (name, used) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE"
            " SET used = counters.used + 1 WHERE counters.used < $2",
            name,
            limit,
        )
    )


async def give_back_to_counter(name: str) -> None:
    given = await change("UPDATE counters SET used = used - 1 WHERE name = $1 AND used > 0", name)
    assert given == 1, name


async def insert_coupon(**values: Any) -> None:
    await Coupon.create(**values)


async def coupon_by_key(key: str) -> dict[str, Any] | None:
    return await row("SELECT code, terms, ends_on FROM coupons WHERE key = $1", key)


async def usable_coupons_of(member_id: int, today: date) -> list[dict[str, Any]]:
    return await rows(
        "SELECT code, terms, ends_on FROM coupons WHERE member_id = $1 AND state = 'issued'"
        " AND starts_on <= $2 AND ends_on >= $2 ORDER BY ends_on, id",
        member_id,
        today.isoformat(),
    )
