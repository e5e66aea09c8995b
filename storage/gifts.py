"""Rows of gifts (转赠): a coupon on offer to whoever opens its link first."""

from datetime import datetime
from typing import Any

from storage.instants import to_ms
from storage.sql import Row, change, insert, row

GIFT = (
    "SELECT g.id, g.key, g.state, g.token_hash, g.giver_id, g.taker_id,"
    " c.code, c.terms, c.ends_on FROM coupon_gifts g JOIN coupons c ON c.id = g.coupon_id WHERE "
)


async def insert_gift(**values: Any) -> None:
    """Raises IntegrityError where the coupon is on offer: the caller holds it."""
    await insert("coupon_gifts", {**values, "state": "open"})


async def gift_by_key(key: str) -> Row | None:
    return await row(f"{GIFT} g.key = $1", key)


async def gift_by_hash(token_hash: str) -> Row | None:
    return await row(f"{GIFT} g.token_hash = $1", token_hash)


async def newest_gift(coupon_id: int, giver_id: int) -> Row | None:
    """The last time this member offered this coupon; ask with the coupon locked."""
    return await row(
        f"{GIFT} g.coupon_id = $1 AND g.giver_id = $2 ORDER BY g.id DESC LIMIT 1",
        coupon_id,
        giver_id,
    )


async def end_gift(gift_id: int, state: str, *, now: datetime, taker_id: int | None = None) -> bool:
    """False when it has ended already: of a claim and a withdrawal one is first."""
    return bool(
        await change(
            "UPDATE coupon_gifts SET state = $1, taker_id = $2, ended_at = $3"
            " WHERE id = $4 AND state = 'open'",
            state,
            taker_id,
            to_ms(now),
            gift_id,
        )
    )
