"""The jobs of a simulated year: they write down that they ran, and take a moment for it."""

import asyncio
import os
from datetime import datetime
from functools import partial

from scheduler.job import ALL, Job
from scheduler.timetable import TIMETABLE
from services.shop import Shop
from storage.instants import to_ms
from storage.sql import change
from storage.transactions import transactional

WORK_SECONDS = 0.01
CREATE_DIARY = (
    "CREATE TABLE year_diary (job TEXT NOT NULL, planned_at BIGINT NOT NULL, pid BIGINT NOT NULL,"
    " what TEXT NOT NULL)"
)
CRONS = {
    "nightly": "5 0 * * *",
    "morning": "0 9 * * *",
    "weekly": "30 4 * * mon",
    "monthly": "0 8 1 * *",
    "quarterly": "0 */6 * * *",
}


def year_jobs(*, whole: bool) -> tuple[Job, ...]:
    """`whole`: with everything that the shop does besides."""
    diaries = tuple(
        Job(name, cron, partial(write_down, name=name), late=ALL, timed=True)
        for name, cron in CRONS.items()
    )
    return (*diaries, *TIMETABLE) if whole else diaries


async def write_down(shop: Shop, planned_at: datetime, *, name: str) -> None:
    await _note(name, planned_at, "begun")
    await asyncio.sleep(WORK_SECONDS)
    await _note(name, planned_at, "ended")


@transactional
async def _note(name: str, planned_at: datetime, what: str) -> None:
    await change(
        "INSERT INTO year_diary (job, planned_at, pid, what) VALUES ($1, $2, $3, $4)",
        name,
        to_ms(planned_at),
        os.getpid(),
        what,
    )
