"""The outbox (发件箱): rows made in business transactions, claimed, sent and finished.

Order of states: queued → sending, committed before the call → sent, failed, suppressed or
unknown. Unknown means the call may have been accepted and no proof exists (reliability 2.2).
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from storage.database import is_postgres
from storage.instants import to_ms
from storage.sql import change, rows

LEASE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
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
    content: dict[str, Any],
    now: datetime,
) -> bool:
    """Decide that a message goes out; the same key again changes nothing."""
    return bool(
        await change(
            "INSERT INTO outbox (key, account, openid, class, content, state, due_at, created_at)"
            " VALUES ($1, $2, $3, $4, $5, 'queued', $6, $6) ON CONFLICT (key) DO NOTHING",
            key,
            account,
            openid,
            message_class,
            json.dumps(content, ensure_ascii=False),
            to_ms(now),
        )
    )


async def anything_due(now: datetime) -> bool:
    """One short read, so that an idle worker does not write every second."""
    found = await rows(
        "SELECT 1 AS one FROM outbox WHERE (state = 'queued' AND due_at <= $1)"
        " OR (state = 'sending' AND lease_until < $1) LIMIT 1",
        to_ms(now),
    )
    return bool(found)


async def claim_messages(worker: str, now: datetime, limit: int) -> list[ClaimedMessage]:
    """Take due messages under a lease, oldest first; two workers never take the same one."""
    skip = " FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    found = await rows(
        # Without MATERIALIZED PostgreSQL may look for due rows again and again, past the limit.
        "WITH due AS MATERIALIZED (SELECT id FROM outbox WHERE state = 'queued' AND due_at <= $3"
        f" ORDER BY due_at, id LIMIT $4{skip})"
        " UPDATE outbox SET state = 'sending', attempt = attempt + 1, worker = $1, lease_until = $2"
        " WHERE id IN (SELECT id FROM due) AND state = 'queued'"
        " RETURNING id, key, account, openid, class AS message_class, content, attempt, created_at",
        worker,
        to_ms(now + LEASE),
        to_ms(now),
        limit,
    )
    claimed = [ClaimedMessage(**{**line, "content": json.loads(line["content"])}) for line in found]
    return sorted(claimed, key=lambda message: message.id)


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
