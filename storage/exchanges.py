"""Rows of exchanges (兑换): points given for a coupon."""

from datetime import date
from typing import Any

from storage.sql import Row, change, insert, row, rows


async def insert_exchange(**values: Any) -> None:
    await insert("exchanges", {**values, "state": "done"})


async def exchange_by_key(key: str) -> Row | None:
    return await row(
        "SELECT e.points, c.code, c.kind, c.terms, c.state, c.uses_left, c.offered_at,"
        " c.starts_on, c.ends_on FROM exchanges e JOIN coupons c ON c.id = e.coupon_id"
        " WHERE e.key = $1",
        key,
    )


async def lapsed_exchanges(today: date, limit: int, *, after: int) -> list[Row]:
    """Exchanges whose points were promised back and whose coupon is over, in order of number."""
    return await rows(
        "SELECT e.id, e.key, e.member_id, e.reward, e.points, c.code, c.terms FROM exchanges e"
        " JOIN coupons c ON c.id = e.coupon_id WHERE e.returns_points AND e.state = 'done'"
        " AND c.state = 'issued' AND c.ends_on < $1 AND e.id > $2 ORDER BY e.id LIMIT $3",
        today.isoformat(),
        after,
        limit,
    )


async def return_exchange(exchange_id: int) -> bool:
    """False when its points went back before."""
    return bool(
        await change(
            "UPDATE exchanges SET state = 'returned' WHERE id = $1 AND state = 'done'", exchange_id
        )
    )
