"""Claims (认领): due rows of the outbox under the lease of one worker, each kind with its share.

A row is held while it is judged, and `sending` from then on; `begun_at` tells whether the call was
made. What a dead worker had not begun is queued again, what it had begun may have been accepted
(reliability F10, F11).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from loyalty.messages import Channel
from storage.bulk import as_lines, as_table
from storage.database import is_postgres
from storage.instants import to_ms
from storage.sql import Row, Values, change, rows

# Whoever takes over has begun half a minute after a kill, the next look included.
LEASE = timedelta(seconds=27)
NOT_PAUSED = "NOT EXISTS (SELECT 1 FROM installation WHERE sending_paused_at IS NOT NULL)"
# The platform remembers a template message's key for ten minutes (wechat-platform 4.3); a call
# lasts seconds.
TEMPLATE_KEY_LIFE = timedelta(minutes=9)
LANES = (0, 1, 2)
OF_A_MESSAGE = (
    "key, account, openid, class AS message_class, created_at, content, content_sealed,"
    " follower_id, member_id, topic, campaign, broadcast_id, useless_after, fresh_until, lane,"
    " channel"
)
CLAIMED = f"id, attempt, {OF_A_MESSAGE}"
# Held by the claiming transaction, which judges it and makes it a worker's.
HELD = f"o.id, o.attempt + 1 AS attempt, {OF_A_MESSAGE}"
# The broadcast in whose line a message stands, as the indexes of these lines have it. SQLite finds
# it there only by what is no plain column: a value, or +b.id.
LINE = "COALESCE(broadcast_id, 0)"
# The first in line. Asked for in this order, a planner takes the line's index, however many it
# believes to be due; without, it may read the whole outbox for the last few.
IN_LINE = "wait_until, due_at, id"
# Who stands in it by themselves; what waits for a mass send is gathered elsewhere.
ONE_BY_ONE = "broadcast_id IS NOT NULL AND COALESCE(channel, '') <> 'mass'"
# What goes back as if it had never been taken.
UNTOUCHED = "worker = NULL, lease_until = NULL, left_at = NULL, begun_at = NULL"


@dataclass(frozen=True, slots=True)
class Moment:
    """Now by the machine's clock, which leases follow, and by the shop's."""

    machine: datetime
    business: datetime


@dataclass(frozen=True, slots=True)
class Source:
    """Where due messages stand in line: a lane, or within the last lane a broadcast."""

    lane: int
    broadcast_id: int | None = None

    def condition(self, values: Values) -> str:
        if self.broadcast_id is None:
            return f"broadcast_id IS NULL AND lane = {self.lane}"
        return f"{LINE} = {values(self.broadcast_id)} AND {ONE_BY_ONE}"


async def due_sources(moment: Moment) -> list[Source]:
    """Where something is due, one short read; nothing while sending is paused."""
    values = Values()
    due = _due(moment, values)
    lanes = " UNION ALL ".join(
        f"SELECT {lane} AS lane, CAST(NULL AS BIGINT) AS broadcast_id"
        f" WHERE {_any_due(Source(lane).condition(values), due)}"
        for lane in LANES
    )
    found = await rows(
        f"SELECT lane, broadcast_id FROM ({lanes} UNION ALL"
        " SELECT 2, b.id FROM broadcasts b WHERE b.state = 'running'"
        f" AND {_any_due(f'{LINE} = +b.id AND {ONE_BY_ONE}', due)}"
        f") AS found WHERE {NOT_PAUSED}",
        *values.all,
    )
    return [Source(**line) for line in found]


def _any_due(line: str, due: str) -> str:
    # Not EXISTS, which drops the order.
    first = f"SELECT id FROM outbox WHERE {line} AND {due} ORDER BY {IN_LINE} LIMIT 1"
    return f"({first}) IS NOT NULL"


def _due(moment: Moment, values: Values) -> str:
    wait_until = values.number(to_ms(moment.business))
    return f"state = 'queued' AND wait_until <= {wait_until} AND due_at <= " + values.number(
        to_ms(moment.machine)
    )


async def hold_messages(source: Source, moment: Moment, limit: int) -> list[Row]:
    """Due messages, oldest first, until the transaction ends; two workers never hold the same one.

    What they say is still sealed. A pause is looked for before, and again before each call.
    """
    values = Values()
    skip = " FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    condition = f"{source.condition(values)} AND {_due(moment, values)}"
    return await rows(
        f"SELECT {HELD} FROM outbox o WHERE {condition}"
        f" ORDER BY {IN_LINE} LIMIT {values.number(limit)}{skip}",
        *values.all,
    )


def _taken(values: Values, worker: str, moment: Moment) -> str:
    return (
        f"state = 'sending', attempt = attempt + 1, worker = {values(worker)},"
        f" lease_until = {values.number(to_ms(moment.machine + LEASE))}"
    )


async def any_lease_expired(now: datetime) -> bool:
    found = await rows(
        "SELECT 1 AS one FROM outbox WHERE state = 'sending' AND lease_until < $1"
        " AND batch_id IS NULL LIMIT 1",
        to_ms(now),
    )
    return bool(found)


async def take_over_begun(worker: str, moment: Moment, limit: int) -> list[Row]:
    """Template messages of a dead worker whose key the platform still knows: the same again.

    Nothing while sending is paused: by its end the keys may be forgotten.
    """
    values = Values()
    young = to_ms(moment.machine - TEMPLATE_KEY_LIFE)
    skip = " FOR UPDATE SKIP LOCKED" if is_postgres() else ""
    return await rows(
        "WITH lost AS MATERIALIZED (SELECT id FROM outbox WHERE state = 'sending'"
        f" AND lease_until < {values.number(to_ms(moment.machine))}"
        f" AND channel = '{Channel.TEMPLATE}' AND begun_at >= {values.number(young)}"
        f" AND {NOT_PAUSED} ORDER BY id LIMIT {values.number(limit)}{skip})"
        f" UPDATE outbox SET {_taken(values, worker, moment)}"
        f" WHERE id IN (SELECT id FROM lost) AND state = 'sending' RETURNING {CLAIMED}",
        *values.all,
    )


async def give_up_expired_leases(now: datetime) -> int:
    """What was not begun is queued again; what was, nobody can know. How many are unknown."""
    expired = "state = 'sending' AND lease_until < $1 AND batch_id IS NULL"
    await change(
        f"UPDATE outbox SET state = 'queued', channel = NULL, {UNTOUCHED}"
        f" WHERE {expired} AND begun_at IS NULL",
        to_ms(now),
    )
    return await change(
        "UPDATE outbox SET state = 'unknown', reason = 'worker_lost', finished_at = $1,"
        f" lease_until = NULL WHERE {expired} AND begun_at IS NOT NULL"
        f" AND (COALESCE(channel, '') <> '{Channel.TEMPLATE}' OR begun_at < $2)",
        to_ms(now),
        to_ms(now - TEMPLATE_KEY_LIFE),
    )


async def begin_claimed(worker: str, claims: Sequence[tuple[int, int]], moment: Moment) -> set[int]:
    """Write down that the calls are made now; the ids of those that may be.

    `claims` are ids with attempts. Not begun is what another worker took over, what an owner's
    pause holds back, and what belongs to a broadcast that does not run any more.
    """
    if not claims:
        return set()
    found = await rows(
        "UPDATE outbox SET begun_at = COALESCE(begun_at, $1), lease_until = $2"
        f" FROM {as_table({'id': 'BIGINT', 'attempt': 'BIGINT'}, '$3')}"
        " WHERE outbox.id = given.id AND outbox.attempt = given.attempt AND worker = $4"
        f" AND state = 'sending' AND {NOT_PAUSED} AND (broadcast_id IS NULL OR EXISTS"
        " (SELECT 1 FROM broadcasts b WHERE b.id = broadcast_id AND b.state = 'running'))"
        " RETURNING outbox.id AS id",
        to_ms(moment.machine),
        to_ms(moment.machine + LEASE),
        as_lines([{"id": id, "attempt": attempt} for id, attempt in claims]),
        worker,
    )
    return {line["id"] for line in found}
