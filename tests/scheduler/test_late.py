"""Late runs (迟到的任务): what becomes of planned times at which nobody was there."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from loyalty.staff import Role
from scheduler.job import ALL, CAMPAIGN, LATEST, Job, Late, ask_after, skip_after
from scheduler.runner import Runner
from services.shop import Shop
from tests.outbox import outbox_rows
from tests.scheduler.diary import Diary, TimedDiary, a_runner, run_lines
from tests.services.staffing import a_staff
from tests.shop_parts import MachineClock

HALF_AN_HOUR = timedelta(minutes=30)


async def told_of(what: str) -> list[str]:
    return sorted(line["openid"] for line in await outbox_rows() if what in line["value"])


def at_twenty(diary: Diary, late: Late) -> Job:
    return Job("hourly", "20 * * * *", diary, late=late, title="每小时问候")


async def down_for_three_hours(shop: Shop, clock: MachineClock, job: Job) -> None:
    """From 10:00 to 13:00; what was planned for 09:20 is settled."""
    await a_runner(shop, [job]).run_due()
    clock.pass_time(hours=3)
    runner = a_runner(shop, [job])
    for _ in range(2):
        await runner.run_due()


async def test_the_latest_runs_for_all_that_were_missed(shop: Shop, clock: MachineClock) -> None:
    diary = Diary()
    await down_for_three_hours(shop, clock, at_twenty(diary, LATEST))
    assert diary.ran_at == ["01-11 10:00", "01-11 13:00"]
    assert await run_lines() == [
        "01-11 09:20 done ",
        "01-11 10:20 skipped superseded",
        "01-11 11:20 skipped superseded",
        "01-11 12:20 done ",
    ]


async def test_each_missed_time_runs_where_each_counts(shop: Shop, clock: MachineClock) -> None:
    diary = TimedDiary()
    job = Job("hourly", "20 * * * *", diary, late=ALL, timed=True)
    await down_for_three_hours(shop, clock, job)
    assert diary.ran_at == ["01-11 09:20", "01-11 10:20", "01-11 11:20", "01-11 12:20"]


@pytest.mark.parametrize("rule", [skip_after, ask_after])
async def test_what_is_too_late_is_left_out(
    shop: Shop, clock: MachineClock, rule: Callable[[timedelta], Late]
) -> None:
    diary = Diary()
    await down_for_three_hours(shop, clock, at_twenty(diary, rule(HALF_AN_HOUR)))
    assert diary.ran_at == []
    assert await run_lines() == [
        "01-11 09:20 skipped not_yet",
        "01-11 10:20 skipped superseded",
        "01-11 11:20 skipped superseded",
        "01-11 12:20 skipped too_late",
    ]


async def test_what_is_a_little_late_runs(shop: Shop, clock: MachineClock) -> None:
    diary = Diary()
    await down_for_three_hours(shop, clock, at_twenty(diary, skip_after(timedelta(minutes=40))))
    assert diary.ran_at == ["01-11 13:00"]


async def test_a_new_job_of_the_rules_has_missed_nothing(shop: Shop, clock: MachineClock) -> None:
    diary, jobs = Diary(), list[Job]()
    runner = Runner(shop, [], jobs_by_rules=lambda shop: jobs)
    await runner.run_due()
    jobs.append(Job(CAMPAIGN + "tea", "20 * * * *", diary, by_rules=True))
    await runner.run_due()
    assert await run_lines() == ["01-11 09:20 skipped not_yet"]
    clock.pass_time(minutes=20)
    await runner.run_due()
    assert diary.ran_at == ["01-11 10:20"]


async def test_a_job_of_the_rules_that_was_there_before_makes_up(
    shop: Shop, clock: MachineClock
) -> None:
    diary = Diary()
    job = Job(CAMPAIGN + "tea", "20 * * * *", diary, by_rules=True)
    await Runner(shop, [], jobs_by_rules=lambda shop: [job]).run_due()
    clock.pass_time(hours=3)
    await Runner(shop, [], jobs_by_rules=lambda shop: [job]).run_due()
    assert diary.ran_at == ["01-11 13:00"]


async def test_a_campaign_planned_anew_does_not_run_at_once(
    shop: Shop, clock: MachineClock
) -> None:
    diary = Diary()
    jobs = [Job(CAMPAIGN + "tea", "20 * * * *", diary, by_rules=True)]
    runner = Runner(shop, [], jobs_by_rules=lambda shop: jobs)
    await runner.run_due()
    clock.pass_time(hours=1, minutes=10)
    jobs[:] = [Job(CAMPAIGN + "tea", "40 10 * * *", diary, by_rules=True)]
    await runner.run_due()
    assert diary.ran_at == []
    clock.pass_time(days=1)
    await runner.run_due()
    assert diary.ran_at == ["01-12 11:10"]


async def test_whoever_speaks_to_many_hears_once_of_what_was_too_late(
    shop: Shop, clock: MachineClock
) -> None:
    for name, role in (("lin", Role.MANAGER), ("chen", Role.CLERK), ("bai", Role.MARKETING)):
        await a_staff(shop, name, role)
    diary = Diary()
    await down_for_three_hours(shop, clock, at_twenty(diary, ask_after(HALF_AN_HOUR)))
    assert await told_of("每小时问候") == ["openid-bai", "openid-lin"]


async def test_nobody_is_asked_about_what_is_just_left_out(shop: Shop, clock: MachineClock) -> None:
    await a_staff(shop, "lin", Role.MANAGER)
    await down_for_three_hours(shop, clock, at_twenty(Diary(), skip_after(HALF_AN_HOUR)))
    assert await told_of("每小时问候") == []
