"""Rows of cues (线索): put down when something happens, taken when they are due, then gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from storage.database import is_postgres
from storage.instants import from_ms, to_ms
from storage.sql import Row, Values, change, row, rows


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
    return await change(_putting(cues, values), *values.all)


async def put_cues_and_stop(
    cues: Sequence[NewCue], member_id: int, campaigns: Sequence[str], *, now: datetime
) -> None:
    """Also, what these campaigns have waiting for the member does not leave any more.

    One statement on PostgreSQL, because somebody waits at a counter.
    """
    parts = [partial(_stopping, member_id, campaigns, now)] if campaigns else []
    parts += [partial(_putting, cues)] if cues else []
    if is_postgres():
        values = Values()
        *before, last = [part(values) for part in parts]
        within = "".join(f"WITH before AS ({one} RETURNING 1) " for one in before)
        await change(within + last, *values.all)
        return
    for part in parts:
        values = Values()
        await change(part(values), *values.all)


def _putting(cues: Sequence[NewCue], values: Values) -> str:
    lines = [
        f"({values(cue.key)}, {values(cue.campaign)}, {values.number(cue.member_id)},"
        f" CAST({values(cue.store_id)} AS BIGINT), {values(cue.facts)},"
        f" {values.number(to_ms(cue.happened_at))}, {values.number(to_ms(cue.due_at))})"
        for cue in cues
    ]
    return (
        "INSERT INTO campaign_cues"
        " (key, campaign, member_id, store_id, facts, happened_at, due_at)"
        f" VALUES {', '.join(lines)} ON CONFLICT (key) DO NOTHING"
    )


def _stopping(member_id: int, campaigns: Sequence[str], now: datetime, values: Values) -> str:
    return (
        "UPDATE outbox SET state = 'suppressed', reason = 'stopped',"
        f" finished_at = {values.number(to_ms(now))}"
        f" WHERE member_id = {values.number(member_id)} AND state = 'queued'"
        f" AND campaign IN ({', '.join(map(values, campaigns))})"
    )


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


async def next_cue_due() -> datetime | None:
    """When the earliest cue is due; None where none waits."""
    found = await row("SELECT MIN(due_at) AS due_at FROM campaign_cues")
    return None if found is None or found["due_at"] is None else from_ms(found["due_at"])
