"""Purchases and receipt claims (消费、小票): rows of both, which meet by till and sequence."""

from datetime import datetime
from typing import Any

from loyalty.person import Person
from storage.instants import to_ms
from storage.sql import change, insert, row, rows

CLAIM = "SELECT c.*, f.account, f.openid FROM claims c JOIN followers f ON f.id = c.follower_id"


async def insert_purchase(**values: Any) -> int | None:
    """The new row's id; None when the receipt number or the sequence is taken."""
    return await insert("purchases", values, conflict="ON CONFLICT DO NOTHING")


async def purchase_by_receipt_no(till_no: int, receipt_no: str) -> dict[str, Any] | None:
    return await row(
        "SELECT * FROM purchases WHERE till_id = $1 AND receipt_no = $2", till_no, receipt_no
    )


async def purchase_of_claim(
    till_no: int, epoch: int, receipt_seq: int, paid_at: datetime
) -> dict[str, Any] | None:
    """What the till reported under this sequence. A receipt printed under an old key may have
    been uploaded under a newer one: then the minute it was paid in must agree."""
    return await row(
        "SELECT * FROM purchases WHERE till_id = $1 AND receipt_seq = $2 AND (key_epoch = $3"
        " OR (key_epoch > $3 AND paid_at / 60000 = $4)) ORDER BY key_epoch LIMIT 1",
        till_no,
        receipt_seq,
        epoch,
        to_ms(paid_at) // 60_000,
    )


async def keep_answer(purchase_id: int, *, receipt_seq: int, answer: str) -> None:
    await change(
        "UPDATE purchases SET receipt_seq = $1, answer = $2 WHERE id = $3",
        receipt_seq,
        answer,
        purchase_id,
    )


async def set_purchase_member(purchase_id: int, member_id: int) -> bool:
    """Give a purchase to a member; False when it belongs to somebody already."""
    return bool(
        await change(
            "UPDATE purchases SET member_id = $1 WHERE id = $2 AND member_id IS NULL",
            member_id,
            purchase_id,
        )
    )


async def claim_of_receipt(till_no: int, epoch: int, receipt_seq: int) -> dict[str, Any] | None:
    return await row(
        f"{CLAIM} WHERE c.till_id = $1 AND c.key_epoch = $2 AND c.receipt_seq = $3",
        till_no,
        epoch,
        receipt_seq,
    )


async def unmatched_claim(
    till_no: int, epoch: int, receipt_seq: int, paid_at: datetime
) -> dict[str, Any] | None:
    """A claim that waits for the till's upload of this sequence, see purchase_of_claim."""
    return await row(
        f"{CLAIM} WHERE c.till_id = $1 AND c.receipt_seq = $2 AND c.purchase_id IS NULL"
        " AND (c.key_epoch = $3 OR (c.key_epoch < $3 AND c.paid_at / 60000 = $4))"
        " ORDER BY c.key_epoch DESC LIMIT 1",
        till_no,
        receipt_seq,
        epoch,
        to_ms(paid_at) // 60_000,
    )


async def insert_claim(person: Person, **values: Any) -> int | None:
    """The new claim's id; None when this receipt has a claim already."""
    columns = {"follower_id": person.follower_id, **values}
    once = "ON CONFLICT (till_id, receipt_seq, key_epoch) DO NOTHING"
    return await insert("claims", columns, conflict=once)


async def update_claim(claim_id: int, was: str, **values: Any) -> None:
    """Move a claim on from the state it `was` in; anything else is a broken lock discipline."""
    sets = ", ".join(f"{name} = ${place}" for place, name in enumerate(values, 3))
    changed = await change(
        f"UPDATE claims SET {sets} WHERE id = $1 AND state = $2",
        claim_id,
        was,
        *[to_ms(value) if isinstance(value, datetime) else value for value in values.values()],
    )
    assert changed == 1, (claim_id, was)


async def claims_before_joining(
    follower_id: int, joined_at: datetime, now: datetime
) -> list[dict[str, Any]]:
    """What a follower had scanned when joining, less reservations that lapsed."""
    return await rows(
        f"{CLAIM} WHERE c.follower_id = $1 AND c.claimed_at <= $2"
        " AND (c.state <> 'reserved' OR c.due_at >= $3) ORDER BY c.till_id, c.receipt_seq",
        follower_id,
        to_ms(joined_at),
        to_ms(now),
    )


async def overdue_claims(now: datetime) -> list[dict[str, Any]]:
    """Pending claims whose till has not reported the receipt in time (F69)."""
    return await rows(
        "SELECT id, till_id, receipt_seq FROM claims WHERE state = 'pending' AND due_at < $1"
        " ORDER BY id",
        to_ms(now),
    )


async def void_overdue_claim(claim_id: int, now: datetime) -> bool:
    return bool(
        await change(
            "UPDATE claims SET state = 'void', due_at = NULL, points = 0"
            " WHERE id = $1 AND state = 'pending' AND due_at < $2",
            claim_id,
            to_ms(now),
        )
    )
