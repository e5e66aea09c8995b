"""The runner (调度器): APScheduler ticks, the job rows decide (architecture decision 8).

A tick runs what is due by the shop's clock and was not run by anybody. The work has a task of its
own, because the scheduler cancels its jobs on shutdown.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from scheduler.campaign_jobs import campaign_jobs
from scheduler.job import CAMPAIGN, Job
from scheduler.player import DeliverAll, Player
from scheduler.schedule import schedule
from scheduler.timetable import TIMETABLE
from scheduler.worker import Worker
from services.clock import SHOP_ZONE
from services.jobs import NOT_YET, last_run, runs_under_way
from services.shop import Shop

log = logging.getLogger(__name__)

TICK_SECONDS = 5
# How far back a first start looks for something that should have run, and any other start.
FIRST_LOOK_BACK = timedelta(days=2)
LOOK_BACK = timedelta(days=400)
# For what is under way when the process is asked to end.
PATIENCE_SECONDS = 6.0


class Runner:
    """`timetable` and what comes with the rules; what cannot wait is done by whoever ticks first.

    `deliver_all` sends what is due to be sent, for a clock that is played ahead.
    """

    def __init__(
        self,
        shop: Shop,
        timetable: Sequence[Job] = TIMETABLE,
        *,
        deliver_all: DeliverAll | None = None,
        jobs_by_rules: Callable[[Shop], Iterable[Job]] = campaign_jobs,
    ) -> None:
        self._shop = shop
        self._timetable = timetable
        self._jobs_by_rules = jobs_by_rules
        self._worker = Worker(shop)
        self._player = Player(shop, self, deliver_all)
        # By name and schedule: before this instant nothing is due.
        self._settled_until: dict[tuple[str, str], datetime] = {}
        self._seen: set[tuple[str, str]] = set()
        self._has_looked = False
        self._scheduler = AsyncIOScheduler(timezone=SHOP_ZONE)
        self._running: asyncio.Task[None] | None = None
        self._at_work = asyncio.Lock()

    def start(self) -> None:
        trigger = IntervalTrigger(seconds=TICK_SECONDS, timezone=SHOP_ZONE)
        self._scheduler.add_job(
            self._tick, trigger, id="tick", misfire_grace_time=TICK_SECONDS, max_instances=2
        )
        self._scheduler.start()

    async def close(self) -> None:
        """Let what is under way come to its end, or hand it back."""
        self._player.stop()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        if self._running is not None:
            _, unfinished = await asyncio.wait([self._running], timeout=PATIENCE_SECONDS)
            if unfinished:
                self._running.cancel()
                await asyncio.wait([self._running])
        await self._player.close()

    async def play_until(self, target: datetime) -> None:
        """Move the shop's clock to `target`; what is due on the way happens as it would have."""
        await self._player.play_until(target)

    def jobs(self) -> list[Job]:
        return [*self._timetable, *self._jobs_by_rules(self._shop)]

    async def run_due(self) -> bool:
        """Run what is due; False when some of it is in somebody else's hands."""
        async with self._at_work:
            await self._shop.keep_up()
            under_way, jobs = await runs_under_way(), self.jobs()
            settled = [await self._look_after(job, under_way.get(job.name)) for job in jobs]
            await self._close_gone(under_way, {job.name for job in jobs})
            self._has_looked = True
            return all(settled)

    async def _look_after(self, job: Job, open_at: datetime | None) -> bool:
        if open_at is not None and not await self._worker.resume(job, open_at):
            return False
        now, place = self._shop.now(), (job.name, job.cron)
        if now < self._settled_until.get(place, now):
            return True
        settled = await self._settle(job, now)
        if settled:
            self._settled_until[place] = schedule(job.cron).after(now)
        return settled

    async def _settle(self, job: Job, now: datetime) -> bool:
        """Bring every planned time up to now to its end, by the job's rule for late ones."""
        if job.due is not None and not await self._anything_due(job, now):
            return True
        last = await last_run(job.name)
        if self._is_new(job, last):
            latest = schedule(job.cron).latest(now)
            await self._worker.skip(job, [(latest, NOT_YET)] if latest else [])
            return True
        due, skipped = job.late.judge(_missed(job, last, now), now)
        if skipped:
            await self._worker.skip(job, skipped)
        return all([await self._worker.run(job, planned_at) for planned_at in due])

    async def _anything_due(self, job: Job, now: datetime) -> bool:
        """At its latest planned time: what has become due since waits for the next."""
        assert job.due is not None, job
        due_at = await job.due(self._shop)
        if due_at is None or due_at > now:
            return False
        latest = schedule(job.cron).latest(now)
        return latest is not None and due_at <= latest

    def _is_new(self, job: Job, last: datetime | None) -> bool:
        """Whether what lies in the past was not missed: the job came with rules that were loaded
        since the last look, or has never run and is of no use late."""
        place = (job.name, job.cron)
        is_first_look = place not in self._seen
        self._seen.add(place)
        if last is None:
            return job.by_rules or job.late.within is not None
        return job.by_rules and is_first_look and self._has_looked

    async def _close_gone(self, under_way: dict[str, datetime], known: set[str]) -> None:
        for name in under_way.keys() - known:
            if name.startswith(CAMPAIGN):
                await self._worker.close_gone(name, under_way[name])

    async def _tick(self) -> None:
        # The one before may take longer than the time between two.
        if self._at_work.locked():
            return
        self._running = asyncio.create_task(self._guarded(), name="scheduler tick")
        await asyncio.shield(self._running)

    async def _guarded(self) -> None:
        try:
            await self.run_due()
        except Exception:
            log.exception("tick_failed")


def _missed(job: Job, last: datetime | None, now: datetime) -> list[datetime]:
    """Planned times that nobody has brought to an end.

    Only the latest where nothing was missed: of a job that has never run, of work that is `due`.
    """
    since = max(last or now - FIRST_LOOK_BACK, now - LOOK_BACK)
    if last is not None and job.due is None:
        return schedule(job.cron).between(since, now)
    latest = schedule(job.cron).latest(now)
    return [latest] if latest is not None and latest > since else []
