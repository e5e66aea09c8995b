"""Rows of cues (线索): put down when something happens, taken when they are due, then gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.instants import from_ms, to_ms
from storage.sql import Part, Row, Values, change, row, rows


@dataclass(frozen=True, slots=True)
class NewCue:
    """`facts` is JSON: what it was about."""

    key: str
    campaign: str
    member_id: int
    store_id: int | None
    facts: str
    happened_at: datetime
    due_at: datetime


async def put_cues(cues: Sequence[NewCue]) -> int:
    """Each once a key; how many are new. One statement."""
    values = Values()
    return await change(putting(cues)(values), *values.all)


def putting(cues: Sequence[NewCue]) -> Part:
    """The statement that puts them down, each once a key."""

    def statement(values: Values) -> str:
        return (
            "INSERT INTO campaign_cues"
            " (key, campaign, member_id, store_id, facts, happened_at, due_at)"
            f" VALUES {', '.join(_line(cue, values) for cue in cues)} ON CONFLICT (key) DO NOTHING"
        )

    return statement


def _line(cue: NewCue, values: Values) -> str:
    return (
        f"({values(cue.key)}, {values(cue.campaign)}, {values.number(cue.member_id)},"
        f" CAST({values(cue.store_id)} AS BIGINT), {values(cue.facts)},"
        f" {values.number(to_ms(cue.happened_at))}, {values.number(to_ms(cue.due_at))})"
    )


def stopping(member_id: int, campaigns: Sequence[str], *, now: datetime) -> Part:
    """The statement after which what these campaigns have waiting for a member does not leave."""

    def statement(values: Values) -> str:
        return (
            "UPDATE outbox SET state = 'suppressed', reason = 'stopped',"
            f" finished_at = {values.number(to_ms(now))}"
            f" WHERE member_id = {values.number(member_id)} AND state = 'queued'"
            f" AND campaign IN ({', '.join(map(values, campaigns))})"
        )

    return statement


async def due_cues(now: datetime, *, after: int, limit: int) -> list[Row]:
    """In the order in which they were put down."""
    return await rows(
        "SELECT id, key, campaign, member_id, store_id, facts, happened_at FROM campaign_cues"
        " WHERE due_at <= $1 AND id > $2 ORDER BY id LIMIT $3",
        to_ms(now),
        after,
        limit,
    )


async def take_cue(cue_id: int) -> bool:
    """False when somebody else has taken it."""
    return bool(await change("DELETE FROM campaign_cues WHERE id = $1", cue_id))


async def put_off_cue(cue_id: int, until: datetime) -> None:
    await change("UPDATE campaign_cues SET due_at = $2 WHERE id = $1", cue_id, to_ms(until))


async def next_cue_due() -> datetime | None:
    """When the earliest cue is due; None where none waits."""
    found = await row("SELECT MIN(due_at) AS due_at FROM campaign_cues")
    return None if found is None or found["due_at"] is None else from_ms(found["due_at"])
