"""Results (送达结果): calls are written down before they are made, and what came of them after."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from loyalty.messages import Channel
from loyalty.send_gate import Go, Verdict
from loyalty.send_results import SendResult
from services.messages.claiming import ClaimedMessage, moment_of
from services.messages.contacts import give_back, learn_refusal, spend
from services.messages.gate import judge, lock_people
from services.messages.waiting import wait_instead
from services.shop import Shop
from storage.outbox_claims import begin_claimed
from storage.outbox_results import (
    Outcome,
    brake_broadcast,
    let_lease_end,
    newest_results,
    suppress_cancelled,
    write_outcomes,
)
from storage.sql import Row
from storage.transactions import transactional

log = logging.getLogger(__name__)

Sent = SendResult[ClaimedMessage]

# A verdict is good for so long; what begins later is judged once more.
VERDICT_LIFE = timedelta(seconds=2)
# No answer came to a call whose key the platform knows: the same call again, a little later.
SAME_AGAIN = timedelta(seconds=5)
MOST_SAME_CALLS = 3
# The brake on a broadcast that goes wrong.
RESULTS_WATCHED = 50
MOST_FAILED_PERCENT = 30
# The recipient's own affair, and no sign that something is wrong with the broadcast.
RECIPIENTS_FAULT = frozenset(
    {
        "unknown_openid",
        "not_subscribed",
        "blacklisted",
        "notice_refused",
        "window_closed",
        "allowance_used",
        "messages_switched_off",
        "minor_protected",
    }
)


@transactional
async def begin_sending(shop: Shop, worker: str, messages: Sequence[ClaimedMessage]) -> set[int]:
    """Written before the calls: the ids of those that may be made now, and by nobody else.

    What was judged too long ago is judged again; what was put off meanwhile is not begun.
    """
    moment = moment_of(shop)
    stale = [one for one in messages if moment.machine - one.judged_at > VERDICT_LIFE]
    held = await _judge_again(shop, stale)
    claims = [(one.id, one.attempt) for one in messages if one.id not in held]
    begun = await begin_claimed(worker, claims, moment)
    # To the queue, as if never taken: held back now, or by a pause or a cancel in between.
    back = [SendResult(one, "queued", "not_begun", counts=False) for one in messages]
    await _write(shop, worker, [one for one in back if one.message.id not in begun])
    return begun


async def _judge_again(shop: Shop, stale: Sequence[ClaimedMessage]) -> set[int]:
    """The ids of those that may not leave any more the way they were to."""
    asked = {one.id: one for one in stale if one.outgoing is not None}
    if not asked:
        return set()
    outgoing = [one.outgoing for one in asked.values() if one.outgoing is not None]
    await lock_people(outgoing)
    # What each spent for itself is not to stand against it.
    await _give_back(shop, asked.values())
    verdicts = await judge(shop, outgoing)
    await spend(one.go for one in asked.values() if one.go is not None)
    return {id for id, verdict in verdicts.items() if not _is_same_way(asked[id].go, verdict)}


def _is_same_way(go: Go | None, verdict: Verdict) -> bool:
    if go is None or not isinstance(verdict, Go):
        return False
    return (go.channel, go.follower_id) == (verdict.channel, verdict.follower_id)


@transactional
async def record_results(shop: Shop, worker: str, results: Sequence[Sent]) -> set[int]:
    """The ids of those that were still ours; of the others another worker knows more."""
    return await _write(shop, worker, results)


async def _write(shop: Shop, worker: str, results: Sequence[Sent]) -> set[int]:
    now = shop.clock.machine_now()
    repeats = [one for one in results if _goes_again_as_it_is(one)]
    again = [(one.message.id, one.message.attempt) for one in repeats]
    await let_lease_end(worker, again, now + SAME_AGAIN)
    ended = [one for one in results if one not in repeats]
    ours = await write_outcomes(worker, [_outcome(one, now) for one in ended], now)
    mine = [one for one in ended if one.message.id in ours]
    if lost := len(ended) - len(mine):
        log.warning("lease_lost", extra={"facts": {"messages": lost}})
    await _consequences(shop, mine)
    return ours | {one.message.id for one in repeats}


def _goes_again_as_it_is(result: Sent) -> bool:
    """Of what may have been taken before nothing but the same call can be made."""
    message = result.message
    if message.channel is not Channel.TEMPLATE:
        return False
    if result.state == "unknown":
        return message.attempt < MOST_SAME_CALLS
    return result.state == "queued" and message.is_repeat


def _outcome(result: Sent, now: datetime) -> Outcome:
    message, waits = result.message, result.state == "queued"
    # A refusal of the second call tells nothing of the first.
    state = "unknown" if message.is_repeat and result.state == "failed" else result.state
    return Outcome(
        message.id,
        message.attempt,
        state,
        result.reason,
        result.platform_id,
        now + timedelta(seconds=result.after_seconds) if waits else None,
        result.wait_until,
        result.counts,
    )


async def _consequences(shop: Shop, results: Sequence[Sent]) -> None:
    """What follows from what was certainly not taken, and from a broadcast that goes wrong."""
    refused = [
        one for one in results if one.state in ("failed", "queued") and not one.message.is_repeat
    ]
    await _give_back(shop, [one.message for one in refused])
    for one in refused:
        if one.mark is not None:
            await _learn(shop, one.message, one.mark)
    await wait_instead(shop, [one.message.id for one in refused if one.state == "failed"])
    if _broadcasts(refused, "queued"):
        await suppress_cancelled(shop.clock.machine_now())
    await brake(_broadcasts(refused, "failed"))


async def _give_back(shop: Shop, messages: Iterable[ClaimedMessage]) -> None:
    await give_back(shop, [one.go for one in messages if one.go is not None])


async def _learn(shop: Shop, message: ClaimedMessage, mark: str) -> None:
    template_id = message.go.template_id if message.go is not None else None
    await learn_refusal(
        shop, account=message.account, openid=message.openid, mark=mark, template_id=template_id
    )


def _broadcasts(results: Sequence[Sent], state: str) -> list[int]:
    found = {one.message.broadcast_id for one in results if one.state == state}
    return sorted(id for id in found if id is not None)


async def brake(broadcast_ids: Sequence[int]) -> None:
    """Pause what mostly fails, before the platform takes offence; somebody has to look.

    A helper for use cases.
    """
    for broadcast_id in broadcast_ids:
        newest = await newest_results(broadcast_id, RESULTS_WATCHED)
        if _goes_wrong(newest) and await brake_broadcast(broadcast_id):
            log.error("broadcast_braked", extra={"facts": {"broadcast": broadcast_id}})


def _goes_wrong(newest: Sequence[Row]) -> bool:
    ours = sum(
        line["state"] == "failed" and line["reason"] not in RECIPIENTS_FAULT for line in newest
    )
    return len(newest) >= RESULTS_WATCHED and ours * 100 > MOST_FAILED_PERCENT * len(newest)
