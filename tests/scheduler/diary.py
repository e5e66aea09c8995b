"""Jobs that write down when they ran, for tests of the scheduler."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from scheduler.job import Job
from scheduler.player import DeliverAll
from scheduler.runner import Runner
from services.clock import SHOP_ZONE
from services.shop import Shop
from storage.sql import change, rows


class Diary:
    """A job that writes down at which time of the shop it ran."""

    def __init__(self) -> None:
        self.ran_at: list[str] = []

    async def __call__(self, shop: Shop) -> int:
        await asyncio.sleep(0)
        self.ran_at.append(f"{shop.clock.local(shop.now()):%m-%d %H:%M}")
        return len(self.ran_at)


class TimedDiary(Diary):
    """Writes down the planned time instead."""

    async def __call__(self, shop: Shop, planned_at: datetime | None = None) -> int:
        assert planned_at is not None
        self.ran_at.append(f"{shop.clock.local(planned_at):%m-%d %H:%M}")
        return len(self.ran_at)


async def states() -> list[str]:
    return [line["state"] for line in await rows("SELECT state FROM job_runs ORDER BY planned_at")]


async def run_lines() -> list[str]:
    """Each run as `MM-DD HH:MM state reason`."""
    found = await rows("SELECT planned_local, state, reason FROM job_runs ORDER BY planned_at")
    return [
        f"{line['planned_local'][5:16].replace('T', ' ')} {line['state']} {line['reason'] or ''}"
        for line in found
    ]


async def let_leases_end() -> None:
    await change("UPDATE job_runs SET lease_until = -1 WHERE state = 'running'")


def shop_time(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=SHOP_ZONE)


def a_runner(shop: Shop, jobs: Sequence[Job], deliver_all: DeliverAll | None = None) -> Runner:
    """With these jobs alone."""
    return Runner(shop, jobs, deliver_all=deliver_all, jobs_by_rules=lambda shop: ())
