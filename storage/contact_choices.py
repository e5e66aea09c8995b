"""Rows of contact choices (消息偏好), and what is queued that somebody does not want any more."""

import json
from datetime import date, datetime

from loyalty.contact_choices import ANYTHING, Choices
from loyalty.messages import Topic
from storage.database import is_postgres
from storage.instants import to_ms
from storage.sql import Row, change, row

QUEUED = "UPDATE outbox SET state = 'suppressed', reason = $2, finished_at = $3"
WHERE = "WHERE state = 'queued' AND member_id = $1"
# What is offered, and reminders of a topic (see loyalty/send_gate).
UNASKED = "(lane = 2 OR (class = 'service' AND topic IS NOT NULL))"
UNTOLD = (
    "DELETE FROM waiting_lines WHERE told_at IS NULL AND EXISTS (SELECT 1 FROM outbox"
    " WHERE outbox.key = waiting_lines.key AND outbox.member_id = $1 AND {})"
    " AND follower_id IN (SELECT id FROM followers WHERE member_id = $1)"
)


async def choices_of_member(member_id: int) -> Choices:
    found = await row("SELECT * FROM contact_choices WHERE member_id = $1", member_id)
    return ANYTHING if found is None else _choices(found)


async def lock_choices(member_id: int, now: datetime) -> tuple[Choices, str | None]:
    """The choices, and the message that changed them last; nobody else changes them meanwhile."""
    await change(
        "INSERT INTO contact_choices (member_id, changed_at) VALUES ($1, $2)"
        " ON CONFLICT (member_id) DO NOTHING",
        member_id,
        to_ms(now),
    )
    lock = "FOR UPDATE" if is_postgres() else ""
    found = await row(f"SELECT * FROM contact_choices WHERE member_id = $1 {lock}", member_id)
    assert found is not None, member_id
    return _choices(found), found["changed_key"]


async def keep_choices(member_id: int, choices: Choices, *, key: str, now: datetime) -> None:
    """The caller holds the lock."""
    await change(
        "UPDATE contact_choices SET topics_off = $1, weekly = $2, paused_until = $3,"
        " changed_key = $4, changed_at = $5 WHERE member_id = $6",
        json.dumps(sorted(choices.topics_off)),
        choices.weekly,
        choices.paused_until.isoformat() if choices.paused_until else None,
        key,
        to_ms(now),
        member_id,
    )


async def stop_marketing_of(member_id: int, *, reason: str, now: datetime) -> int:
    """Nothing offered leaves any more, nor is it told at the next contact; how many messages."""
    stopped = await change(f"{QUEUED} {WHERE} AND {UNASKED}", member_id, reason, to_ms(now))
    await change(UNTOLD.format(UNASKED), member_id)
    return stopped


async def stop_topic_of(member_id: int, topic: str, *, reason: str, now: datetime) -> int:
    """The same of one topic."""
    about = f"{UNASKED} AND topic = "
    stopped = await change(f"{QUEUED} {WHERE} AND {about}$4", member_id, reason, to_ms(now), topic)
    await change(UNTOLD.format(f"{about}$2"), member_id, topic)
    return stopped


def _choices(found: Row) -> Choices:
    until = found["paused_until"]
    return Choices(
        frozenset(map(Topic, json.loads(found["topics_off"]))),
        found["weekly"],
        None if until is None else date.fromisoformat(until),
    )
