"""The player (快进): a clock that is moved ahead stops at all that is due on the way."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from scheduler.job import Job
from scheduler.player import Stopped
from services.clockwork import keep_offset
from services.jobs import begin, finish
from services.messages.queueing import queue_message
from services.shop import Shop
from storage.shop import move_clock_offset
from storage.sql import change, rows
from storage.transactions import transactional
from tests.scheduler.diary import Diary, a_runner, let_leases_end, shop_time, states
from tests.shop_parts import OPENING, MachineClock


@pytest.fixture
def diary() -> Diary:
    return Diary()


@pytest.fixture
def hourly(diary: Diary) -> Job:
    return Job("hourly", "20 * * * *", diary)


def due_from(instant: datetime | None) -> Callable[[Shop], Awaitable[datetime | None]]:
    async def due(shop: Shop) -> datetime | None:
        return instant

    return due


async def test_playing_stops_at_every_planned_time_in_order(shop: Shop) -> None:
    heard: list[str] = []

    def job(name: str, cron: str) -> Job:
        async def write_down(shop: Shop) -> None:
            heard.append(f"{name} {shop.clock.local(shop.now()):%d %H:%M}")

        return Job(name, cron, write_down)

    runner = a_runner(shop, [job("night", "5 0 * * *"), job("six", "0 */6 * * *")])
    await runner.play_until(shop_time(1, 12, 12))
    # What was due before is made up for first.
    assert heard[:2] == ["night 11 10:00", "six 11 10:00"]
    assert heard[2:] == [
        "six 11 12:00",
        "six 11 18:00",
        "six 12 00:00",
        "night 12 00:05",
        "six 12 06:00",
        "six 12 12:00",
    ]
    assert shop.clock.local(shop.now()) == shop_time(1, 12, 12)


async def test_two_who_play_at_once_run_each_planned_time_once(shop: Shop, diary: Diary) -> None:
    runners = [a_runner(shop, [Job("daily", "5 0 * * *", diary)]) for _ in range(2)]
    targets = [shop_time(2, 11, 10), shop_time(2, 1, 10)]
    await asyncio.gather(
        *[runner.play_until(target) for runner, target in zip(runners, targets, strict=True)]
    )
    assert await states() == ["done"] * 32
    assert len(diary.ran_at) == 32
    assert shop.clock.local(shop.now()) == shop_time(2, 11, 10)


@pytest.mark.parametrize("before", [timedelta(milliseconds=500), timedelta(seconds=1)])
async def test_playing_from_just_before_a_planned_time_does_not_skip_it(
    shop: Shop, diary: Diary, hourly: Job, clock: MachineClock, before: timedelta
) -> None:
    clock.now = OPENING + timedelta(minutes=20) - before
    await a_runner(shop, [hourly]).play_until(shop_time(1, 11, 10, 30))
    assert diary.ran_at[1:] == ["01-11 10:20"]


async def test_playing_again_over_the_same_time_runs_nothing_twice(
    shop: Shop, diary: Diary, hourly: Job
) -> None:
    runner = a_runner(shop, [hourly])
    await runner.play_until(shop_time(1, 11, 13))
    await runner.play_until(shop_time(1, 11, 13))
    await runner.run_due()
    assert diary.ran_at[1:] == ["01-11 10:20", "01-11 11:20", "01-11 12:20"]


async def test_the_clock_is_never_played_back(shop: Shop, diary: Diary, hourly: Job) -> None:
    runner = a_runner(shop, [hourly])
    await runner.play_until(shop_time(1, 12, 12))
    ran, kept = len(diary.ran_at), await shop.rules.refresh()
    await runner.play_until(shop_time(1, 11, 12))
    assert shop.clock.local(shop.now()) == shop_time(1, 12, 12)
    assert len(diary.ran_at) == ran
    assert await shop.rules.refresh() == kept


async def test_an_offset_that_was_read_before_the_clock_was_moved_does_not_move_it_back(
    shop: Shop, hourly: Job
) -> None:
    read_before = await shop.rules.refresh()
    await a_runner(shop, [hourly]).play_until(shop_time(1, 12, 12))
    shop.clock.jump_to_offset_ms(read_before)
    assert shop.clock.local(shop.now()) == shop_time(1, 12, 12)


async def test_a_jump_that_is_not_kept_is_none(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def cut_off(offset_ms: int) -> bool:
        await move_clock_offset(offset_ms)
        raise ConnectionError

    monkeypatch.setattr("services.clockwork.move_clock_offset", cut_off)
    with pytest.raises(ConnectionError):
        await keep_offset(shop, OPENING + timedelta(days=1))
    assert shop.now() == OPENING


async def test_another_process_takes_the_played_clock_over(shop: Shop, hourly: Job) -> None:
    await a_runner(shop, [hourly]).play_until(shop_time(1, 12, 12))
    shop.clock.offset = timedelta(0)  # as another process still believes
    await shop.keep_up()
    assert shop.clock.local(shop.now()) == shop_time(1, 12, 12)


async def test_work_that_is_left_undone_is_tried_less_often_while_the_clock_is_moved(
    shop: Shop, diary: Diary, clock: MachineClock
) -> None:
    often = Job("often", "*/10 * * * *", diary, due=due_from(OPENING), in_jumps="0 * * * *")
    runner = a_runner(shop, [often])
    await runner.play_until(shop_time(1, 11, 13))
    assert [at[-5:] for at in diary.ran_at] == ["10:00", "11:00", "12:00", "13:00"]
    clock.pass_time(minutes=10)
    await runner.run_due()
    assert diary.ran_at[-1][-5:] == "13:10"


async def test_a_job_with_nothing_due_is_no_run(shop: Shop, diary: Diary) -> None:
    idle = Job("idle", "* * * * *", diary, due=due_from(None))
    await a_runner(shop, [idle]).play_until(shop_time(2, 11, 13))
    assert await states() == []


async def test_a_job_runs_at_its_first_planned_time_once_something_is_due(
    shop: Shop, diary: Diary
) -> None:
    job = Job("late", "*/10 * * * *", diary, due=due_from(shop_time(1, 12, 9, 31)))
    await a_runner(shop, [job]).play_until(shop_time(1, 12, 9, 45))
    assert diary.ran_at == ["01-12 09:40"]


@transactional
async def put_waiting(shop: Shop, wait_until: datetime, key: str = "greeting") -> None:
    await queue_message(
        shop,
        key=key,
        account="main",
        openid="openid-li",
        content={"kind": "text", "value": "生日快乐"},
        wait_until=wait_until,
    )


async def test_what_waits_for_its_hour_leaves_within_its_minute(shop: Shop) -> None:
    left_at: list[str] = []
    await put_waiting(shop, shop_time(1, 12, 9) + timedelta(seconds=7))
    await put_waiting(shop, shop_time(1, 12, 9) + timedelta(seconds=50), key="another")

    async def deliver_all() -> None:
        due = "state = 'queued' AND wait_until <= $1"
        now_ms = int(shop.now().timestamp() * 1000)
        left = await change(f"UPDATE outbox SET state = 'sent' WHERE {due}", now_ms)
        left_at.extend([f"{shop.clock.local(shop.now()):%d %H:%M}"] * left)

    await a_runner(shop, [], deliver_all=deliver_all).play_until(shop_time(1, 20, 9))
    assert left_at == ["12 09:01"] * 2


async def test_the_clock_waits_for_what_is_being_sent(shop: Shop) -> None:
    await put_waiting(shop, OPENING)
    await change("UPDATE outbox SET state = 'sending', lease_until = 1")
    seen: list[str] = []

    async def deliver_all() -> None:
        seen.append(f"{shop.clock.local(shop.now()):%d %H:%M}")
        if len(seen) == 3:
            await change("UPDATE outbox SET state = 'sent'")

    await a_runner(shop, [], deliver_all=deliver_all).play_until(shop_time(1, 11, 11))
    assert seen == ["11 10:00", "11 10:00", "11 10:00", "11 11:00"]


async def test_the_clock_waits_for_a_run_in_another_process(
    shop: Shop, diary: Diary, hourly: Job
) -> None:
    planned_at = OPENING - timedelta(minutes=40)
    run = await begin(shop, "hourly", planned_at, "elsewhere")
    assert run is not None
    playing = asyncio.ensure_future(a_runner(shop, [hourly]).play_until(shop_time(1, 11, 11)))
    await asyncio.sleep(0.02)
    assert shop.now() == OPENING
    await finish(shop, run, state="done", result="")
    await playing
    assert diary.ran_at == ["01-11 10:20"]


async def test_who_plays_on_after_a_death_takes_over_what_was_under_way(
    shop: Shop, diary: Diary, hourly: Job
) -> None:
    await begin(shop, "hourly", OPENING - timedelta(minutes=40), "dead")
    await let_leases_end()
    await a_runner(shop, [hourly]).play_until(shop_time(1, 11, 11))
    assert diary.ran_at == ["01-11 10:00", "01-11 10:20"]
    assert await rows("SELECT fence FROM job_runs ORDER BY planned_at") == [
        {"fence": 2},
        {"fence": 1},
    ]


async def test_a_process_that_ends_leaves_the_clock_where_it_got_to(shop: Shop) -> None:
    async def end(shop: Shop) -> None:
        runner._player.stop()

    runner = a_runner(shop, [Job("end", "0 12 * * *", end)])
    await change("DELETE FROM job_runs")
    await begin(shop, "end", shop_time(1, 10, 12), "x")
    await change("UPDATE job_runs SET state = 'done'")
    with pytest.raises(Stopped):
        await runner.play_until(shop_time(2, 1, 0))
    assert shop.clock.local(shop.now()) == shop_time(1, 11, 12)


async def test_who_asked_may_go_away_and_the_clock_is_moved_all_the_same(
    shop: Shop, diary: Diary, hourly: Job
) -> None:
    runner = a_runner(shop, [hourly])
    asking = asyncio.ensure_future(runner.play_until(shop_time(1, 11, 13)))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait([asking])
    await asyncio.wait(runner._player._playing)
    assert shop.clock.local(shop.now()) == shop_time(1, 11, 13)
