"""Job runs (任务运行): each (job, planned time) happens once, whoever ticks.

The row is the truth: it is made before the run, leased while it runs, and a run whose worker
died is taken over when its lease ends. A fencing number keeps a worker that came back too late
from finishing somebody else's run.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.shop import Shop
from storage.jobs import begin_run, finish_run, last_planned, take_over_run
from storage.transactions import transactional

LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Run:
    job: str
    planned_at: datetime
    fence: int


@transactional
async def begin(shop: Shop, job: str, planned_at: datetime, worker: str) -> Run | None:
    """Take this run, or None when it is done or somebody is at it."""
    machine_now = shop.clock.machine_now()
    lease = machine_now + LEASE
    if await begin_run(job, planned_at, worker=worker, lease_until=lease):
        return Run(job, planned_at, fence=1)
    fence = await take_over_run(job, planned_at, worker=worker, lease_until=lease, now=machine_now)
    return None if fence is None else Run(job, planned_at, fence)


@transactional
async def finish(shop: Shop, run: Run, *, state: str, result: str) -> bool:
    return await finish_run(
        run.job, run.planned_at, fence=run.fence, state=state, result=result, now=shop.now()
    )


async def last_run(job: str) -> datetime | None:
    """The newest planned time of a job, run or under way."""
    return await last_planned(job)
