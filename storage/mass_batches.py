"""Rows of mass sends as calls (群发批次): whose they are, who makes them again, how they ended."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from storage.bulk import among, as_list
from storage.database import is_postgres
from storage.instants import to_ms
from storage.mass import end_messages
from storage.outbox_claims import LEASE, NOT_PAUSED
from storage.sql import Row, change, insert, row, rows

# The platform knows a call's key for 24 hours (wechat-platform 4.7).
MASS_KEY_LIFE = timedelta(hours=23)
# Whose a call is that waits for its time.
NOBODY = ""
# A call whose worker died, by what became of its broadcast meanwhile.
LOST = "state = 'sending' AND lease_until < $1"
NOT_IN_HAND = f"state = 'sending' AND (lease_until < $1 OR worker = '{NOBODY}')"
OF_STATE = "(SELECT b.id FROM broadcasts b WHERE b.state = '{}')"
RUNS = f"broadcast_id IN {OF_STATE.format('running')}"
# Nobody makes it again: its key is forgotten, or the broadcast was cancelled.
IS_OVER = f"(created_at < $2 OR broadcast_id IN {OF_STATE.format('cancelled')})"


async def add_batch(
    message_ids: Sequence[int], *, broadcast_id: int, account: str, worker: str, now: datetime
) -> Row:
    """The call for these messages, which are the worker's; it is to be made at once."""
    batch = {
        # Of those that the platform refused, messages come into another call, under another key.
        "key": f"mass:{broadcast_id}:{min(message_ids)}:{to_ms(now)}",
        "broadcast_id": broadcast_id,
        "account": account,
        "state": "sending",
        "people": len(message_ids),
        "worker": worker,
        "lease_until": now + LEASE,
        "created_at": now,
    }
    batch_id = await insert("mass_batches", batch)
    changed = await change(
        "UPDATE outbox SET batch_id = $1, begun_at = $2, lease_until = NULL"
        f" WHERE {among('id', '$3')} AND worker = $4 AND state = 'sending'",
        batch_id,
        to_ms(now),
        as_list(message_ids),
        worker,
    )
    assert changed == len(message_ids), (changed, len(message_ids))
    found = await row("SELECT * FROM mass_batches WHERE id = $1", batch_id)
    assert found is not None
    return found


async def any_call_lost(now: datetime) -> bool:
    """One that is to be made again, or given up; while its broadcast pauses it is neither."""
    found = await rows(
        f"SELECT 1 AS one FROM mass_batches WHERE {LOST} AND {RUNS} OR {NOT_IN_HAND} AND {IS_OVER}"
        " LIMIT 1",
        to_ms(now),
        to_ms(now - MASS_KEY_LIFE),
    )
    return bool(found)


async def take_over_batch(worker: str, now: datetime, busy: Collection[str]) -> Row | None:
    """A call whose worker died: made once more under the same key, while the platform knows it.

    None of an account that is `busy`.
    """
    skip = " FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    return await row(
        "UPDATE mass_batches SET worker = $1, attempt = attempt + 1, lease_until = $2"
        " WHERE id = (SELECT id FROM mass_batches WHERE state = 'sending' AND lease_until < $3"
        f" AND created_at >= $4 AND NOT {among('account', '$5')} AND {RUNS} AND {NOT_PAUSED}"
        f" ORDER BY id LIMIT 1{skip})"
        " AND state = 'sending' RETURNING *",
        worker,
        to_ms(now + LEASE),
        to_ms(now),
        to_ms(now - MASS_KEY_LIFE),
        as_list(sorted(busy)),
    )


async def give_up_old_batches(now: datetime) -> None:
    """Nobody can know any more whether these calls were taken."""
    found = await rows(
        "UPDATE mass_batches SET state = 'unknown', reason = 'worker_lost', finished_at = $1,"
        f" lease_until = NULL WHERE {NOT_IN_HAND} AND {IS_OVER} RETURNING id",
        to_ms(now),
        to_ms(now - MASS_KEY_LIFE),
    )
    for batch in found:
        await end_messages(batch["id"], state="unknown", reason="worker_lost", now=now)


async def renew_batch(batch: Row, worker: str, now: datetime) -> bool:
    """False when another worker has the call by now, or its broadcast, or all sending, pauses."""
    return bool(
        await change(
            "UPDATE mass_batches SET lease_until = $1 WHERE id = $2 AND worker = $3"
            f" AND attempt = $4 AND state = 'sending' AND {RUNS} AND {NOT_PAUSED}",
            to_ms(now + LEASE),
            batch["id"],
            worker,
            batch["attempt"],
        )
    )


async def end_batch(
    batch: Row,
    worker: str,
    *,
    state: str,
    reason: str | None,
    platform_id: str | None,
    now: datetime,
) -> bool:
    """False when another worker has the call by now (fencing)."""
    return bool(
        await change(
            "UPDATE mass_batches SET state = $1, reason = $2, platform_id = $3, finished_at = $4,"
            " lease_until = NULL WHERE id = $5 AND worker = $6 AND attempt = $7"
            " AND state = 'sending'",
            state,
            reason,
            platform_id,
            to_ms(now),
            batch["id"],
            worker,
            batch["attempt"],
        )
    )


async def let_batch_wait(batch: Row, worker: str, until: datetime) -> None:
    """The same call again at that time, by whoever finds it."""
    await change(
        f"UPDATE mass_batches SET lease_until = $1, worker = '{NOBODY}'"
        " WHERE id = $2 AND worker = $3 AND attempt = $4 AND state = 'sending'",
        to_ms(until),
        batch["id"],
        worker,
        batch["attempt"],
    )


async def batch_of_job(account: str, platform_id: str) -> Row | None:
    return await row(
        "SELECT * FROM mass_batches WHERE account = $1 AND platform_id = $2", account, platform_id
    )


async def keep_counts(batch_id: int, counts: Mapping[str, int]) -> None:
    """What the platform counted itself; it says so once."""
    await change(
        "UPDATE mass_batches SET counts = $1 WHERE id = $2 AND counts IS NULL",
        json.dumps(counts),
        batch_id,
    )


async def fail_job(batch_id: int, *, reason: str, now: datetime) -> None:
    """The platform took the call and then sent nothing: refused by a review, or by an owner."""
    await change(
        "UPDATE mass_batches SET state = 'failed', reason = $1 WHERE id = $2", reason, batch_id
    )
    await change(
        "UPDATE outbox SET state = 'failed', reason = $1, finished_at = $2, left_at = NULL"
        " WHERE batch_id = $3 AND state IN ('sent', 'unknown', 'sending')",
        reason,
        to_ms(now),
        batch_id,
    )
