"""Rows of used member codes (会员码)."""

from datetime import datetime

from loyalty.member_codes import MemberCodeReading
from storage.instants import to_ms
from storage.sql import change, row


async def count_code_uses(member_id: int, step: int) -> int:
    found = await row(
        "SELECT COUNT(*) AS uses FROM member_code_uses WHERE member_id = $1 AND step = $2",
        member_id,
        step,
    )
    return int(found["uses"]) if found else 0


async def is_active_member(member_id: int) -> bool:
    return bool(
        await row("SELECT 1 AS one FROM members WHERE id = $1 AND state = 'active'", member_id)
    )


async def active_member_now(member_id: int) -> int | None:
    """The member's number, or of the one it was merged into; None for who has left."""
    found = await row(
        "SELECT k.id FROM members m JOIN members k ON k.id = COALESCE(m.merged_into, m.id)"
        " WHERE m.id = $1 AND k.state = 'active'",
        member_id,
    )
    return found["id"] if found else None


async def bind_code(
    *,
    member_id: int,
    step: int,
    uses: int,
    till_id: int,
    purpose: str,
    reference: str,
    now: datetime,
) -> bool:
    """False when the code is bound already."""
    return bool(
        await change(
            "INSERT INTO member_code_uses"
            " (member_id, step, uses, till_id, purpose, reference, used_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (member_id, step, uses) DO NOTHING",
            member_id,
            step,
            uses,
            till_id,
            purpose,
            reference,
            to_ms(now),
        )
    )


async def code_use(member_id: int, step: int, uses: int) -> tuple[int, str, str] | None:
    """The till, purpose and reference a code is bound to."""
    found = await row(
        "SELECT till_id, purpose, reference FROM member_code_uses"
        " WHERE member_id = $1 AND step = $2 AND uses = $3",
        member_id,
        step,
        uses,
    )
    return (found["till_id"], found["purpose"], found["reference"]) if found else None


async def code_bound_to(till_no: int, *, purpose: str, reference: str) -> MemberCodeReading | None:
    """The code that was used for this reference at this till."""
    found = await row(
        "SELECT member_id AS handle, uses, step FROM member_code_uses"
        " WHERE till_id = $1 AND purpose = $2 AND reference = $3",
        till_no,
        purpose,
        reference,
    )
    return MemberCodeReading(**found) if found else None
