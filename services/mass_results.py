"""Results of mass sends (群发结果): what the platform's answer makes of everybody in a call."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from services.mass import MassCall
from services.outbox_results import brake
from services.shop import Shop
from storage.mass import end_messages, queue_again
from storage.mass_batches import batch_of_job, end_batch, fail_job, keep_counts, let_batch_wait
from storage.transactions import transactional

log = logging.getLogger(__name__)

# Within a minute the platform refuses the same key (45066), whatever came of the first call.
SAME_CALL_AGAIN = timedelta(seconds=61)
MOST_SAME_CALLS = 5


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
    """What the platform tells of a job it took; False when no call of ours has that number."""
    batch = await batch_of_job(account, platform_id)
    if batch is None:
        return False
    await keep_counts(batch["id"], counts)
    if failed is not None:
        log.warning("mass_failed", extra={"facts": {"batch": batch["id"], "reason": failed}})
        await fail_job(batch["id"], reason=failed, now=shop.clock.machine_now())
    return True
