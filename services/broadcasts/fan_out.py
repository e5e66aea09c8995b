"""The fan-out (分发) of a group send: its audience is written down once, then put into the outbox.

Chunk by chunk, each judged by the gate. The cursor is guarded, so whatever dies in the middle is
done by the next, and nobody is put in twice or left out (reliability F10, F21).
"""

from collections.abc import Sequence
from typing import Any

from loyalty.broadcast_contents import channels_for
from loyalty.messages import MessageClass
from loyalty.send_gate_values import Drop, Go, Held, Outgoing, Verdict, Wait
from services.broadcasts.audience import people_in
from services.broadcasts.drafts import content_of
from services.broadcasts.judging import judge_many
from services.shop import Shop
from storage.broadcast_people import (
    chunk_after,
    keep_count,
    may_write_down,
    move_cursor,
    put_many,
    queued_now,
    write_down,
)
from storage.instants import from_ms, to_ms
from storage.sql import Row
from storage.transactions import transactional

CHUNK = 5000
# So many rows of one sending wait to leave at once; more would only be in the way.
MOST_QUEUED = 20_000
CLASS = MessageClass.PROMOTION


class CancelledMeanwhile(Exception):
    """Nobody wants the list any more that was just written: it is undone."""


async def write_audience(shop: Shop, broadcast: Row) -> bool:
    """Everybody who is meant by now; False where somebody else does it or did, or cancels it."""
    try:
        return await write_list(shop, broadcast)
    except CancelledMeanwhile:
        return False


@transactional
async def write_list(shop: Shop, broadcast: Row) -> bool:
    """In one statement, so that whatever cuts it off leaves nothing of it."""
    number = broadcast["id"]
    if not await may_write_down(number):
        return False
    people = await write_down(number, people_in(shop, broadcast), shop.account_kinds)
    if not await keep_count(number, people):
        raise CancelledMeanwhile
    return True


async def fan_out_chunk(shop: Shop, broadcast: Row) -> bool:
    """Put the next people into the outbox; False when there is nothing to do now."""
    number, after = broadcast["id"], broadcast["queued_through"]
    room = MOST_QUEUED - await queued_now(number, shop.now(), enough=MOST_QUEUED)
    if room <= 0:
        return False
    people = await chunk_after(number, after, min(CHUNK, room))
    if not people:
        return False
    reached = [line for line in people if line["follower_id"] is not None]
    verdicts = await judge_many(shop, [_outgoing(broadcast, line) for line in reached])
    messages = [_message(shop, broadcast, line, verdicts[-line["id"]]) for line in reached]
    return await queue_chunk(number, messages, after=after, through=people[-1]["id"])


@transactional
async def queue_chunk(
    number: int, messages: Sequence[dict[str, Any]], *, after: int, through: int
) -> bool:
    """False when another process was faster, or the sending pauses: nothing is put in then."""
    if not await move_cursor(number, after=after, through=through):
        return False
    await put_many(messages)
    return True


def _outgoing(broadcast: Row, line: Row) -> Outgoing:
    useless_after = broadcast["useless_after"]
    return Outgoing(
        # Below zero: no row of the outbox has that number.
        id=-line["id"],
        member_id=line["member_id"],
        follower_id=line["follower_id"],
        message_class=CLASS,
        topic=broadcast["topic"],
        channels=channels_for(content_of(broadcast)),
        useless_after=None if useless_after is None else from_ms(useless_after),
    )


def _message(shop: Shop, broadcast: Row, line: Row, verdict: Verdict) -> dict[str, Any]:
    """A row of the outbox. Who has left since the audience was written down is told nothing."""
    now_ms = to_ms(shop.clock.machine_now())
    message = {
        "key": f"broadcast:{broadcast['id']}:{line['was']}",
        "account": line["account"],
        "openid": line["openid"],
        "class": str(CLASS),
        "content": "",
        "state": "queued",
        "due_at": now_ms,
        "created_at": now_ms,
        "follower_id": line["follower_id"],
        "member_id": line["member_id"],
        "broadcast_id": broadcast["id"],
        "topic": broadcast["topic"],
        "lane": CLASS.lane,
        "wait_until": 0,
        "useless_after": broadcast["useless_after"],
    }
    if line["member_id"] is None:
        verdict = Drop(Held.LEFT)
    return message | _judged(verdict, now_ms)


def _judged(verdict: Verdict, now_ms: int) -> dict[str, Any]:
    match verdict:
        case Go(channel=channel, follower_id=follower_id, account=account, openid=openid):
            to = {"follower_id": follower_id, "account": account, "openid": openid}
            return {**to, "channel": str(channel)}
        case Wait(until=until, reason=reason):
            return {"wait_until": to_ms(until), "reason": str(reason)}
        case Drop(reason=reason):
            return {"state": "suppressed", "reason": str(reason), "finished_at": now_ms}
