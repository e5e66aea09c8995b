"""The worker (执行者): takes a planned time for itself, does the work under a lease, records it."""

import asyncio
import logging
import secrets
from collections.abc import Sequence
from datetime import datetime

from scheduler.job import Job
from services.each import counted_failures
from services.jobs import Run, Skipped, begin, finish, hand_back, kept, skip, take_over
from services.shop import Shop

log = logging.getLogger(__name__)


class Worker:
    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._name = secrets.token_hex(6)

    async def run(self, job: Job, planned_at: datetime) -> bool:
        """False when it is somebody else's, or over."""
        run = await begin(self._shop, job.name, planned_at, self._name)
        return await self._work(job, run)

    async def resume(self, job: Job, planned_at: datetime) -> bool:
        """Go on with what a dead worker left; False while it may be alive."""
        run = await take_over(self._shop, job.name, planned_at, self._name)
        return await self._work(job, run)

    async def skip(self, job: Job, skipped: Sequence[Skipped]) -> None:
        asks = job.title or job.name if job.late.asks else ""
        await skip(self._shop, job.name, skipped, worker=self._name, asks=asks)

    async def close_gone(self, name: str, planned_at: datetime) -> None:
        """The run of a job that nobody plans any more."""
        run = await take_over(self._shop, name, planned_at, self._name)
        if run is not None:
            await finish(self._shop, run, state="failed", result="no such job any more")

    async def _work(self, job: Job, run: Run | None) -> bool:
        if run is None:
            return False
        try:
            async with kept(self._shop, run):
                await self._do(job, run)
        except asyncio.CancelledError:
            await hand_back(self._shop, run)
            raise
        return True

    async def _do(self, job: Job, run: Run) -> None:
        facts: dict[str, object] = {"job": job.name}
        with counted_failures() as failures:
            try:
                result, state = str(await job.run(self._shop, run.planned_at)), "done"
            except Exception as error:
                log.exception("job_failed", extra={"facts": facts})
                result, state = type(error).__name__, "failed"
        if failures.count:
            state = "failed"
        if state == "done":
            log.info("job_done", extra={"facts": {**facts, "result": result}})
        elif failures.count:
            log.error("job_failed_in_part", extra={"facts": {**facts, "rows": failures.count}})
        is_mine = await finish(self._shop, run, state=state, result=result, failures=failures.count)
        if not is_mine:
            log.warning("run_taken_over", extra={"facts": facts})
