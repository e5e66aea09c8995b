"""Rows of job runs (任务运行)."""

from datetime import datetime

from storage.instants import from_ms, to_ms
from storage.sql import change, row


async def begin_run(job: str, planned_at: datetime, *, worker: str, lease_until: datetime) -> bool:
    """False when this planned time has a run already."""
    return bool(
        await change(
            "INSERT INTO job_runs (job, planned_at, state, worker, lease_until)"
            " VALUES ($1, $2, 'running', $3, $4) ON CONFLICT (job, planned_at) DO NOTHING",
            job,
            to_ms(planned_at),
            worker,
            to_ms(lease_until),
        )
    )


async def take_over_run(
    job: str, planned_at: datetime, *, worker: str, lease_until: datetime, now: datetime
) -> int | None:
    """The new fencing number of a run whose lease has ended, else None."""
    found = await row(
        "UPDATE job_runs SET worker = $1, lease_until = $2, fence = fence + 1"
        " WHERE job = $3 AND planned_at = $4 AND state = 'running' AND lease_until < $5"
        " RETURNING fence",
        worker,
        to_ms(lease_until),
        job,
        to_ms(planned_at),
        to_ms(now),
    )
    return found["fence"] if found else None


async def finish_run(
    job: str, planned_at: datetime, *, fence: int, state: str, result: str, now: datetime
) -> bool:
    """False when the run was taken over meanwhile."""
    return bool(
        await change(
            "UPDATE job_runs SET state = $1, result = $2, finished_at = $3"
            " WHERE job = $4 AND planned_at = $5 AND fence = $6 AND state = 'running'",
            state,
            result,
            to_ms(now),
            job,
            to_ms(planned_at),
            fence,
        )
    )


async def last_planned(job: str) -> datetime | None:
    """The newest finished planned time; a run left behind by a dead worker is due again."""
    found = await row(
        "SELECT MAX(planned_at) AS newest FROM job_runs WHERE job = $1 AND state <> 'running'", job
    )
    return from_ms(found["newest"]) if found and found["newest"] is not None else None
