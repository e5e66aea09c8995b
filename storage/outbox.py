"""The outbox (发件箱): rows made in business transactions, claimed, sent and finished.

Order of states: queued → sending, committed before the call → sent, failed, suppressed or
unknown. Unknown means the call may have been accepted and no proof exists (reliability 2.2).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from storage.database import is_postgres
from storage.instants import to_ms
from storage.sql import Row, change, rows

LEASE = timedelta(seconds=30)
NOT_PAUSED = "NOT EXISTS (SELECT 1 FROM installation WHERE sending_paused_at IS NOT NULL)"


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """A message under this worker's lease, opened."""

    id: int
    key: str
    account: str
    openid: str
    message_class: str
    content: dict[str, Any]
    attempt: int
    created_at: int


async def put_in_outbox(
    *,
    key: str,
    account: str,
    openid: str,
    message_class: str,
    content_sealed: bytes,
    now: datetime,
    otherwise: str | None = None,
) -> bool:
    """Decide that a message goes out; the same key again changes nothing.

    `otherwise`: what becomes of it when it cannot be delivered.
    """
    return bool(
        await change(
            "INSERT INTO outbox"
            " (key, account, openid, class, content, content_sealed, state, due_at, created_at,"
            " otherwise) VALUES ($1, $2, $3, $4, '', $5, 'queued', $6, $6, $7)"
            " ON CONFLICT (key) DO NOTHING",
            key,
            account,
            openid,
            message_class,
            content_sealed,
            to_ms(now),
            otherwise,
        )
    )


async def hold_back_queued(account: str, openid: str, *, reason: str) -> int:
    """What is still to be sent to one person is not sent; how many messages."""
    return await change(
        "UPDATE outbox SET state = 'suppressed', reason = $1"
        " WHERE state = 'queued' AND openid = $2 AND account = $3",
        reason,
        openid,
        account,
    )


async def anything_due(now: datetime) -> bool:
    """One short read, so that an idle worker does not write every second, nor a paused one."""
    found = await rows(
        "SELECT 1 AS one FROM outbox WHERE ((state = 'queued' AND due_at <= $1)"
        f" OR (state = 'sending' AND lease_until < $1)) AND {NOT_PAUSED} LIMIT 1",
        to_ms(now),
    )
    return bool(found)


async def claim_messages(worker: str, now: datetime, limit: int) -> list[Row]:
    """Take due messages under a lease, oldest first; two workers never take the same one.

    What they say is still sealed.
    """
    skip = " FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    found = await rows(
        # Without MATERIALIZED PostgreSQL may look for due rows again and again, past the limit.
        "WITH due AS MATERIALIZED (SELECT id FROM outbox WHERE state = 'queued' AND due_at <= $3"
        f" AND {NOT_PAUSED} ORDER BY due_at, id LIMIT $4{skip})"
        " UPDATE outbox SET state = 'sending', attempt = attempt + 1, worker = $1, lease_until = $2"
        " WHERE id IN (SELECT id FROM due) AND state = 'queued'"
        " RETURNING id, key, account, openid, class AS message_class, attempt, created_at,"
        " content, content_sealed",
        worker,
        to_ms(now + LEASE),
        to_ms(now),
        limit,
    )
    return sorted(found, key=lambda line: int(line["id"]))


async def finish_message(
    message: ClaimedMessage, worker: str, *, state: str, reason: str | None, now: datetime
) -> bool:
    """Record what came of a send; False when the lease was lost meanwhile (fencing)."""
    return bool(
        await change(
            "UPDATE outbox SET state = $1, reason = $2, finished_at = $3, lease_until = NULL"
            " WHERE id = $4 AND worker = $5 AND attempt = $6 AND state = 'sending'",
            state,
            reason,
            to_ms(now),
            message.id,
            worker,
            message.attempt,
        )
    )


async def fail_message(message_id: int, *, reason: str, now: datetime) -> None:
    """For whoever has just claimed it, in the same transaction."""
    await change(
        "UPDATE outbox SET state = 'failed', reason = $1, finished_at = $2, lease_until = NULL"
        " WHERE id = $3",
        reason,
        to_ms(now),
        message_id,
    )


async def put_back(message: ClaimedMessage, worker: str, *, due_at: datetime, reason: str) -> bool:
    """The message was certainly not accepted: try again later."""
    return bool(
        await change(
            "UPDATE outbox SET state = 'queued', due_at = $1, reason = $2, lease_until = NULL"
            " WHERE id = $3 AND worker = $4 AND attempt = $5 AND state = 'sending'",
            to_ms(due_at),
            reason,
            message.id,
            worker,
            message.attempt,
        )
    )


async def give_up_expired_leases(now: datetime) -> int:
    """A worker died while sending: nobody can know whether the message was accepted (F11)."""
    return await change(
        "UPDATE outbox SET state = 'unknown', reason = 'worker_lost', finished_at = $1,"
        " lease_until = NULL WHERE state = 'sending' AND lease_until < $1",
        to_ms(now),
    )


async def count_by_state() -> dict[str, int]:
    found = await rows("SELECT state, COUNT(*) AS n FROM outbox GROUP BY state")
    return {line["state"]: line["n"] for line in found}
