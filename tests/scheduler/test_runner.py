"""The runner (调度器): every planned time once, whoever ticks, also after a jump or a downtime."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from scheduler.runner import Runner
from scheduler.timetable import Job
from services.clock import SHOP_ZONE
from services.jobs import LEASE, begin
from services.shop import Shop
from storage.sql import rows
from tests.shop_parts import OPENING, MachineClock


class Diary:
    """A job that writes down at which time of the shop it ran."""

    def __init__(self) -> None:
        self.ran_at: list[str] = []

    async def __call__(self, shop: Shop) -> int:
        await asyncio.sleep(0)
        self.ran_at.append(f"{shop.clock.local(shop.now()):%m-%d %H:%M}")
        return len(self.ran_at)


@pytest.fixture
def diary() -> Diary:
    return Diary()


@pytest.fixture
def hourly(diary: Diary) -> Job:
    return Job("hourly", "20 * * * *", diary)


async def states() -> list[str]:
    return [line["state"] for line in await rows("SELECT state FROM job_runs ORDER BY planned_at")]


def shop_time(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=SHOP_ZONE)


async def test_of_four_runners_one_runs_what_is_due(
    shop: Shop, diary: Diary, hourly: Job, clock: MachineClock
) -> None:
    runners = [Runner(shop, [hourly]) for _ in range(4)]
    for _ in range(3):
        clock.pass_time(hours=1)
        await asyncio.gather(*[runner.run_due() for runner in runners for _ in range(2)])
    assert diary.ran_at == ["01-11 11:00", "01-11 12:00", "01-11 13:00"]
    assert await states() == ["done"] * 3


async def test_after_a_downtime_only_the_latest_planned_time_runs(
    shop: Shop, diary: Diary, hourly: Job, clock: MachineClock
) -> None:
    runner = Runner(shop, [hourly])
    await runner.run_due()
    clock.pass_time(hours=8)
    for _ in range(3):
        await runner.run_due()
    assert diary.ran_at == ["01-11 10:00", "01-11 18:00"]
    planned = await rows("SELECT planned_at FROM job_runs ORDER BY planned_at")
    assert (planned[1]["planned_at"] - planned[0]["planned_at"]) == 8 * 3_600_000


async def test_a_first_start_looks_back_two_days_and_no_further(
    shop: Shop, diary: Diary, clock: MachineClock
) -> None:
    every_week = Job("weekly", "0 9 * * thu", diary)  # Thursday the 7th, four days ago
    await Runner(shop, [every_week]).run_due()
    assert diary.ran_at == []
    clock.now = OPENING - timedelta(days=2, hours=2)
    await Runner(shop, [every_week]).run_due()
    assert diary.ran_at == ["01-09 08:00"]


async def test_nothing_runs_before_its_time(
    shop: Shop, diary: Diary, hourly: Job, clock: MachineClock
) -> None:
    runner = Runner(shop, [hourly])
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

    runner = Runner(shop, [Job("broken", "20 * * * *", fail), hourly])
    await runner.run_due()
    await runner.run_due()
    assert len(diary.ran_at) == 1
    found = await rows("SELECT job, state FROM job_runs ORDER BY job")
    assert found == [{"job": "broken", "state": "failed"}, {"job": "hourly", "state": "done"}]
    assert [record.getMessage() for record in caplog.records].count("job_failed") == 1


async def test_what_a_dead_worker_left_is_run_by_another_after_its_lease(
    shop: Shop, diary: Diary, hourly: Job, clock: MachineClock
) -> None:
    planned_at = OPENING - timedelta(minutes=40)
    assert await begin(shop, "hourly", planned_at, "dead") is not None
    runner = Runner(shop, [hourly])
    await runner.run_due()
    assert diary.ran_at == []
    clock.now += LEASE + timedelta(seconds=1)
    await runner.run_due()
    await runner.run_due()
    assert len(diary.ran_at) == 1
    assert await rows("SELECT state, fence FROM job_runs") == [{"state": "done", "fence": 2}]


async def test_playing_stops_at_every_planned_time_in_order(shop: Shop) -> None:
    heard: list[str] = []

    def job(name: str, cron: str) -> Job:
        async def write_down(shop: Shop) -> None:
            heard.append(f"{name} {shop.clock.local(shop.now()):%d %H:%M}")

        return Job(name, cron, write_down)

    runner = Runner(shop, [job("night", "5 0 * * *"), job("six", "0 */6 * * *")])
    await runner.play_until(shop_time(1, 12, 12))
    assert heard == [
        "six 11 12:00",
        "six 11 18:00",
        "six 12 00:00",
        "night 12 00:05",
        "six 12 06:00",
        "six 12 12:00",
    ]
    assert shop.clock.local(shop.now()) == shop_time(1, 12, 12)


async def test_two_who_play_at_once_run_each_planned_time_once(shop: Shop, diary: Diary) -> None:
    runners = [Runner(shop, [Job("daily", "5 0 * * *", diary)]) for _ in range(2)]
    await asyncio.gather(*[runner.play_until(shop_time(2, 11, 10)) for runner in runners])
    assert sorted(diary.ran_at)[0] >= "01-12 00:05"
    assert await states() == ["done"] * 31
    assert len(diary.ran_at) == 31


@pytest.mark.parametrize("before", [timedelta(milliseconds=500), timedelta(seconds=1)])
async def test_playing_from_just_before_a_planned_time_does_not_skip_it(
    shop: Shop, diary: Diary, hourly: Job, clock: MachineClock, before: timedelta
) -> None:
    clock.now = OPENING + timedelta(minutes=20) - before
    await Runner(shop, [hourly]).play_until(shop_time(1, 11, 10, 30))
    assert diary.ran_at == ["01-11 10:20"]


async def test_playing_again_over_the_same_time_runs_nothing_twice(
    shop: Shop, diary: Diary, hourly: Job
) -> None:
    runner = Runner(shop, [hourly])
    await runner.play_until(shop_time(1, 11, 13))
    await runner.play_until(shop_time(1, 11, 13))
    await runner.run_due()
    assert diary.ran_at == ["01-11 10:20", "01-11 11:20", "01-11 12:20"]


async def test_the_clock_is_never_played_back(shop: Shop, diary: Diary, hourly: Job) -> None:
    runner = Runner(shop, [hourly])
    await runner.play_until(shop_time(1, 12, 12))
    ran = len(diary.ran_at)
    await runner.play_until(shop_time(1, 11, 12))
    assert shop.clock.local(shop.now()) == shop_time(1, 12, 12)
    assert len(diary.ran_at) == ran


async def test_another_process_takes_the_played_clock_over(shop: Shop, hourly: Job) -> None:
    await Runner(shop, [hourly]).play_until(shop_time(1, 12, 12))
    shop.clock.set_offset_ms(0)  # as another process still believes
    await shop.keep_up()
    assert shop.clock.local(shop.now()) == shop_time(1, 12, 12)


async def test_a_runner_that_is_closed_waits_for_what_it_began(
    shop: Shop, clock: MachineClock
) -> None:
    started, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(shop: Shop) -> None:
        started.set()
        await may_end.wait()
        ended.set()

    runner = Runner(shop, [Job("slow", "20 * * * *", slow)])
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
    runner = Runner(shop, [hourly])
    keep_up: Callable[[], object] = shop.rules.refresh

    async def no_database() -> int:
        raise OSError("no route to the database")

    shop.rules.refresh = no_database  # type: ignore[method-assign]
    await runner._tick()
    assert [record.getMessage() for record in caplog.records] == ["tick_failed"]
    shop.rules.refresh = keep_up  # type: ignore[method-assign, assignment]
    await runner._tick()
    assert len(diary.ran_at) == 1


async def test_what_people_wait_for_runs_less_often_while_the_clock_is_moved(
    shop: Shop, diary: Diary, clock: MachineClock
) -> None:
    often = Job("often", "*/10 * * * *", diary, in_jumps="0 * * * *")
    runner = Runner(shop, [often])
    await runner.play_until(shop_time(1, 11, 13))
    assert [at[-5:] for at in diary.ran_at] == ["11:00", "12:00", "13:00"]
    clock.pass_time(minutes=10)
    await runner.run_due()
    assert diary.ran_at[-1][-5:] == "13:10"
