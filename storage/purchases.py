"""Purchases and receipt claims (消费、小票): rows of both, which meet by till and sequence."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from loyalty.person import Person
from storage.instants import to_ms
from storage.sql import Part, Values, change, change_one, insert, row, rows, stored

# A planner that has seen no purchase without a member would look through the index of members for
# them, were it asked for NULL itself.
UNCLAIMED = """
p.till_id = $1 AND p.receipt_seq = $2 AND p.key_epoch = $3 AND COALESCE(p.member_id, -1) = -1
AND NOT EXISTS
(SELECT 1 FROM claims c WHERE c.till_id = $1 AND c.receipt_seq = $2 AND c.key_epoch = $3)
"""


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


async def unclaimed_purchase(till_no: int, epoch: int, receipt_seq: int) -> dict[str, Any] | None:
    """What the till reported under this very token, where nobody has claimed it; one read for
    the way nearly every claim goes."""
    return await row(f"SELECT p.* FROM purchases p WHERE {UNCLAIMED}", till_no, receipt_seq, epoch)


async def purchase_by_id(purchase_id: int) -> dict[str, Any]:
    found = await row("SELECT * FROM purchases WHERE id = $1", purchase_id)
    assert found is not None, purchase_id
    return found


async def update_purchase(purchase: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Change a purchase that is still as it was read; its new row."""
    await change_one(purchase_change(purchase, changes))
    return {**purchase, **changes}


def purchase_change(purchase: dict[str, Any], changes: Mapping[str, Any]) -> Part:
    """The statement that changes one row, or none where the purchase is not as it was read.

    Whoever changes one holds its receipt's lock, so anything else is a broken lock discipline.
    """

    def statement(values: Values) -> str:
        sets = ", ".join(f"{name} = {values(value)}" for name, value in changes.items())
        standing, member_id = purchase["points_standing"], purchase["member_id"]
        return (
            f"UPDATE purchases SET {sets} WHERE id = {values(purchase['id'])}"
            f" AND refunded_fen = {values(purchase['refunded_fen'])}"
            f" AND COALESCE(points_standing, -1) = {values(-1 if standing is None else standing)}"
            f" AND COALESCE(member_id, -1) = {values(-1 if member_id is None else member_id)}"
        )

    return statement


async def keep_answer(purchase_id: int, *, receipt_seq: int, answer: str) -> None:
    await change(
        "UPDATE purchases SET receipt_seq = $1, answer = $2 WHERE id = $3",
        receipt_seq,
        answer,
        purchase_id,
    )


async def purchases_due(now: datetime, *, after: int, limit: int) -> list[dict[str, Any]]:
    """Purchases, by number after `after`, whose points have waited long enough."""
    return await rows(
        "SELECT id, till_id, receipt_seq FROM purchases WHERE credit_due_at <= $1 AND id > $2"
        " ORDER BY id LIMIT $3",
        to_ms(now),
        after,
        limit,
    )


async def claim_of_receipt(till_no: int, epoch: int, receipt_seq: int) -> dict[str, Any] | None:
    return await row(
        "SELECT * FROM claims WHERE till_id = $1 AND key_epoch = $2 AND receipt_seq = $3",
        till_no,
        epoch,
        receipt_seq,
    )


async def unmatched_claim(
    till_no: int, epoch: int, receipt_seq: int, paid_at: datetime
) -> dict[str, Any] | None:
    """A claim that waits for the till's upload of this sequence, see purchase_of_claim."""
    return await row(
        "SELECT * FROM claims WHERE till_id = $1 AND receipt_seq = $2 AND purchase_id IS NULL"
        " AND (key_epoch = $3 OR (key_epoch < $3 AND paid_at / 60000 = $4))"
        " ORDER BY key_epoch DESC LIMIT 1",
        till_no,
        receipt_seq,
        epoch,
        to_ms(paid_at) // 60_000,
    )


async def insert_claim(person: Person, **values: Any) -> dict[str, Any] | None:
    """The new claim; None when this receipt has one already."""
    columns = {"follower_id": person.follower_id, **values}
    places = ", ".join(f"${place}" for place in range(1, len(columns) + 1))
    return await row(
        f"INSERT INTO claims ({', '.join(columns)}) VALUES ({places})"
        " ON CONFLICT (till_id, receipt_seq, key_epoch) DO NOTHING RETURNING *",
        *map(stored, columns.values()),
    )


def new_claim(person: Person, claim: Mapping[str, Any]) -> Part:
    """The statement that inserts a claim, of a receipt that is known to have none."""

    def statement(values: Values) -> str:
        columns = {"follower_id": person.follower_id, **claim}
        places = ", ".join(values(stored(value)) for value in columns.values())
        return f"INSERT INTO claims ({', '.join(columns)}) VALUES ({places})"

    return statement


async def update_claim(claim_id: int, was: str, **changes: Any) -> None:
    """Move a claim on from the state it `was` in; anything else is a broken lock discipline."""
    await change_one(claim_change(claim_id, was, changes))


def claim_change(claim_id: int, was: str, changes: Mapping[str, Any]) -> Part:
    """The statement that moves a claim on."""

    def statement(values: Values) -> str:
        sets = ", ".join(f"{name} = {values(stored(value))}" for name, value in changes.items())
        return f"UPDATE claims SET {sets} WHERE id = {values(claim_id)} AND state = {values(was)}"

    return statement


async def claims_before_joining(
    follower_id: int, joined_at: datetime, now: datetime
) -> list[dict[str, Any]]:
    """What a follower had scanned when joining, less reservations that lapsed, and less what
    belongs to a membership that ended."""
    return await rows(
        "SELECT * FROM claims WHERE follower_id = $1 AND claimed_at <= $2"
        " AND (state <> 'reserved' OR due_at >= $3) AND (member_id IS NULL OR member_id ="
        " (SELECT member_id FROM followers WHERE id = $1)) ORDER BY till_id, receipt_seq",
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
