"""Rows of mass sends (群发批次): messages of one broadcast that leave by one call."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from storage.bulk import among, as_list
from storage.database import is_postgres
from storage.instants import to_ms
from storage.outbox_claims import (
    CLAIMED,
    HELD,
    IN_LINE,
    LEASE,
    LINE,
    NOT_PAUSED,
    ONE_BY_ONE,
    Moment,
)
from storage.sql import Row, Values, change, insert, row, rows

# The platform knows a call's key for 24 hours (wechat-platform 4.7).
MASS_KEY_LIFE = timedelta(hours=23)
WAITS = "o.state = 'queued' AND o.channel = 'mass'"
# Whose a call is that waits for its time.
NOBODY = ""
# A call whose worker died, by what became of its broadcast meanwhile.
LOST = "state = 'sending' AND lease_until < $1"
NOT_IN_HAND = f"state = 'sending' AND (lease_until < $1 OR worker = '{NOBODY}')"
OF_STATE = "(SELECT b.id FROM broadcasts b WHERE b.state = '{}')"
RUNS = f"broadcast_id IN {OF_STATE.format('running')}"
# Nobody makes it again: its key is forgotten, or the broadcast was cancelled.
IS_OVER = f"(created_at < $2 OR broadcast_id IN {OF_STATE.format('cancelled')})"
# Back to the queue, as if never gathered.
AGAIN = (
    "state = 'queued', reason = $1, wait_until = $2, batch_id = NULL, channel = NULL,"
    " worker = NULL, left_at = NULL, begun_at = NULL, attempt = attempt - 1"
)


async def waiting_groups(moment: Moment, *, enough: int) -> list[Row]:
    """Of each running broadcast and account how many wait, and whether more may still come.

    Nobody counts beyond `enough` of a broadcast.
    """
    running = await rows(
        "SELECT id, queued_through FROM broadcasts WHERE state = 'running' AND people IS NOT NULL"
        f" AND {NOT_PAUSED}"
    )
    if not running:
        return []
    values = Values()
    groups = " UNION ALL ".join(_groups(values, line, moment, enough) for line in running)
    return await rows(f"{groups} ORDER BY people DESC", *values.all)


def _groups(values: Values, broadcast: Row, moment: Moment, enough: int) -> str:
    number, now = values(broadcast["id"]), values.number(to_ms(moment.business))
    # Asked for in the order of an index each, as everywhere in the queue.
    coming = (
        f"SELECT id FROM broadcast_people WHERE broadcast_id = {number}"
        f" AND id > {values.number(broadcast['queued_through'])} ORDER BY id LIMIT 1"
    )
    leaving = (
        f"SELECT id FROM outbox WHERE {LINE} = {number} AND {ONE_BY_ONE} AND state = 'queued'"
        f" AND wait_until <= {now} ORDER BY {IN_LINE} LIMIT 1"
    )
    waiting = (
        f"SELECT account FROM outbox o WHERE {LINE} = {number} AND {WAITS}"
        f" AND o.wait_until <= {now} AND o.due_at <= {values.number(to_ms(moment.machine))}"
        f" ORDER BY account, wait_until, id LIMIT {values.number(enough)}"
    )
    return (
        f"SELECT CAST({number} AS BIGINT) AS broadcast_id, account, COUNT(*) AS people,"
        f" (({coming}) IS NOT NULL OR ({leaving}) IS NOT NULL) AS grows"
        f" FROM ({waiting}) AS line GROUP BY account"
    )


async def hold_group(broadcast_id: int, account: str, moment: Moment, limit: int) -> list[Row]:
    """Those who wait for one call, until the transaction that judges them ends."""
    values = Values()
    skip = " FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    number = values(broadcast_id)
    return await rows(
        f"SELECT {HELD} FROM outbox o WHERE {LINE} = {number}"
        f" AND o.account = {values(account)} AND {WAITS}"
        # No EXISTS, which would be joined, and the line sorted.
        f" AND (SELECT b.state FROM broadcasts b WHERE b.id = {number}) = 'running'"
        f" AND o.wait_until <= {values.number(to_ms(moment.business))}"
        f" AND o.due_at <= {values.number(to_ms(moment.machine))} AND {NOT_PAUSED}"
        f" ORDER BY o.wait_until, o.id LIMIT {values.number(limit)}{skip}",
        *values.all,
    )


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


async def messages_of_batch(batch_id: int) -> list[Row]:
    """Those that have no end yet, in the order of the first call."""
    return await rows(
        f"SELECT {CLAIMED} FROM outbox WHERE batch_id = $1 AND state = 'sending' ORDER BY id",
        batch_id,
    )


async def leave_out(message_ids: Sequence[int], *, state: str, reason: str, now: datetime) -> None:
    """The call goes on without them: failed, or unknown where an earlier one may have told them."""
    left = "left_at" if state == "unknown" else "NULL"
    await change(
        f"UPDATE outbox SET state = '{state}', left_at = {left}, reason = $1, finished_at = $2"
        f" WHERE {among('id', '$3')} AND state = 'sending'",
        reason,
        to_ms(now),
        as_list(message_ids),
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


async def end_messages(batch_id: int, *, state: str, reason: str | None, now: datetime) -> int:
    """Those of the batch that have no end yet."""
    left = "left_at" if state in ("sent", "unknown") else "NULL"
    return await change(
        f"UPDATE outbox SET state = $1, reason = $2, finished_at = $3, left_at = {left},"
        " lease_until = NULL WHERE batch_id = $4 AND state = 'sending'",
        state,
        reason,
        to_ms(now),
        batch_id,
    )


async def queue_again(batch_id: int, *, wait_until: datetime, reason: str) -> int:
    """The call was certainly not taken: its messages wait, and are judged anew."""
    return await change(
        f"UPDATE outbox SET {AGAIN} WHERE batch_id = $3 AND state = 'sending'",
        reason,
        to_ms(wait_until),
        batch_id,
    )


async def queue_some_again(message_ids: Sequence[int], *, now: datetime, reason: str) -> int:
    """The call is not made yet: these leave it, and are judged anew."""
    return await change(
        f"UPDATE outbox SET {AGAIN} WHERE {among('id', '$3')} AND state = 'sending'",
        reason,
        to_ms(now),
        as_list(message_ids),
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
