"""Rows of coupon uses (用券): one a coupon and receipt; returned and released ones stay."""

from datetime import datetime
from typing import Any

from storage.instants import to_ms
from storage.sql import Row, change, insert, row, rows


async def insert_use(**values: Any) -> int:
    """Raises IntegrityError for a second use at a receipt: the caller holds the coupon."""
    use_id = await insert("coupon_uses", values)
    assert use_id is not None
    return use_id


async def newest_use(coupon_id: int, till_id: int, receipt_no: str) -> Row | None:
    """The last use of a coupon at a receipt; ask with the coupon locked."""
    return await row(
        "SELECT id, state, purchase_id, answer FROM coupon_uses WHERE coupon_id = $1"
        " AND till_id = $2 AND receipt_no = $3 ORDER BY id DESC LIMIT 1",
        coupon_id,
        till_id,
        receipt_no,
    )


async def is_used_since(coupon_id: int, since: datetime) -> bool:
    """Whether a use later than that stands; ask with the coupon locked."""
    found = await row(
        "SELECT 1 AS found FROM coupon_uses WHERE coupon_id = $1 AND used_at > $2"
        " AND state IN ('held', 'used') LIMIT 1",
        coupon_id,
        to_ms(since),
    )
    return found is not None


async def release_use(use_id: int, *, now: datetime) -> bool:
    """False when the use is held no longer."""
    return bool(
        await change(
            "UPDATE coupon_uses SET state = 'released', due_at = NULL, ended_at = $1"
            " WHERE id = $2 AND state = 'held'",
            to_ms(now),
            use_id,
        )
    )


async def keep_use_answer(use_id: int, answer: str) -> None:
    await change("UPDATE coupon_uses SET answer = $1 WHERE id = $2", answer, use_id)


async def settle_uses_of(till_id: int, receipt_no: str, purchase_id: int) -> int:
    """The purchase has arrived: what was held for its receipt, or used without it, is its own."""
    return await change(
        "UPDATE coupon_uses SET state = 'used', purchase_id = $1, due_at = NULL"
        " WHERE till_id = $2 AND receipt_no = $3 AND state IN ('held', 'used')"
        " AND purchase_id IS NULL",
        purchase_id,
        till_id,
        receipt_no,
    )


async def settle_due_uses(now: datetime) -> int:
    return await change(
        "UPDATE coupon_uses SET state = 'used', due_at = NULL"
        " WHERE state = 'held' AND due_at <= $1",
        to_ms(now),
    )


async def uses_of_purchase(purchase_id: int) -> list[Row]:
    """Uses a full refund gives back, in the order in which coupons are locked."""
    return await rows(
        "SELECT u.id, c.code FROM coupon_uses u JOIN coupons c ON c.id = u.coupon_id"
        " WHERE u.purchase_id = $1 AND u.state = 'used' ORDER BY c.code",
        purchase_id,
    )


async def use_without_purchase(use_id: int) -> Row | None:
    return await row(
        "SELECT u.id, c.code FROM coupon_uses u JOIN coupons c ON c.id = u.coupon_id"
        " WHERE u.id = $1 AND u.state = 'used' AND u.purchase_id IS NULL",
        use_id,
    )


async def return_use(use_id: int, now: datetime) -> bool:
    """False when it was returned before."""
    return bool(
        await change(
            "UPDATE coupon_uses SET state = 'returned', ended_at = $1"
            " WHERE id = $2 AND state = 'used'",
            to_ms(now),
            use_id,
        )
    )
