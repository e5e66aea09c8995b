"""Rows of group sends (群发): drafts, their states, and what the outbox has to know of them."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from storage.bulk import among, as_list
from storage.instants import to_ms
from storage.sql import Row, change, insert, row, rows

OPEN = "('draft', 'waiting')"
UNDER_WAY = "('running', 'paused')"
# Why a sending pauses of itself, and once somebody was told of it.
ERRORS, ERRORS_TOLD = "errors", "errors_told"
# To be fanned out, rehearsed for somebody who waits, told of, or cleared up after a cancel.
WANTS_WORK = (
    "(state = 'running' AND (campaign IS NULL OR people IS NOT NULL)"
    f" OR (state IN {OPEN} AND tells_rehearsal)"
    f" OR (state = 'paused' AND paused_why = '{ERRORS}')"
    " OR (state = 'cancelled' AND figures IS NULL))"
)


async def broadcast_contents(ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """What is said in each of these, the same for everybody, with its placeholders unfilled."""
    found = await rows(
        f"SELECT id, content FROM broadcasts WHERE {among('id', '$1')}", as_list(sorted(set(ids)))
    )
    return {line["id"]: json.loads(line["content"]) for line in found}


async def add_draft(**values: Any) -> int | None:
    """None when the key has its draft already."""
    return await insert(
        "broadcasts", {**values, "state": "draft"}, conflict="ON CONFLICT (key) DO NOTHING"
    )


async def broadcast_of_key(key: str) -> Row | None:
    return await row("SELECT * FROM broadcasts WHERE key = $1", key)


async def broadcast_of_id(broadcast_id: int) -> Row | None:
    return await row("SELECT * FROM broadcasts WHERE id = $1", broadcast_id)


async def drafted_broadcast(broadcast_id: int) -> Row | None:
    """None also for the line of a campaign, which nobody drafted."""
    return await row("SELECT * FROM broadcasts WHERE id = $1 AND campaign IS NULL", broadcast_id)


async def newest_broadcasts(limit: int) -> list[Row]:
    return await rows(
        "SELECT * FROM broadcasts WHERE campaign IS NULL ORDER BY id DESC LIMIT $1", limit
    )


async def await_second_person(broadcast_id: int) -> None:
    await change(
        f"UPDATE broadcasts SET state = 'waiting' WHERE id = $1 AND state IN {OPEN}", broadcast_id
    )


async def start(
    broadcast_id: int, *, confirmation_id: int, useless_after: datetime, now: datetime
) -> bool:
    """Whoever gets True has started it; everybody else came too late (F18)."""
    return bool(
        await change(
            "UPDATE broadcasts SET state = 'running', useless_after = $2, started_at = $3,"
            " tells_rehearsal = FALSE, confirmed_by = (SELECT s.id FROM confirmations c"
            " JOIN staff s ON s.follower_id = c.done_by AND s.state = 'active' WHERE c.id = $1)"
            f" WHERE id = $4 AND state IN {OPEN}",
            confirmation_id,
            to_ms(useless_after),
            to_ms(now),
            broadcast_id,
        )
    )


async def author_of(staff_id: int) -> Row | None:
    """Who they are by now; None where they are staff no more."""
    return await row(
        "SELECT s.id AS staff_id, s.role, s.store_id, s.region_id, f.id, f.account, f.openid"
        " FROM staff s JOIN followers f ON f.id = s.follower_id"
        " WHERE s.id = $1 AND s.state = 'active'",
        staff_id,
    )


async def pause(broadcast_id: int, why: str) -> bool:
    return bool(
        await change(
            "UPDATE broadcasts SET state = 'paused', paused_why = $1"
            " WHERE id = $2 AND state = 'running'",
            why,
            broadcast_id,
        )
    )


async def note_brake_told(broadcast_id: int) -> bool:
    """Whoever gets True tells somebody that it pauses of itself."""
    return bool(
        await change(
            "UPDATE broadcasts SET paused_why = $1"
            " WHERE id = $2 AND state = 'paused' AND paused_why = $3",
            ERRORS_TOLD,
            broadcast_id,
            ERRORS,
        )
    )


async def go_on(broadcast_id: int) -> bool:
    return bool(
        await change(
            "UPDATE broadcasts SET state = 'running', paused_why = NULL"
            " WHERE id = $1 AND state = 'paused'",
            broadcast_id,
        )
    )


async def cancel(broadcast_id: int, now: datetime) -> bool:
    """For ever, also of a draft; an audience that was not written down yet is nobody."""
    return bool(
        await change(
            "UPDATE broadcasts SET state = 'cancelled', ended_at = $1,"
            " people = COALESCE(people, 0), tells_rehearsal = FALSE"
            f" WHERE id = $2 AND (state IN {OPEN} OR state IN {UNDER_WAY})",
            to_ms(now),
            broadcast_id,
        )
    )


async def begin_rehearsal(broadcast_id: int) -> None:
    """From the first member on, whatever was counted before."""
    await change(
        "UPDATE broadcasts SET rehearsal = NULL, rehearsed_through = 0, rehearsed_at = NULL"
        f" WHERE id = $1 AND state IN {OPEN}",
        broadcast_id,
    )


async def keep_rehearsal(
    broadcast_id: int, rehearsal: str, *, after: int, through: int, done_at: datetime | None
) -> bool:
    """False when somebody else counted these people meanwhile, or it begins anew."""
    return bool(
        await change(
            "UPDATE broadcasts SET rehearsal = $1, rehearsed_through = $2, rehearsed_at = $3"
            f" WHERE id = $4 AND rehearsed_through = $5 AND state IN {OPEN}",
            rehearsal,
            through,
            to_ms(done_at) if done_at else None,
            broadcast_id,
            after,
        )
    )


async def tell_rehearsal(broadcast_id: int, *, tells: bool) -> None:
    """Whether somebody waits to be told how it went."""
    await change("UPDATE broadcasts SET tells_rehearsal = $1 WHERE id = $2", tells, broadcast_id)


async def take_work(
    worker: str, *, besides: Sequence[int], until: datetime, now: datetime
) -> Row | None:
    """The broadcast that waited longest for somebody to work on it, now under this worker's lease.

    What is done to it is decided by guards of its own: the lease only spares double work.
    """
    return await row(
        "UPDATE broadcasts SET worker = $1, worker_until = $2 WHERE id = (SELECT id FROM broadcasts"
        f" WHERE worker_until <= $3 AND {WANTS_WORK} AND NOT ({among('id', '$4')})"
        " ORDER BY worker_until, id LIMIT 1) AND worker_until <= $3 RETURNING *",
        worker,
        to_ms(until),
        to_ms(now),
        as_list(besides),
    )


async def release_work(broadcast_id: int, worker: str, now: datetime) -> None:
    await change(
        "UPDATE broadcasts SET worker_until = $1 WHERE id = $2 AND worker = $3",
        to_ms(now),
        broadcast_id,
        worker,
    )


async def any_work(now: datetime) -> bool:
    """One short read, so that idle processes do not write every second."""
    found = await row(
        f"SELECT 1 AS one FROM broadcasts WHERE worker_until <= $1 AND {WANTS_WORK} LIMIT 1",
        to_ms(now),
    )
    return found is not None
