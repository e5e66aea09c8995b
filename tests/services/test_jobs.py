"""Job runs (任务运行): one a planned time, taken over from the dead, fenced against the late."""

import asyncio
from datetime import timedelta

import pytest

from services.jobs import LEASE, Run, begin, finish, last_run
from services.shop import Shop
from storage.sql import rows
from tests.shop_parts import OPENING, MachineClock

JOB = "expire_points"


async def test_of_four_workers_at_once_one_gets_the_run(shop: Shop) -> None:
    tries = [begin(shop, JOB, OPENING, f"worker-{number}") for number in range(4)]
    runs = [run for run in await asyncio.gather(*tries) if run is not None]
    assert runs == [Run(JOB, OPENING, fence=1)]


async def test_a_run_that_is_done_is_not_begun_again(shop: Shop, clock: MachineClock) -> None:
    run = await begin(shop, JOB, OPENING, "worker")
    assert run is not None
    assert await finish(shop, run, state="done", result="3")
    clock.pass_time(days=1)
    assert await begin(shop, JOB, OPENING, "worker") is None


async def test_each_planned_time_and_each_job_has_a_run_of_its_own(shop: Shop) -> None:
    later = OPENING + timedelta(hours=1)
    assert await begin(shop, JOB, OPENING, "worker") is not None
    assert await begin(shop, JOB, later, "worker") is not None
    assert await begin(shop, "other", OPENING, "worker") is not None


async def test_a_run_of_a_dead_worker_is_taken_over_once_its_lease_is_over(
    shop: Shop, clock: MachineClock
) -> None:
    await begin(shop, JOB, OPENING, "dead")
    clock.now += LEASE
    assert await begin(shop, JOB, OPENING, "second") is None
    clock.pass_time(milliseconds=1)
    tries = [begin(shop, JOB, OPENING, f"worker-{number}") for number in range(4)]
    runs = [run for run in await asyncio.gather(*tries) if run is not None]
    assert runs == [Run(JOB, OPENING, fence=2)]


async def test_a_worker_that_comes_back_late_finishes_nothing(
    shop: Shop, clock: MachineClock
) -> None:
    late = await begin(shop, JOB, OPENING, "late")
    clock.now += LEASE + timedelta(seconds=1)
    present = await begin(shop, JOB, OPENING, "present")
    assert late is not None
    assert present is not None
    assert not await finish(shop, late, state="failed", result="")
    assert await finish(shop, present, state="done", result="3")
    assert not await finish(shop, late, state="failed", result="")
    assert await rows("SELECT state, result, worker, fence FROM job_runs") == [
        {"state": "done", "result": "3", "worker": "present", "fence": 2}
    ]


async def test_a_jump_of_the_shops_clock_takes_no_lease_away(shop: Shop) -> None:
    assert await begin(shop, JOB, OPENING, "worker") is not None
    shop.clock.set_offset_ms(400 * 86_400_000)
    assert await begin(shop, JOB, OPENING, "other") is None


@pytest.mark.parametrize("state", ["done", "failed", "skipped"])
async def test_the_last_run_is_the_newest_that_ended(shop: Shop, state: str) -> None:
    assert await last_run(JOB) is None
    for hours in (2, 1):
        run = await begin(shop, JOB, OPENING + timedelta(hours=hours), "worker")
        assert run is not None
        await finish(shop, run, state=state, result="")
    await begin(shop, JOB, OPENING + timedelta(hours=3), "worker")
    assert await last_run(JOB) == OPENING + timedelta(hours=2)
