"""Rows of job runs (任务运行)."""

from dataclasses import dataclass
from datetime import datetime

from storage.instants import SHOP_ZONE, from_ms, to_ms
from storage.leases import lease_end, lease_has_ended
from storage.sql import Values, change, row, rows


@dataclass(frozen=True, slots=True)
class Run:
    """A planned time of a job in somebody's hands; a taken-over one has a higher fence."""

    job: str
    planned_at: datetime
    fence: int


async def begin_run(job: str, planned_at: datetime, *, worker: str, now: datetime) -> bool:
    """False when this planned time has a row already, or another one of the job is under way."""
    values = Values()
    kept = (
        values(job),
        values.number(to_ms(planned_at)),
        values(local_text(planned_at)),
        values(worker),
        values.number(to_ms(now)),
        lease_end(values),
    )
    return bool(
        await change(
            "INSERT INTO job_runs (job, planned_at, planned_local, worker, begun_at, lease_until,"
            f" state) SELECT {', '.join(kept)}, 'running' WHERE NOT EXISTS"
            f" (SELECT 1 FROM job_runs WHERE job = {values(job)} AND state = 'running')"
            " ON CONFLICT (job, planned_at) DO NOTHING",
            *values.all,
        )
    )


async def take_over_run(job: str, planned_at: datetime, *, worker: str) -> int | None:
    """The new fencing number of a run whose lease has ended, else None."""
    values = Values()
    found = await row(
        f"UPDATE job_runs SET worker = {values(worker)}, lease_until = {lease_end(values)},"
        f" fence = fence + 1 WHERE job = {values(job)} AND planned_at = {values(to_ms(planned_at))}"
        f" AND state = 'running' AND {lease_has_ended(values)} RETURNING fence",
        *values.all,
    )
    return found["fence"] if found else None


async def renew_lease(run: Run) -> bool:
    """False when the run was taken over meanwhile."""
    values = Values()
    statement = f"UPDATE job_runs SET lease_until = {lease_end(values)} WHERE {_is(run, values)}"
    return bool(await change(statement, *values.all))


async def hand_back_run(run: Run) -> bool:
    """The next worker need not wait for the lease to end."""
    values = Values()
    statement = f"UPDATE job_runs SET lease_until = -1 WHERE {_is(run, values)}"
    return bool(await change(statement, *values.all))


async def finish_run(run: Run, *, state: str, result: str, failures: int, now: datetime) -> bool:
    """False when the run was taken over meanwhile."""
    values = Values()
    return bool(
        await change(
            f"UPDATE job_runs SET state = {values(state)}, result = {values(result)},"
            f" failures = {values(failures)}, finished_at = {values(to_ms(now))}"
            f" WHERE {_is(run, values)}",
            *values.all,
        )
    )


async def skip_run(
    job: str, planned_at: datetime, *, worker: str, reason: str, now: datetime
) -> bool:
    """A planned time that will not run; False when it has a row already."""
    return bool(
        await change(
            "INSERT INTO job_runs (job, planned_at, planned_local, worker, state, reason,"
            " finished_at, lease_until) VALUES ($1, $2, $3, $4, 'skipped', $5, $6, 0)"
            " ON CONFLICT (job, planned_at) DO NOTHING",
            job,
            to_ms(planned_at),
            local_text(planned_at),
            worker,
            reason,
            to_ms(now),
        )
    )


async def open_runs() -> list[tuple[str, datetime]]:
    """What is under way, here or elsewhere, or was when its worker died; the oldest first."""
    found = await rows(
        "SELECT job, planned_at FROM job_runs WHERE state = 'running' ORDER BY planned_at DESC"
    )
    return [(line["job"], from_ms(line["planned_at"])) for line in found]


async def last_planned(job: str) -> datetime | None:
    """The newest planned time that is over; a run left behind by a dead worker is due again."""
    found = await row(
        "SELECT MAX(planned_at) AS newest FROM job_runs WHERE job = $1 AND state <> 'running'", job
    )
    return from_ms(found["newest"]) if found and found["newest"] is not None else None


def local_text(planned_at: datetime) -> str:
    return planned_at.astimezone(SHOP_ZONE).isoformat(timespec="minutes")


def _is(run: Run, values: Values) -> str:
    """The run, while it is still in the hands of who says so."""
    return (
        f"job = {values(run.job)} AND planned_at = {values(to_ms(run.planned_at))}"
        f" AND fence = {values(run.fence)} AND state = 'running'"
    )
