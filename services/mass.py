"""Mass sends (高级群发): those of a broadcast who can be told alike are told by one call.

The messages and their call are written in one transaction before it is made. Its key lives a
day at the platform: a call without an answer is made again, and taken once (reliability F11).
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from loyalty.messages import Channel
from loyalty.send_gate import Go
from services.broadcast_texts import said_to
from services.claiming import judged_by, moment_of, write_judged
from services.mass_again import FEWEST, judged_now, take_over
from services.shop import Shop
from storage.broadcasts import broadcast_contents
from storage.mass import (
    add_batch,
    any_call_lost,
    batch_of_job,
    end_batch,
    end_messages,
    fail_job,
    hold_group,
    keep_counts,
    let_batch_wait,
    messages_of_batch,
    queue_again,
    waiting_groups,
)
from storage.mass_tags import is_tagging, keep_batch_tag, worn_tags
from storage.name_locks import lock_name
from storage.outbox_claims import Moment
from storage.outbox_results import Judged
from storage.sql import Row
from storage.transactions import transactional

log = logging.getLogger(__name__)

MOST = 10_000
# Beyond this nothing more is put in: what is there goes, full or not.
CROWDED = 15_000
# Within a minute the platform refuses the same key (45066), whatever came of the first call.
SAME_CALL_AGAIN = timedelta(seconds=61)
MOST_SAME_CALLS = 5
KEY_LENGTH = 32
# The platform has sent by then to whoever had the tag.
TAG_LIFE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MassCall:
    """One call that is to be made now."""

    id: int
    key: str
    account: str
    content: Mapping[str, Any]
    openids: Sequence[str]
    attempt: int
    # By the machine's clock: an older verdict is asked for again right before the call.
    judged_at: datetime
    # Tags at the platform that nothing needs any more, by the batch that had them.
    worn_tags: Mapping[int, int]
    row: Row


async def take_mass_call(shop: Shop, worker: str) -> MassCall | None:
    """The next call that has its people together, or that a dead worker left behind."""
    moment = moment_of(shop)
    batch = None
    if await any_call_lost(moment.machine):
        batch = await take_over(shop, worker)
    for group in [] if batch else _ready(await waiting_groups(moment)):
        batch = batch or await gather(shop, worker, group)
    return await _call(shop, batch, moment) if batch else None


def _ready(groups: Sequence[Row]) -> list[Row]:
    waiting: dict[int, int] = {}
    for group in groups:
        broadcast_id = group["broadcast_id"]
        waiting[broadcast_id] = waiting.get(broadcast_id, 0) + group["people"]
    return [
        group
        for group in groups
        if group["people"] >= MOST
        or not group["grows"]
        or waiting[group["broadcast_id"]] >= CROWDED
    ]


@transactional
async def gather(shop: Shop, worker: str, group: Row) -> Row | None:
    """Judge everybody once more and write their call down; None where nobody is left to call."""
    moment = moment_of(shop)
    broadcast_id, account = group["broadcast_id"], group["account"]
    if sends_by_tag(shop, account) and await _is_tagging(account, moment):
        return None
    held = await hold_group(broadcast_id, account, moment, MOST)
    together = await _judged(shop, worker, held, account, moment)
    if len(together) < FEWEST:
        return None
    return await add_batch(
        together, broadcast_id=broadcast_id, account=account, worker=worker, now=moment.machine
    )


def sends_by_tag(shop: Shop, account: str) -> bool:
    """Subscription accounts may not name whom they send to."""
    return shop.account_kinds.get(account) == "subscription"


async def _is_tagging(account: str, moment: Moment) -> bool:
    # Two that tag people at once disturb each other (wechat-platform 4.10, 45159).
    await lock_name(f"tagging:{account}")
    return await is_tagging(account, moment.machine)


async def _judged(
    shop: Shop, worker: str, held: Sequence[Row], account: str, moment: Moment
) -> list[int]:
    """The ids of those who may go by this call; all others have their verdict."""
    verdicts = await judged_now(shop, held)
    together = {id for id, verdict in verdicts.items() if goes_by(verdict, account)}
    judged = []
    for id, verdict in verdicts.items():
        if len(together) < FEWEST and id in together:
            # The platform takes no list of one, and nothing else may say it to them.
            judged.append(Judged(id, "suppressed", "mass_needs_two"))
        elif id in together:
            judged.append(_leaving(id, verdict))
        else:
            judged.append(_elsewhere(id, verdict))
    await write_judged(shop, worker, judged, moment)
    return sorted(together) if len(together) >= FEWEST else []


def goes_by(verdict: object, account: str) -> bool:
    return isinstance(verdict, Go) and (verdict.channel, verdict.account) == (Channel.MASS, account)


def _leaving(id: int, verdict: object) -> Judged:
    assert isinstance(verdict, Go)
    return Judged(
        id,
        "sending",
        channel=Channel.MASS,
        account=verdict.account,
        openid=verdict.openid,
        follower_id=verdict.follower_id,
    )


def _elsewhere(id: int, verdict: Any) -> Judged:
    """Another way is open by now: that one is claimed like any message."""
    if isinstance(verdict, Go) and verdict.channel is not Channel.MASS:
        return Judged(id, "queued")
    return judged_by(id, verdict)


async def _call(shop: Shop, batch: Row, moment: Moment) -> MassCall:
    account, worn = batch["account"], {}
    if sends_by_tag(shop, account):
        worn = await worn_tags(account, batch["id"], moment.machine - TAG_LIFE)
    content = (await broadcast_contents([batch["broadcast_id"]]))[batch["broadcast_id"]]
    return MassCall(
        id=batch["id"],
        key=sha256(batch["key"].encode()).hexdigest()[:KEY_LENGTH],
        account=account,
        content=said_to(shop, content, {}),
        openids=[line["openid"] for line in await messages_of_batch(batch["id"])],
        attempt=batch["attempt"],
        judged_at=moment.machine,
        worn_tags=worn,
        row=batch,
    )


@transactional
async def mass_call_taken(shop: Shop, worker: str, call: MassCall, platform_id: str | None) -> bool:
    now = shop.clock.machine_now()
    ours = await end_batch(
        call.row, worker, state="sent", reason=None, platform_id=platform_id, now=now
    )
    if ours:
        await end_messages(call.id, state="sent", reason=None, now=now)
    return ours


@transactional
async def mass_call_refused(
    shop: Shop, worker: str, call: MassCall, reason: str, *, wait_until: datetime | None = None
) -> None:
    """With `wait_until` the messages wait for another call; else they have failed.

    A call that is made again may have been taken the first time: it keeps its key and its people.
    """
    await refuse(shop, worker, call, reason, wait_until)


async def refuse(
    shop: Shop, worker: str, call: MassCall, reason: str, wait_until: datetime | None
) -> None:
    """A helper for use cases; nothing happens when another worker has the call by now."""
    now = shop.clock.machine_now()
    if call.attempt > 1:
        return await _refused_again(shop, worker, call, reason, wait_until)
    ours = await end_batch(
        call.row, worker, state="failed", reason=reason, platform_id=None, now=now
    )
    if ours and wait_until is not None:
        await queue_again(call.id, wait_until=wait_until, reason=reason)
    elif ours:
        await end_messages(call.id, state="failed", reason=reason, now=now)


async def _refused_again(
    shop: Shop, worker: str, call: MassCall, reason: str, wait_until: datetime | None
) -> None:
    now = shop.clock.machine_now()
    if wait_until is not None:
        return await let_batch_wait(call.row, worker, now + (wait_until - shop.now()))
    if await end_batch(call.row, worker, state="unknown", reason=reason, platform_id=None, now=now):
        await end_messages(call.id, state="unknown", reason=reason, now=now)


@transactional
async def mass_call_unanswered(shop: Shop, worker: str, call: MassCall, reason: str) -> None:
    """The same call again a little later; after some of them nobody knows."""
    now = shop.clock.machine_now()
    if call.attempt < MOST_SAME_CALLS:
        return await let_batch_wait(call.row, worker, now + SAME_CALL_AGAIN)
    if await end_batch(call.row, worker, state="unknown", reason=reason, platform_id=None, now=now):
        await end_messages(call.id, state="unknown", reason=reason, now=now)


@transactional
async def keep_mass_tag(batch_id: int, tag_id: int | None) -> None:
    await keep_batch_tag(batch_id, tag_id)


@transactional
async def mass_job_finished(
    shop: Shop, account: str, platform_id: str, *, counts: Mapping[str, int], failed: str | None
) -> bool:
    """What the platform tells of a job it took; False when no call of ours has that number."""
    batch = await batch_of_job(account, platform_id)
    if batch is None:
        return False
    await keep_counts(batch["id"], counts)
    if failed is not None:
        log.warning("mass_failed", extra={"facts": {"batch": batch["id"], "reason": failed}})
        await fail_job(batch["id"], reason=failed, now=shop.clock.machine_now())
    return True
