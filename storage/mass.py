"""Rows that wait for a mass send (群发批次), and what becomes of those in one call together."""

from collections.abc import Sequence
from datetime import datetime

from storage.bulk import among, as_list
from storage.database import is_postgres
from storage.instants import to_ms
from storage.outbox_claims import CLAIMED, HELD, IN_LINE, LINE, NOT_PAUSED, ONE_BY_ONE, Moment
from storage.sql import Row, Values, change, rows

WAITS = "o.state = 'queued' AND o.channel = 'mass'"
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
