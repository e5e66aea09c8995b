"""Results (送达结果): what the gate and the platform said, written for many messages at once.

What comes after a claim is fenced by worker and attempt: who has lost the lease changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from storage.bulk import among, as_lines, as_list, as_table
from storage.instants import to_ms
from storage.outbox_claims import LEASE, LINE
from storage.sql import Row, change, rows

# A push about a message comes within minutes of its call.
LATE_NEWS = timedelta(minutes=10)
SWEPT_AT_ONCE = 1_000
_TOLD = (
    "state = $1, reason = $2, finished_at = $3,"
    " left_at = CASE WHEN $1 = 'failed' THEN NULL ELSE left_at END"
)
ENDED = ("sent", "failed", "suppressed", "unknown")
RESULT = {
    "id": "BIGINT",
    "attempt": "BIGINT",
    "state": "TEXT",
    "reason": "TEXT",
    "platform_id": "TEXT",
    "due_at": "BIGINT",
    "wait_until": "BIGINT",
    "counts": "BIGINT",
}
VERDICT = {
    "id": "BIGINT",
    "state": "TEXT",
    "reason": "TEXT",
    "channel": "TEXT",
    "account": "TEXT",
    "openid": "TEXT",
    "follower_id": "BIGINT",
    "wait_until": "BIGINT",
    "left_at": "BIGINT",
    "finished_at": "BIGINT",
}


class Judged(NamedTuple):
    """What became of a claimed message before its call: `sending` is the one that leaves."""

    id: int
    state: str
    reason: str | None = None
    channel: str | None = None
    account: str | None = None
    openid: str | None = None
    follower_id: int | None = None
    wait_until: datetime | None = None


class Outcome(NamedTuple):
    """What became of a call. `queued` is tried again: not before `due_at` by the machine's clock,
    nor before `wait_until` by the shop's.

    `counts` is False where the try was not the message's: nothing was asked of the platform.
    """

    id: int
    attempt: int
    state: str
    reason: str | None = None
    platform_id: str | None = None
    due_at: datetime | None = None
    wait_until: datetime | None = None
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """The end of a message as the platform tells it, and by which channels it may have left."""

    channels: tuple[str, ...]
    state: str
    reason: str | None = None


async def write_verdicts(
    worker: str, judged: Sequence[Judged], *, machine: datetime, business: datetime
) -> None:
    """In the transaction that holds them: one statement however many. What leaves is from then on
    the worker's; a look at the clock is no try."""
    if not judged:
        return
    lines = [_verdict_line(one, machine, business) for one in judged]
    changed = await change(
        "UPDATE outbox SET state = given.state, reason = given.reason, channel = given.channel,"
        " account = COALESCE(given.account, outbox.account),"
        " openid = COALESCE(given.openid, outbox.openid),"
        " follower_id = COALESCE(given.follower_id, outbox.follower_id),"
        " wait_until = COALESCE(given.wait_until, outbox.wait_until),"
        " left_at = given.left_at, finished_at = given.finished_at,"
        " attempt = attempt + CASE WHEN given.state = 'queued' THEN 0 ELSE 1 END,"
        " worker = CASE WHEN given.state = 'sending' THEN $2 END,"
        " lease_until = CASE WHEN given.state = 'sending' THEN CAST($3 AS BIGINT) END"
        f" FROM {as_table(VERDICT, '$1')} WHERE outbox.id = given.id AND outbox.state = 'queued'",
        as_lines(lines),
        worker,
        to_ms(machine + LEASE),
    )
    assert changed == len(judged), (changed, len(judged))


def _verdict_line(one: Judged, machine: datetime, business: datetime) -> Row:
    return {
        "id": one.id,
        "state": one.state,
        "reason": one.reason,
        "channel": one.channel,
        "account": one.account,
        "openid": one.openid,
        "follower_id": one.follower_id,
        "wait_until": to_ms(one.wait_until) if one.wait_until else None,
        "left_at": to_ms(business) if one.state == "sending" else None,
        "finished_at": to_ms(machine) if one.state in ENDED else None,
    }


async def write_outcomes(worker: str, outcomes: Sequence[Outcome], now: datetime) -> set[int]:
    """The ids of those whose lease was still ours; what came of the others is dropped (fencing).

    What certainly was not accepted has not left, and counts against nobody's cap.
    """
    if not outcomes:
        return set()
    lines = [
        {
            "id": one.id,
            "attempt": one.attempt,
            "state": one.state,
            "reason": one.reason,
            "platform_id": one.platform_id,
            "due_at": to_ms(one.due_at) if one.due_at else None,
            "wait_until": to_ms(one.wait_until) if one.wait_until else None,
            "counts": int(one.counts),
        }
        for one in outcomes
    ]
    back = "given.state = 'queued'"
    found = await rows(
        "UPDATE outbox SET state = given.state, reason = given.reason,"
        " platform_id = given.platform_id, lease_until = NULL,"
        " due_at = COALESCE(given.due_at, outbox.due_at),"
        " wait_until = COALESCE(given.wait_until, outbox.wait_until),"
        f" finished_at = CASE WHEN {back} THEN NULL ELSE CAST($3 AS BIGINT) END,"
        f" attempt = outbox.attempt - CASE WHEN {back} THEN 1 - given.counts ELSE 0 END,"
        f" channel = CASE WHEN {back} THEN NULL ELSE channel END,"
        f" begun_at = CASE WHEN {back} THEN NULL ELSE begun_at END,"
        " left_at = CASE WHEN given.state IN ('sent', 'unknown') THEN left_at END"
        f" FROM {as_table(RESULT, '$1')}"
        " WHERE outbox.id = given.id AND outbox.attempt = given.attempt"
        " AND worker = $2 AND outbox.state = 'sending' RETURNING outbox.id AS id",
        as_lines(lines),
        worker,
        to_ms(now),
    )
    return {line["id"] for line in found}


async def let_lease_end(worker: str, claims: Sequence[tuple[int, int]], ends_at: datetime) -> None:
    """No answer came, and the key allows the same call again: by whoever finds it."""
    if not claims:
        return
    given = as_table({"id": "BIGINT", "attempt": "BIGINT"}, "$2")
    await change(
        f"UPDATE outbox SET lease_until = $1 FROM {given}"
        " WHERE outbox.id = given.id AND outbox.attempt = given.attempt AND worker = $3"
        " AND state = 'sending'",
        to_ms(ends_at),
        as_lines([{"id": id, "attempt": attempt} for id, attempt in claims]),
        worker,
    )


async def suppress_cancelled(now: datetime) -> int:
    """What came back to the queue after its broadcast was cancelled, a part at a time: of one that
    was just cancelled a million may wait."""
    return await change(
        "UPDATE outbox SET state = 'suppressed', reason = 'cancelled', finished_at = $1"
        " WHERE state = 'queued' AND id IN (SELECT o.id FROM broadcasts b JOIN outbox o"
        " ON o.broadcast_id = b.id AND o.state = 'queued' WHERE b.state = 'cancelled' LIMIT $2)",
        to_ms(now),
        SWEPT_AT_ONCE,
    )


async def resolve_by_platform_id(account: str, platform_id: str, told: Told, now: datetime) -> int:
    """What the platform tells later of a message it took (送达回执); how many rows it is."""
    return await change(
        f"UPDATE outbox SET {_TOLD} WHERE account = $4 AND platform_id = $5"
        f" AND {among('channel', '$6')} AND state IN ('sent', 'unknown')",
        told.state,
        told.reason,
        to_ms(now),
        account,
        platform_id,
        as_list(told.channels),
    )


async def resolve_newest(
    account: str, openid: str, told: Told, *, platform_id: str, now: datetime
) -> int:
    """The same where no answer told us the platform's id: the person's newest of late."""
    return await change(
        f"UPDATE outbox SET {_TOLD}, platform_id = $4 WHERE id = (SELECT id FROM outbox"
        f" WHERE account = $5 AND openid = $6 AND {among('channel', '$7')}"
        " AND state IN ('sent', 'unknown') AND platform_id IS NULL AND begun_at >= $8"
        " ORDER BY begun_at DESC, id DESC LIMIT 1)",
        told.state,
        told.reason,
        to_ms(now),
        platform_id,
        account,
        openid,
        as_list(told.channels),
        to_ms(now - LATE_NEWS),
    )


async def newest_results(broadcast_id: int, limit: int) -> list[Row]:
    """How the newest messages of a broadcast ended, those that were tried."""
    return await rows(
        f"SELECT state, reason FROM outbox WHERE {LINE} = $1 AND broadcast_id IS NOT NULL"
        " AND state IN ('sent', 'failed', 'unknown')"
        " ORDER BY finished_at DESC, id DESC LIMIT $2",
        broadcast_id,
        limit,
    )


async def brake_broadcast(broadcast_id: int) -> bool:
    return bool(
        await change(
            "UPDATE broadcasts SET state = 'paused', paused_why = 'errors'"
            # Nobody is there to let a campaign's line go on.
            " WHERE id = $1 AND state = 'running' AND campaign IS NULL",
            broadcast_id,
        )
    )
