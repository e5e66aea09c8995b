"""Rows of staff (员工): invitations, who is bound, and what was done and undone."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from storage.database import is_postgres
from storage.instants import to_ms
from storage.sql import Row, change, insert, row, rows

BRAND_OWNERS = """
SELECT id, follower_id FROM staff
WHERE state = 'active' AND role = 'owner' AND store_id IS NULL AND region_id IS NULL ORDER BY id
"""
ACTIVE_STAFF = """
SELECT s.id, s.follower_id, s.role, s.store_id, s.region_id, s.bound_at, f.account, f.openid
FROM staff s JOIN followers f ON f.id = s.follower_id WHERE s.state = 'active'
"""


async def add_invitation(**values: Any) -> None:
    """The same code again changes nothing."""
    await insert("staff_invitations", values, conflict="ON CONFLICT (code_hash) DO NOTHING")


async def take_invitation(code_hash: str, follower_id: int, now: datetime) -> dict[str, Any] | None:
    """Use it up; None when there is none, it was used or has ended, or its maker was stopped."""
    return await row(
        "UPDATE staff_invitations SET used_at = $1, used_by = $2"
        " WHERE code_hash = $3 AND used_at IS NULL AND expires_at >= $1"
        " AND (invited_by IS NULL OR EXISTS (SELECT 1 FROM staff s"
        " WHERE s.id = staff_invitations.invited_by AND s.state = 'active'))"
        " RETURNING id, role, store_id, region_id",
        to_ms(now),
        follower_id,
        code_hash,
    )


async def invitation_used_by(code_hash: str, follower_id: int) -> dict[str, Any] | None:
    """The invitation this person is active staff by."""
    return await row(
        "SELECT i.id, i.role, i.store_id, i.region_id FROM staff_invitations i"
        " JOIN staff s ON s.invitation_id = i.id AND s.state = 'active'"
        " WHERE i.code_hash = $1 AND i.used_by = $2",
        code_hash,
        follower_id,
    )


async def add_staff(follower_id: int, invitation: Row, *, now: datetime) -> int:
    """Active from now on, as the invitation says; the staff number."""
    values = {name: invitation[name] for name in ("role", "store_id", "region_id")}
    values |= {"follower_id": follower_id, "invitation_id": invitation["id"]}
    staff_id = await insert("staff", {**values, "state": "active", "bound_at": now})
    assert staff_id is not None
    return staff_id


async def stop_staff_of(follower_id: int, now: datetime) -> bool:
    return bool(
        await change(
            "UPDATE staff SET state = 'stopped', stopped_at = $1"
            " WHERE follower_id = $2 AND state = 'active'",
            to_ms(now),
            follower_id,
        )
    )


async def stop_staff_row(staff_id: int, now: datetime) -> bool:
    return bool(
        await change(
            "UPDATE staff SET state = 'stopped', stopped_at = $1"
            " WHERE id = $2 AND state = 'active'",
            to_ms(now),
            staff_id,
        )
    )


async def brand_owners() -> list[Row]:
    """The owners of the whole brand."""
    return await rows(BRAND_OWNERS)


async def lock_brand_owners() -> list[Row]:
    """The same; nobody else stops one of them until this is done."""
    return await rows(BRAND_OWNERS + (" FOR UPDATE" if is_postgres() else ""))


async def active_staff() -> list[Row]:
    return await rows(ACTIVE_STAFF + " ORDER BY s.id")


async def active_staff_of_id(staff_id: int) -> Row | None:
    return await row(ACTIVE_STAFF + " AND s.id = $1", staff_id)


async def was_ever_staff(follower_id: int) -> bool:
    found = await row("SELECT 1 AS one FROM staff WHERE follower_id = $1 LIMIT 1", follower_id)
    return found is not None


async def staff_followers() -> list[dict[str, Any]]:
    """Where active staff can be written to."""
    return await rows(
        "SELECT f.id, f.account, f.openid, s.role, s.store_id, s.region_id FROM staff s"
        " JOIN followers f ON f.id = s.follower_id WHERE s.state = 'active' ORDER BY f.id"
    )


async def member_by_no(member_no: str) -> int | None:
    """The number of a member who was merged finds who they have become."""
    found = await row(
        "SELECT k.id FROM members m JOIN members k ON k.id = COALESCE(m.merged_into, m.id)"
        " WHERE m.member_no = $1 AND k.state = 'active'",
        member_no,
    )
    return found["id"] if found else None


async def last_paid_at(member_id: int) -> int | None:
    """The newest purchase, in milliseconds."""
    found = await row("SELECT MAX(paid_at) AS at FROM purchases WHERE member_id = $1", member_id)
    return found["at"] if found else None


async def limit_claim(purchase_id: int, until: datetime) -> None:
    """A receipt shown on a screen is good for minutes, not for days."""
    changed = await change(
        "UPDATE purchases SET claim_until = $1 WHERE id = $2", to_ms(until), purchase_id
    )
    assert changed == 1, purchase_id


async def member_of_purchase(purchase_id: int) -> int | None:
    """Who has claimed it."""
    found = await row("SELECT member_id FROM purchases WHERE id = $1", purchase_id)
    return found["member_id"] if found else None


async def add_till(code: str, store_id: int) -> bool:
    """False when there is one already, or another transaction has just made it."""
    return bool(
        await change(
            "INSERT INTO tills (code, store_id) VALUES ($1, $2) ON CONFLICT (code) DO NOTHING",
            code,
            store_id,
        )
    )


async def add_action(
    *,
    confirmation_id: int,
    staff_id: int,
    word: str,
    member_id: int | None,
    content: Mapping[str, Any],
    now: datetime,
) -> None:
    values = {
        "confirmation_id": confirmation_id,
        "staff_id": staff_id,
        "word": word,
        "member_id": member_id,
        "content": json.dumps(content, ensure_ascii=False),
        "done_at": now,
    }
    await insert("staff_actions", values)


async def newest_action(staff_id: int, *, since: datetime, besides: str) -> dict[str, Any] | None:
    """What this person did last and has not undone."""
    return await row(
        "SELECT a.*, c.summary FROM staff_actions a JOIN confirmations c"
        " ON c.id = a.confirmation_id WHERE a.staff_id = $1 AND a.done_at >= $2"
        " AND a.word <> $3 AND a.undone_at IS NULL ORDER BY a.id DESC LIMIT 1",
        staff_id,
        to_ms(since),
        besides,
    )


async def undo_action(action_id: int, *, since: datetime, now: datetime) -> dict[str, Any] | None:
    """Mark it undone, once; None when it is, or when it was done too long ago."""
    return await row(
        "UPDATE staff_actions SET undone_at = $1"
        " WHERE id = $2 AND undone_at IS NULL AND done_at >= $3 RETURNING *",
        to_ms(now),
        action_id,
        to_ms(since),
    )
