"""Results of mass sends (群发结果): what the platform's answer makes of everybody in a call."""

import json
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from services.mass.gathering import MassCall
from services.messages.outbox_results import brake
from services.shop import Shop
from storage.mass import end_messages, queue_again
from storage.mass_batches import batch_of_job, end_batch, fail_job, keep_counts, let_batch_wait
from storage.mass_news import keep_news, lock_job, news_of_job
from storage.transactions import transactional

log = logging.getLogger(__name__)

# Within a minute the platform refuses the same key (45066), whatever came of the first call.
SAME_CALL_AGAIN = timedelta(seconds=61)
MOST_SAME_CALLS = 5


@transactional
async def mass_call_taken(shop: Shop, worker: str, call: MassCall, platform_id: str | None) -> bool:
    now = shop.clock.machine_now()
    if platform_id is not None:
        await lock_job(call.account, platform_id)
    ours = await end_batch(
        call.row, worker, state="sent", reason=None, platform_id=platform_id, now=now
    )
    if ours:
        await end_messages(call.id, state="sent", reason=None, now=now)
        await _read_news(shop, call, platform_id)
    return ours


async def _read_news(shop: Shop, call: MassCall, platform_id: str | None) -> None:
    """How it ended may have been told already, while nobody knew whose number that was."""
    if platform_id is None:
        return
    if news := await news_of_job(call.account, platform_id):
        await _end_job(shop, call.id, json.loads(news["counts"]), news["failed"])


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
        await brake([call.row["broadcast_id"]])


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
async def mass_job_finished(
    shop: Shop, account: str, platform_id: str, *, counts: Mapping[str, int], failed: str | None
) -> bool:
    """What the platform tells, once, of a job it took; False when no call of ours has that number
    yet: it is kept for the call whose worker died before it could write the number down."""
    await lock_job(account, platform_id)
    batch = await batch_of_job(account, platform_id)
    if batch is None:
        now = shop.clock.machine_now()
        await keep_news(account, platform_id, counts=counts, failed=failed, now=now)
        return False
    await _end_job(shop, batch["id"], counts, failed)
    return True


async def _end_job(
    shop: Shop, batch_id: int, counts: Mapping[str, int], failed: str | None
) -> None:
    await keep_counts(batch_id, counts)
    if failed is not None:
        log.warning("mass_failed", extra={"facts": {"batch": batch_id, "reason": failed}})
        await fail_job(batch_id, reason=failed, now=shop.clock.machine_now())
