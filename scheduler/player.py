"""The player (快进): moves the sandbox's clock ahead, stopping wherever something is due.

Any number of processes may play at once, and any may die: the clock stands where they got to, and
goes on only when what is due by then has come to its end, whoever runs it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

from scheduler.job import Job
from scheduler.schedule import NEVER, schedule
from services.clockwork import keep_offset
from services.shop import Shop
from services.upcoming import is_sending, next_sending

DeliverAll = Callable[[], Awaitable[None]]

POLL_SECONDS = 0.1
MINUTE = timedelta(minutes=1)


class Due(Protocol):
    """What the player asks of the runner."""

    def jobs(self) -> list[Job]: ...
    async def run_due(self) -> bool: ...


class Stopped(Exception):
    """The process ends; the clock stands where it got to."""


class Player:
    def __init__(self, shop: Shop, runner: Due, deliver_all: DeliverAll | None) -> None:
        self._shop = shop
        self._runner = runner
        self._deliver_all = deliver_all
        self._stops: dict[str, datetime] = {}
        self._stopping = False
        self._playing: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        self._stopping = True

    async def close(self) -> None:
        self.stop()
        if self._playing:
            await asyncio.wait(self._playing)

    async def play_until(self, target: datetime) -> None:
        """In a task of its own: whoever asked may go away. Raises Stopped."""
        playing = asyncio.create_task(self._play(target), name="player")
        self._playing.add(playing)
        playing.add_done_callback(self._playing.discard)
        await asyncio.shield(playing)

    async def _play(self, target: datetime) -> None:
        await self._shop.keep_up()
        reached = self._shop.now()
        await self._settle()
        while (reached := await self._next_stop(reached)) <= target:
            await keep_offset(self._shop, reached)
            await self._settle()
        await keep_offset(self._shop, target)
        await self._settle()

    async def _settle(self) -> None:
        """What is due by now has run and has left, here or elsewhere."""
        while not await self._runner.run_due():
            await self._pause()
        if self._deliver_all is None:
            return
        await self._deliver_all()
        while await is_sending():
            await self._pause()
            await self._deliver_all()

    async def _pause(self) -> None:
        if self._stopping:
            raise Stopped
        await asyncio.sleep(POLL_SECONDS)

    async def _next_stop(self, reached: datetime) -> datetime:
        if self._stopping:
            raise Stopped
        stops = [await self._stop_of(job, reached) for job in self._runner.jobs()]
        if waiting := await next_sending(reached):
            stops.append(_whole_minute(waiting))
        return min(stops, default=NEVER)

    async def _stop_of(self, job: Job, reached: datetime) -> datetime:
        """The next planned time at which the job has anything to do."""
        if job.due is None:
            return self._after(job.in_jumps or job.cron, reached)
        due_at = await job.due(self._shop)
        if due_at is None:
            return NEVER
        if due_at <= reached:
            return self._after(job.in_jumps or job.cron, reached)
        return schedule(job.cron).at_or_after(due_at)

    def _after(self, cron: str, reached: datetime) -> datetime:
        """Kept until it is over: finding it takes longer than anything else here."""
        kept = self._stops.get(cron)
        if kept is None or kept <= reached:
            kept = self._stops[cron] = schedule(cron).after(reached)
        return kept


def _whole_minute(instant: datetime) -> datetime:
    """The end of its minute, so that many that leave one after the other are one stop."""
    seconds = timedelta(seconds=instant.second, microseconds=instant.microsecond)
    return instant if not seconds else instant - seconds + MINUTE
