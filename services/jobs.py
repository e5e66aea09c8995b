"""Job runs (任务运行): each (job, planned time) happens once, whoever ticks.

The row is the truth: it is made before the run, leased while it runs, and a run whose worker
died is taken over when its lease ends. A fencing number keeps a worker that came back too late
from finishing somebody else's run.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from loyalty.staff import Right
from services.messages.telling import tell_staff
from services.shop import Shop
from storage.instants import to_ms
from storage.jobs import (
    Run,
    begin_run,
    finish_run,
    hand_back_run,
    last_planned,
    open_runs,
    renew_lease,
    skip_run,
    take_over_run,
)
from storage.transactions import transactional

__all__ = ["Run"]

log = logging.getLogger(__name__)

# A third of a lease (storage/leases.py): two in a row may fail before it ends.
HEARTBEAT_SECONDS = 10.0
# Why a planned time does not run: a later one stands for it, its hour is gone, or it was before
# anybody planned it.
SUPERSEDED, TOO_LATE, NOT_YET = "superseded", "too_late", "not_yet"

Skipped = tuple[datetime, str]


@transactional
async def begin(shop: Shop, job: str, planned_at: datetime, worker: str) -> Run | None:
    """Take this planned time, or None when it is over or another run of the job is under way."""
    begun = await begin_run(job, planned_at, worker=worker, now=shop.now())
    return Run(job, planned_at, fence=1) if begun else None


@transactional
async def take_over(shop: Shop, job: str, planned_at: datetime, worker: str) -> Run | None:
    """Go on with a run whose worker died; None while its lease lives."""
    fence = await take_over_run(job, planned_at, worker=worker)
    return None if fence is None else Run(job, planned_at, fence)


@transactional
async def finish(shop: Shop, run: Run, *, state: str, result: str, failures: int = 0) -> bool:
    """False when somebody else has the run by now."""
    return await finish_run(run, state=state, result=result, failures=failures, now=shop.now())


@transactional
async def hand_back(shop: Shop, run: Run) -> None:
    """For a worker that is to end before its run does."""
    await hand_back_run(run)


@transactional
async def skip(
    shop: Shop, job: str, skipped: Sequence[Skipped], *, worker: str, asks: str = ""
) -> None:
    """Record planned times that do not run. `asks` is what those in charge know the job by: they
    are told of what is too late, and decide."""
    for planned_at, reason in skipped:
        is_new = await skip_run(job, planned_at, worker=worker, reason=reason, now=shop.now())
        if is_new and asks and reason == TOO_LATE:
            await _ask(shop, job, planned_at, what=asks)


async def _ask(shop: Shop, job: str, planned_at: datetime, *, what: str) -> None:
    facts = {"what": what, "planned": f"{shop.clock.local(planned_at):%Y-%m-%d %H:%M}"}
    text = shop.phrase("clock/too_late", facts)
    key = f"too-late:{job}:{to_ms(planned_at)}"
    await tell_staff(shop, None, Right.BROADCAST, text, key=key, store_id=None)


@asynccontextmanager
async def kept(shop: Shop, run: Run) -> AsyncIterator[None]:
    """While the work in here goes on, its lease is renewed."""
    beating = asyncio.create_task(_beat(shop, run), name=f"heartbeat of {run.job}")
    try:
        yield
    finally:
        beating.cancel()
        await asyncio.wait([beating])


@transactional
async def renew(shop: Shop, run: Run) -> bool:
    return await renew_lease(run)


async def last_run(job: str) -> datetime | None:
    """The newest planned time of a job that is over."""
    return await last_planned(job)


async def runs_under_way() -> dict[str, datetime]:
    """By job; also those that died and wait to be taken over."""
    return dict(await open_runs())


async def _beat(shop: Shop, run: Run) -> None:
    while True:
        await asyncio.sleep(HEARTBEAT_SECONDS)
        try:
            if not await renew(shop, run):
                log.warning("run_taken_over", extra={"facts": {"job": run.job}})
                return
        except Exception:
            # A database that is away comes back; if it takes too long, somebody takes the run over.
            log.exception("heartbeat_failed")
