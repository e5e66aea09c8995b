"""Followers and members (粉丝、会员): who is writing, and the rows of joining."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loyalty.person import Person
from storage.database import is_postgres
from storage.instants import from_ms, to_ms
from storage.models import Member
from storage.sql import Row, change, insert, row, rows

# One read tells the door everything: person, staff role, open dialogue, business clock.
FIND_PERSON = """
SELECT f.id, f.follows, f.member_id, f.has_waiting, m.member_no, m.state,
       s.id AS staff_id, s.role, s.store_id, s.region_id,
       d.progress, d.prior, d.step_key, d.changed_at,
       (SELECT clock_offset_ms FROM installation) AS clock_offset_ms
FROM followers f
LEFT JOIN members m ON m.id = f.member_id
LEFT JOIN staff s ON s.follower_id = f.id AND s.state = 'active'
LEFT JOIN dialogues d ON d.follower_id = f.id
WHERE f.account = $1 AND f.openid = $2
"""


@dataclass(frozen=True, slots=True)
class StoredDialogue:
    """What is kept between two messages, and what the last message found before its step."""

    progress: str | None
    prior: str | None
    step_key: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Caller:
    person: Person
    dialogue: StoredDialogue | None
    clock_offset_ms: int


async def find_caller(account: str, openid: str) -> Caller | None:
    found = await row(FIND_PERSON, account, openid)
    if found is None:
        return None
    active = found["state"] == "active"
    person = Person(
        follower_id=found["id"],
        account=account,
        openid=openid,
        follows=bool(found["follows"]),
        member_id=found["member_id"] if active else None,
        member_no=found["member_no"] if active else None,
        staff_id=found["staff_id"],
        role=found["role"],
        store_id=found["store_id"],
        region_id=found["region_id"],
        has_waiting=bool(found["has_waiting"]),
    )
    return Caller(person, _dialogue(found), found["clock_offset_ms"] or 0)


def _dialogue(found: dict[str, Any]) -> StoredDialogue | None:
    if found["step_key"] is None:
        return None
    return StoredDialogue(
        found["progress"], found["prior"], found["step_key"], from_ms(found["changed_at"])
    )


async def add_follower(account: str, openid: str, now: datetime) -> None:
    """Make the row of a person seen for the first time; a race leaves exactly one."""
    await change(
        "INSERT INTO followers (account, openid, follows, changed_at, first_seen_at)"
        " VALUES ($1, $2, TRUE, 0, $3) ON CONFLICT (account, openid) DO NOTHING",
        account,
        openid,
        to_ms(now),
    )


async def set_following(
    follower_id: int, *, follows: bool, pushed_at: int, source: str | None = None
) -> bool:
    """The newest push wins whatever order they arrive in; in one second unfollowing wins (F08)."""
    same_second = "" if follows else " OR changed_at = $2"
    return bool(
        await change(
            "UPDATE followers SET follows = $1, changed_at = $2,"
            " source = COALESCE(source, $4)"
            f" WHERE id = $3 AND (changed_at < $2{same_second})",
            follows,
            pushed_at,
            follower_id,
            source,
        )
    )


async def lock_follower(follower_id: int) -> int | None:
    """Make joins of one person queue up; returns the membership the follower has by then."""
    lock = "FOR UPDATE" if is_postgres() else ""
    found = await row(f"SELECT member_id FROM followers WHERE id = $1 {lock}", follower_id)
    assert found is not None, follower_id
    member_id: int | None = found["member_id"]
    return member_id


async def source_of(follower_id: int) -> str | None:
    """The code by which this person has found us."""
    found = await row("SELECT source FROM followers WHERE id = $1", follower_id)
    return found["source"] if found else None


async def note_source(follower_id: int, source: str) -> None:
    """Of a member it stays what it was at joining."""
    await change(
        "UPDATE followers SET source = $2 WHERE id = $1 AND member_id IS NULL", follower_id, source
    )


async def link_member(follower_id: int, member_id: int) -> None:
    linked = await change(
        "UPDATE followers SET member_id = $1 WHERE id = $2 AND member_id IS NULL",
        member_id,
        follower_id,
    )
    assert linked == 1, follower_id


async def add_member(*, join_key: str, joined_at: datetime) -> int:
    member = await Member.create(join_key=join_key, joined_at=joined_at)
    member_id: int = member.id
    return member_id


async def keep_consent_text(text_hash: str, text: str, now: datetime) -> None:
    await change(
        "INSERT INTO consent_texts (text_hash, text, first_used_at) VALUES ($1, $2, $3)"
        " ON CONFLICT (text_hash) DO NOTHING",
        text_hash,
        text,
        to_ms(now),
    )


async def add_consent(**values: Any) -> None:
    """One row a message and purpose; the same again changes nothing."""
    await insert("consents", values, conflict="ON CONFLICT (key, purpose) DO NOTHING")


async def save_dialogue(
    follower_id: int, *, progress: str | None, prior: str | None, step_key: str, now: datetime
) -> None:
    await change(
        "INSERT INTO dialogues (follower_id, progress, prior, step_key, changed_at)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (follower_id) DO UPDATE SET"
        " progress = excluded.progress, prior = excluded.prior,"
        " step_key = excluded.step_key, changed_at = excluded.changed_at",
        follower_id,
        progress,
        prior,
        step_key,
        to_ms(now),
    )


async def set_member_no(member_id: int, member_no: str) -> None:
    await change("UPDATE members SET member_no = $1 WHERE id = $2", member_no, member_id)


async def followers_of(member_id: int) -> list[Row]:
    """Where a member can be written to."""
    return await rows(
        "SELECT id, account, openid FROM followers WHERE member_id = $1 AND follows ORDER BY id",
        member_id,
    )


async def newest_follower_of(member_id: int) -> Row | None:
    """Where a member can be written to; the account followed last."""
    return await row(
        "SELECT account, openid FROM followers WHERE member_id = $1 AND follows"
        " ORDER BY changed_at DESC, id DESC LIMIT 1",
        member_id,
    )


async def is_same_human(follower_id: int, other_id: int) -> bool:
    """Whether two followers are known to be one person: one member, or one unionid."""
    found = await row(
        "SELECT 1 AS one FROM followers a JOIN followers b"
        " ON b.member_id = a.member_id OR b.unionid = a.unionid WHERE a.id = $1 AND b.id = $2",
        follower_id,
        other_id,
    )
    return found is not None
