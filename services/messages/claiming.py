"""Claiming (认领): what is due is held, judged and made ready, and comes under this worker's lease.

All in one transaction, so that two workers never both find room under one person's cap. What came
of a call is recorded in outbox_results.py.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from loyalty.messages import Channel
from loyalty.send_gate import Drop, Go, Held, Outgoing, Verdict, Wait
from services.messages.contacts import spend
from services.messages.gate import judge, lock_people, outgoing_of
from services.messages.outgoing_contents import opened_contents, ready_contents
from services.messages.waiting import wait_instead
from services.shop import Shop
from storage.outbox_claims import (
    Moment,
    Source,
    any_lease_expired,
    due_sources,
    give_up_expired_leases,
    hold_messages,
    take_over_begun,
)
from storage.outbox_results import Judged, suppress_cancelled, write_verdicts
from storage.sql import Row
from storage.transactions import transactional

# What is told at the next contact instead, where the message says so (field-rules D6).
SAID_LATER = frozenset(
    {
        Held.NO_CHANNEL,
        Held.PAUSED_BY_MEMBER,
        Held.DAY_OVER,
        Held.MONTHLY_QUOTA,
        Held.MASS_NEEDS_TWO,
    }
)
# Of every claim so much is kept for each lane in which something waits.
RESERVED_PERCENT = 10


class ClaimedMessage(NamedTuple):
    """A message under this worker's lease, opened and ready for its channel."""

    id: int
    key: str
    account: str
    openid: str
    message_class: str
    content: dict[str, Any]
    attempt: int
    lane: int
    channel: Channel
    # By the machine's clock: an older verdict is asked for again right before the call.
    judged_at: datetime
    follower_id: int | None = None
    member_id: int | None = None
    topic: str | None = None
    broadcast_id: int | None = None
    # How the gate saw it; None for a call that is made again, whatever it would say now.
    outgoing: Outgoing | None = None
    go: Go | None = None

    @property
    def is_repeat(self) -> bool:
        """Its call may have been made before, and was perhaps taken."""
        return self.outgoing is None


def moment_of(shop: Shop) -> Moment:
    return Moment(shop.clock.machine_now(), shop.now())


@transactional
async def claim_due(shop: Shop, worker: str, limit: int) -> list[ClaimedMessage]:
    """What may leave now, in the order of lanes; of what may not, the reason is written down."""
    moment = moment_of(shop)
    repeated: list[Row] = []
    if await any_lease_expired(moment.machine):
        repeated = await take_over_begun(worker, moment, limit)
        await give_up_expired_leases(moment.machine)
        await suppress_cancelled(moment.machine)
    sources = await due_sources(moment)
    held = await _held(sources, moment, limit - len(repeated))
    contents = await opened_contents(shop, [*repeated, *held])
    batch = _Batch(shop, worker, moment, contents)
    return await batch.made_again(repeated) + await batch.judged(held)


async def _held(sources: Sequence[Source], moment: Moment, limit: int) -> list[Row]:
    """Replies before what is owed before marketing; broadcasts share what is left for theirs."""
    share = limit * RESERVED_PERCENT // 100
    lanes = sorted({source.lane for source in sources})
    held: list[Row] = []
    for place, lane in enumerate(lanes):
        mine = [source for source in sources if source.lane == lane]
        random.shuffle(mine)
        kept = share * (len(lanes) - place - 1)
        for waiting, source in zip(range(len(mine), 0, -1), mine, strict=True):
            room = (limit - kept - len(held)) // waiting
            held += await hold_messages(source, moment, room)
    return sorted(held, key=lambda row: (row["lane"], row["id"]))


@dataclass(frozen=True, slots=True)
class _Batch:
    """Rows held by one transaction, and what they say by id."""

    shop: Shop
    worker: str
    moment: Moment
    contents: Mapping[int, dict[str, Any]]

    async def made_again(self, rows: Sequence[Row]) -> list[ClaimedMessage]:
        """The very same call as before: it may have been taken, and its key tells."""
        goes = {row["id"]: _as_before(row) for row in rows if row["id"] in self.contents}
        ready = await ready_contents(self.shop, goes, rows, self.contents)
        return [
            _claimed(row, ready[row["id"]], goes[row["id"]], self.moment)
            for row in rows
            if row["id"] in ready
        ]

    async def judged(self, rows: Sequence[Row]) -> list[ClaimedMessage]:
        readable = [row for row in rows if row["id"] in self.contents]
        outgoing = {one.id: one for one in outgoing_of(self.shop, readable, self.contents)}
        await lock_people(outgoing.values())
        verdicts = await judge(self.shop, list(outgoing.values()))
        goes = {id: verdict for id, verdict in verdicts.items() if isinstance(verdict, Go)}
        now = {id: go for id, go in goes.items() if go.channel is not Channel.MASS}
        ready = await ready_contents(self.shop, now, readable, self.contents)
        judged = [self._judged(row["id"], verdicts, ready) for row in rows]
        await write_judged(self.shop, self.worker, judged, self.moment)
        await spend(now[id] for id in ready)
        return [
            _claimed(row, ready[id], now[id], self.moment, outgoing[id])
            for row in readable
            if (id := row["id"]) in ready
        ]

    def _judged(
        self, id: int, verdicts: Mapping[int, Verdict], ready: Mapping[int, object]
    ) -> Judged:
        if id not in verdicts:
            return Judged(id, "failed", "cannot_unseal")
        verdict = verdicts[id]
        if isinstance(verdict, Go) and verdict.channel is not Channel.MASS and id not in ready:
            return Judged(id, "failed", "bad_value")
        return judged_by(id, verdict)


def judged_by(id: int, verdict: Verdict) -> Judged:
    """What is to be sent to many at once waits to be gathered."""
    if isinstance(verdict, Drop):
        return Judged(id, "suppressed", verdict.reason)
    if isinstance(verdict, Wait):
        return Judged(id, "queued", verdict.reason, wait_until=verdict.until)
    return Judged(
        id,
        "queued" if verdict.channel is Channel.MASS else "sending",
        channel=verdict.channel,
        account=verdict.account,
        openid=verdict.openid,
        follower_id=verdict.follower_id,
    )


async def write_judged(shop: Shop, worker: str, judged: Sequence[Judged], moment: Moment) -> None:
    """A helper for use cases that claim; what cannot be said now is said at the next contact."""
    await write_verdicts(worker, judged, machine=moment.machine, business=moment.business)
    later = [
        one.id
        for one in judged
        if one.state == "failed" or (one.reason in SAID_LATER and one.state == "suppressed")
    ]
    await wait_instead(shop, later)


def _as_before(row: Row) -> Go:
    return Go(Channel(row["channel"]), row["follower_id"], row["account"], row["openid"])


def _claimed(
    row: Row, content: dict[str, Any], go: Go, moment: Moment, outgoing: Outgoing | None = None
) -> ClaimedMessage:
    return ClaimedMessage(
        id=row["id"],
        key=row["key"],
        account=go.account,
        openid=go.openid,
        message_class=row["message_class"],
        content=content,
        attempt=row["attempt"],
        lane=row["lane"],
        channel=go.channel,
        judged_at=moment.machine,
        follower_id=go.follower_id,
        member_id=row["member_id"],
        topic=row["topic"],
        broadcast_id=row["broadcast_id"],
        outgoing=outgoing,
        go=go,
    )
