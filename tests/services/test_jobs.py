"""Job runs (任务运行): one a planned time, taken over from the dead, fenced against the late."""

import asyncio
from datetime import timedelta

import pytest

import services.jobs
from services.jobs import (
    NOT_YET,
    SUPERSEDED,
    TOO_LATE,
    Run,
    begin,
    finish,
    hand_back,
    kept,
    last_run,
    renew,
    runs_under_way,
    skip,
    take_over,
)
from services.shop import Shop
from storage.leases import LEASE_MS, lease_end
from storage.sql import Values, change, row, rows
from tests.databases import only_sqlite
from tests.shop_parts import OPENING, MachineClock

JOB = "expire_points"


async def let_the_lease_end() -> None:
    await change("UPDATE job_runs SET lease_until = -1 WHERE state = 'running'")


async def lease_left_ms() -> int:
    """As the clock of leases counts it."""
    values = Values()
    found = await row(
        f"SELECT lease_until - ({lease_end(values)} - {LEASE_MS}) AS left_ms FROM job_runs",
        *values.all,
    )
    assert found is not None
    return int(found["left_ms"])


def heartbeats(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """One after the other, without waiting; set after the first."""
    monkeypatch.setattr(services.jobs, "HEARTBEAT_SECONDS", 0)
    renewed = asyncio.Event()

    async def renew_and_tell(shop: Shop, run: Run) -> bool:
        is_mine = await renew(shop, run)
        renewed.set()
        return is_mine

    monkeypatch.setattr(services.jobs, "renew", renew_and_tell)
    return renewed


async def a_run(shop: Shop, worker: str = "worker") -> Run:
    run = await begin(shop, JOB, OPENING, worker)
    assert run is not None
    return run


async def test_of_four_workers_at_once_one_gets_the_run(shop: Shop) -> None:
    tries = [begin(shop, JOB, OPENING, f"worker-{number}") for number in range(4)]
    runs = [run for run in await asyncio.gather(*tries) if run is not None]
    assert runs == [Run(JOB, OPENING, fence=1)]


async def test_a_run_that_is_done_is_not_begun_again(shop: Shop, clock: MachineClock) -> None:
    assert await finish(shop, await a_run(shop), state="done", result="3")
    clock.pass_time(days=1)
    assert await begin(shop, JOB, OPENING, "worker") is None
    assert await take_over(shop, JOB, OPENING, "worker") is None


async def test_each_planned_time_has_a_run_of_its_own_one_after_the_other(shop: Shop) -> None:
    later = OPENING + timedelta(hours=1)
    run = await a_run(shop)
    assert await begin(shop, JOB, later, "other") is None
    await finish(shop, run, state="done", result="")
    assert await begin(shop, JOB, later, "other") == Run(JOB, later, fence=1)


async def test_jobs_do_not_wait_for_each_other(shop: Shop) -> None:
    await a_run(shop)
    assert await begin(shop, "other", OPENING, "worker") is not None
    assert await runs_under_way() == {JOB: OPENING, "other": OPENING}


async def test_a_run_remembers_the_hour_of_the_shop_it_was_planned_for(shop: Shop) -> None:
    await a_run(shop)
    assert await rows("SELECT planned_local, begun_at FROM job_runs") == [
        {"planned_local": "2027-01-11T10:00+08:00", "begun_at": OPENING.timestamp() * 1000}
    ]


async def test_a_run_of_a_dead_worker_is_taken_over_once_its_lease_is_over(shop: Shop) -> None:
    await a_run(shop, "dead")
    assert await take_over(shop, JOB, OPENING, "second") is None
    await let_the_lease_end()
    tries = [take_over(shop, JOB, OPENING, f"worker-{number}") for number in range(4)]
    runs = [run for run in await asyncio.gather(*tries) if run is not None]
    assert runs == [Run(JOB, OPENING, fence=2)]


async def test_a_worker_that_comes_back_late_finishes_nothing(shop: Shop) -> None:
    late = await a_run(shop, "late")
    await let_the_lease_end()
    present = await take_over(shop, JOB, OPENING, "present")
    assert present is not None
    assert not await renew(shop, late)
    assert not await finish(shop, late, state="failed", result="")
    assert await finish(shop, present, state="done", result="3")
    assert not await finish(shop, late, state="failed", result="")
    assert await rows("SELECT state, result, worker, fence FROM job_runs") == [
        {"state": "done", "result": "3", "worker": "present", "fence": 2}
    ]


async def test_a_jump_of_the_shops_clock_takes_no_lease_away(shop: Shop) -> None:
    await a_run(shop)
    shop.clock.jump_to_offset_ms(400 * 86_400_000)
    assert await take_over(shop, JOB, OPENING, "other") is None


@pytest.mark.parametrize("hours", [1, -1, 24, -24])
async def test_a_machine_clock_that_is_put_takes_no_lease_away(
    shop: Shop, clock: MachineClock, hours: int
) -> None:
    """F53: forward and back again."""
    await a_run(shop)
    for step in (hours, -hours):
        clock.pass_time(hours=step)
        assert await take_over(shop, JOB, OPENING, "other") is None


async def test_a_lease_lasts_thirty_seconds_by_the_clock_of_leases(shop: Shop) -> None:
    await a_run(shop)
    assert 25_000 < await lease_left_ms() <= 30_000


@only_sqlite
async def test_a_lease_from_before_the_machine_started_anew_is_over(shop: Shop) -> None:
    await a_run(shop)
    await change("UPDATE job_runs SET lease_until = lease_until + 3600000")
    assert await take_over(shop, JOB, OPENING, "other") is not None


async def test_while_work_goes_on_its_lease_is_renewed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewed = heartbeats(monkeypatch)
    run = await a_run(shop)
    await change("UPDATE job_runs SET lease_until = lease_until - 15000")
    async with kept(shop, run):
        await asyncio.wait_for(renewed.wait(), 5)
    assert await lease_left_ms() > 20_000
    beating = [task for task in asyncio.all_tasks() if "heartbeat" in task.get_name()]
    assert beating == []


async def test_a_heartbeat_ends_when_the_run_is_somebody_elses(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    renewed = heartbeats(monkeypatch)
    run = await a_run(shop)
    await let_the_lease_end()
    await take_over(shop, JOB, OPENING, "other")
    async with kept(shop, run):
        await asyncio.wait_for(renewed.wait(), 5)
        await asyncio.sleep(0)
    assert caplog.messages.count("run_taken_over") == 1


async def test_a_run_that_is_handed_back_need_not_be_waited_for(shop: Shop) -> None:
    await hand_back(shop, await a_run(shop))
    assert await take_over(shop, JOB, OPENING, "other") == Run(JOB, OPENING, fence=2)


@pytest.mark.parametrize("reason", [SUPERSEDED, TOO_LATE, NOT_YET])
async def test_a_planned_time_that_is_left_out_is_recorded_with_its_reason(
    shop: Shop, reason: str
) -> None:
    for _ in range(2):
        await skip(shop, JOB, [(OPENING, reason)], worker="worker")
    assert await rows("SELECT state, reason FROM job_runs") == [
        {"state": "skipped", "reason": reason}
    ]
    assert await begin(shop, JOB, OPENING, "worker") is None


async def test_what_runs_is_not_recorded_as_left_out(shop: Shop) -> None:
    await a_run(shop)
    await skip(shop, JOB, [(OPENING, SUPERSEDED)], worker="other")
    assert await rows("SELECT state, reason FROM job_runs") == [
        {"state": "running", "reason": None}
    ]


@pytest.mark.parametrize("state", ["done", "failed", "skipped"])
async def test_the_last_run_is_the_newest_that_ended(shop: Shop, state: str) -> None:
    assert await last_run(JOB) is None
    for hours in (2, 1):
        run = await begin(shop, JOB, OPENING + timedelta(hours=hours), "worker")
        assert run is not None
        await finish(shop, run, state=state, result="")
    await begin(shop, JOB, OPENING + timedelta(hours=3), "worker")
    assert await last_run(JOB) == OPENING + timedelta(hours=2)
