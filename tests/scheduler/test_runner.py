"""The runner (调度器): every planned time once, whoever ticks, also after a jump or a downtime."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from scheduler.job import Job
from services.each import each_of
from services.jobs import begin, finish
from services.shop import Shop
from storage.sql import Row, rows
from tests.scheduler.diary import Diary, a_runner, let_leases_end, states
from tests.shop_parts import OPENING, MachineClock


@pytest.fixture
def diary() -> Diary:
    return Diary()


@pytest.fixture
def hourly(diary: Diary) -> Job:
    return Job("hourly", "20 * * * *", diary)


async def test_of_four_runners_one_runs_what_is_due(
    shop: Shop, diary: Diary, hourly: Job, clock: MachineClock
) -> None:
    runners = [a_runner(shop, [hourly]) for _ in range(4)]
    for _ in range(3):
        clock.pass_time(hours=1)
        await asyncio.gather(*[runner.run_due() for runner in runners for _ in range(2)])
    assert diary.ran_at == ["01-11 11:00", "01-11 12:00", "01-11 13:00"]
    assert await states() == ["done"] * 3


async def test_a_first_start_looks_back_two_days_and_no_further(
    shop: Shop, diary: Diary, clock: MachineClock
) -> None:
    every_week = Job("weekly", "0 9 * * thu", diary)  # Thursday the 7th, four days ago
    await a_runner(shop, [every_week]).run_due()
    assert diary.ran_at == []
    clock.now = OPENING - timedelta(days=2, hours=2)
    await a_runner(shop, [every_week]).run_due()
    assert diary.ran_at == ["01-09 08:00"]


async def test_nothing_runs_before_its_time(
    shop: Shop, diary: Diary, hourly: Job, clock: MachineClock
) -> None:
    runner = a_runner(shop, [hourly])
    clock.now = OPENING + timedelta(minutes=20)
    await runner.run_due()
    clock.now += timedelta(minutes=59, seconds=59)
    await runner.run_due()
    assert len(diary.ran_at) == 1
    clock.pass_time(seconds=1)
    await runner.run_due()
    assert diary.ran_at == ["01-11 10:20", "01-11 11:20"]


async def test_a_job_that_fails_is_recorded_and_keeps_no_other_from_running(
    shop: Shop, diary: Diary, hourly: Job, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(shop: Shop) -> None:
        raise RuntimeError("out of order")

    runner = a_runner(shop, [Job("broken", "20 * * * *", fail), hourly])
    await runner.run_due()
    await runner.run_due()
    assert len(diary.ran_at) == 1
    found = await rows("SELECT job, state FROM job_runs ORDER BY job")
    assert found == [{"job": "broken", "state": "failed"}, {"job": "hourly", "state": "done"}]
    assert [record.getMessage() for record in caplog.records].count("job_failed") == 1


async def test_what_a_dead_worker_left_is_run_by_another_after_its_lease(
    shop: Shop, diary: Diary, hourly: Job
) -> None:
    planned_at = OPENING - timedelta(minutes=40)
    assert await begin(shop, "hourly", planned_at, "dead") is not None
    runner = a_runner(shop, [hourly])
    assert not await runner.run_due()
    assert diary.ran_at == []
    await let_leases_end()
    assert await runner.run_due()
    await runner.run_due()
    assert len(diary.ran_at) == 1
    assert await rows("SELECT state, fence FROM job_runs") == [{"state": "done", "fence": 2}]


async def test_a_later_planned_time_waits_for_the_one_that_is_under_way(
    shop: Shop, diary: Diary, hourly: Job, clock: MachineClock
) -> None:
    planned_at = OPENING - timedelta(minutes=40)
    run = await begin(shop, "hourly", planned_at, "slow")
    assert run is not None
    clock.pass_time(hours=1)
    runner = a_runner(shop, [hourly])
    assert not await runner.run_due()
    await finish(shop, run, state="done", result="")
    assert await runner.run_due()
    assert diary.ran_at == ["01-11 11:00"]


async def test_what_failed_row_by_row_is_told_by_the_run(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    async def halve(line: Row) -> bool:
        return bool(1 // (line["id"] % 2))

    async def do(shop: Shop) -> int:
        return await each_of([{"id": number} for number in range(5)], halve)

    await a_runner(shop, [Job("halving", "20 * * * *", do)]).run_due()
    assert await rows("SELECT state, result, failures FROM job_runs") == [
        {"state": "failed", "result": "2", "failures": 3}
    ]
    assert caplog.messages.count("job_failed_in_part") == 1


async def test_a_runner_that_is_closed_waits_for_what_it_began(
    shop: Shop, clock: MachineClock
) -> None:
    started, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(shop: Shop) -> None:
        started.set()
        await may_end.wait()
        ended.set()

    runner = a_runner(shop, [Job("slow", "20 * * * *", slow)])
    runner.start()
    ticking = asyncio.ensure_future(runner._tick())
    await started.wait()
    ticking.cancel()  # as APScheduler does at its shutdown
    closing = asyncio.ensure_future(runner.close())
    await asyncio.wait([ticking])
    assert not closing.done()
    may_end.set()
    await closing
    assert ended.is_set()
    assert await states() == ["done"]


async def test_a_tick_that_fails_is_logged_and_the_next_one_comes(
    shop: Shop, hourly: Job, diary: Diary, caplog: pytest.LogCaptureFixture
) -> None:
    runner = a_runner(shop, [hourly])
    keep_up: Callable[[], object] = shop.rules.refresh

    async def no_database() -> int:
        raise OSError("no route to the database")

    shop.rules.refresh = no_database  # type: ignore[method-assign]
    await runner._tick()
    assert [record.getMessage() for record in caplog.records] == ["tick_failed"]
    shop.rules.refresh = keep_up  # type: ignore[method-assign, assignment]
    await runner._tick()
    assert len(diary.ran_at) == 1


async def test_a_runner_that_is_closed_hands_back_what_takes_too_long(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.runner.PATIENCE_SECONDS", 0)
    started, ran = asyncio.Event(), []

    async def slow(shop: Shop) -> None:
        started.set()
        await asyncio.Event().wait()

    async def quick(shop: Shop) -> None:
        ran.append("here")

    runner = a_runner(shop, [Job("slow", "20 * * * *", slow)])
    ticking = asyncio.ensure_future(runner._tick())
    await started.wait()
    await runner.close()
    await asyncio.wait([ticking])
    assert await states() == ["running"]
    await a_runner(shop, [Job("slow", "20 * * * *", quick)]).run_due()
    assert (ran, await states()) == (["here"], ["done"])


async def test_a_tick_leaves_a_slow_one_before_it_alone(shop: Shop) -> None:
    started, may_end = asyncio.Event(), asyncio.Event()

    async def slow(shop: Shop) -> None:
        started.set()
        await may_end.wait()

    runner = a_runner(shop, [Job("slow", "20 * * * *", slow)])
    first = asyncio.ensure_future(runner._tick())
    await started.wait()
    await runner._tick()
    may_end.set()
    await first
    assert await states() == ["done"]
