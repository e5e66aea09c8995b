"""Rows of staff (员工): invitations, who is bound, and what was done and undone."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from storage.instants import to_ms
from storage.sql import change, insert, row, rows


async def add_invitation(
    code_hash: str, role: str, store_id: int | None, *, expires_at: datetime, now: datetime
) -> None:
    values = {"code_hash": code_hash, "role": role, "store_id": store_id}
    await insert("staff_invitations", {**values, "expires_at": expires_at, "created_at": now})


async def take_invitation(code_hash: str, follower_id: int, now: datetime) -> dict[str, Any] | None:
    """Use it up; None when there is none, or it was used or has ended."""
    return await row(
        "UPDATE staff_invitations SET used_at = $1, used_by = $2"
        " WHERE code_hash = $3 AND used_at IS NULL AND expires_at >= $1"
        " RETURNING id, role, store_id",
        to_ms(now),
        follower_id,
        code_hash,
    )


async def invitation_used_by(code_hash: str, follower_id: int) -> dict[str, Any] | None:
    """The invitation this person is active staff by."""
    return await row(
        "SELECT i.id, i.role, i.store_id FROM staff_invitations i"
        " JOIN staff s ON s.invitation_id = i.id AND s.state = 'active'"
        " WHERE i.code_hash = $1 AND i.used_by = $2",
        code_hash,
        follower_id,
    )


async def add_staff(
    follower_id: int, invitation_id: int, *, role: str, store_id: int | None, now: datetime
) -> None:
    values = {"follower_id": follower_id, "invitation_id": invitation_id, "role": role}
    await insert("staff", {**values, "store_id": store_id, "state": "active", "bound_at": now})


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


async def active_staff() -> list[dict[str, Any]]:
    return await rows(
        "SELECT id, role, store_id, bound_at FROM staff WHERE state = 'active' ORDER BY id"
    )


async def staff_followers() -> list[dict[str, Any]]:
    """Where active staff can be written to."""
    return await rows(
        "SELECT f.id, f.account, f.openid, s.role, s.store_id FROM staff s"
        " JOIN followers f ON f.id = s.follower_id WHERE s.state = 'active' ORDER BY f.id"
    )


async def member_by_no(member_no: str) -> int | None:
    found = await row("SELECT id FROM members WHERE member_no = $1 AND state = 'active'", member_no)
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
