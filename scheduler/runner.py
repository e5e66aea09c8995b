"""The runner (调度器): APScheduler ticks, the job rows decide (architecture decision 8).

Of several planned times that were missed only the latest runs: these jobs catch up by
themselves. The work is shielded, because the scheduler cancels jobs on shutdown.
"""

import asyncio
import logging
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from scheduler.timetable import TIMETABLE, Job
from services.clock import SHOP_ZONE
from services.clockwork import keep_offset
from services.jobs import begin, finish, last_run
from services.shop import Shop

log = logging.getLogger(__name__)

TICK_SECONDS = 30
# How far back a first start looks for something that should have run.
LOOK_BACK = timedelta(days=2)


class Runner:
    def __init__(self, shop: Shop, timetable: Sequence[Job] = TIMETABLE) -> None:
        self._shop = shop
        self._triggers = [
            (job, CronTrigger.from_crontab(job.cron, timezone=SHOP_ZONE)) for job in timetable
        ]
        self._jump_triggers = [
            (job, CronTrigger.from_crontab(job.in_jumps or job.cron, timezone=SHOP_ZONE))
            for job in timetable
        ]
        self._worker = secrets.token_hex(6)
        self._scheduler = AsyncIOScheduler(timezone=SHOP_ZONE)
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        trigger = IntervalTrigger(seconds=TICK_SECONDS, timezone=SHOP_ZONE)
        self._scheduler.add_job(
            self._tick, trigger, id="tick", misfire_grace_time=TICK_SECONDS, max_instances=1
        )
        self._scheduler.start()

    async def close(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if self._running is not None:
            await asyncio.wait([self._running])

    async def run_due(self) -> None:
        """Run what is due by the business clock and was not run by anybody."""
        await self._shop.keep_up()
        for job, trigger in self._triggers:
            planned_at = await self._latest_due(job, trigger)
            if planned_at is not None:
                await self._run(job, planned_at)

    async def play_until(self, target: datetime) -> None:
        """Move the business clock to `target`, stopping at every planned time on the way."""
        reached = self._shop.now()
        while True:
            upcoming = [(_after(trigger, reached), job) for job, trigger in self._jump_triggers]
            reached = min(planned_at for planned_at, _ in upcoming)
            if reached > target:
                break
            await keep_offset(self._shop, reached)
            for planned_at, job in upcoming:
                if planned_at == reached:
                    await self._run(job, planned_at)
        await keep_offset(self._shop, target)

    async def _latest_due(self, job: Job, trigger: CronTrigger) -> datetime | None:
        now = self._shop.now()
        since = await last_run(job.name) or now - LOOK_BACK
        latest = None
        planned_at = _after(trigger, max(since, now - LOOK_BACK))
        while planned_at <= now:
            latest, planned_at = planned_at, _after(trigger, planned_at)
        return latest

    async def _run(self, job: Job, planned_at: datetime) -> None:
        run = await begin(self._shop, job.name, planned_at, self._worker)
        if run is None:
            return
        try:
            result = await job.use_case(self._shop)
        except Exception:
            log.exception("job_failed", extra={"facts": {"job": job.name}})
            await finish(self._shop, run, state="failed", result="")
        else:
            log.info("job_done", extra={"facts": {"job": job.name, "result": result}})
            await finish(self._shop, run, state="done", result=str(result))

    async def _tick(self) -> None:
        self._running = asyncio.create_task(self._guarded(), name="scheduler tick")
        await asyncio.shield(self._running)

    async def _guarded(self) -> None:
        try:
            await self.run_due()
        except Exception:
            log.exception("tick_failed")


def _after(trigger: CronTrigger, instant: datetime) -> datetime:
    """The next planned time strictly after an instant."""
    found = trigger.get_next_fire_time(None, instant + timedelta(microseconds=1))
    assert isinstance(found, datetime), trigger
    return found
