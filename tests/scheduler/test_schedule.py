"""Schedules (时刻): five fields as cron reads them, in the shop's time zone."""

from datetime import datetime, timedelta

import pytest

from scheduler.schedule import NEVER, schedule
from services.clock import SHOP_ZONE

# A Monday.
NOON = datetime(2027, 1, 11, 12, 0, tzinfo=SHOP_ZONE)


@pytest.mark.parametrize(
    ("cron", "planned"),
    [
        ("5 0 * * *", "01-12 00:05"),
        ("0 12 * * *", "01-12 12:00"),
        ("*/10 * * * *", "01-11 12:10"),
        ("0 9 1 * *", "02-01 09:00"),
        ("0 9 29 feb *", "02-29 09:00"),
        # Weekdays as cron counts them: 0 and 7 are Sunday.
        ("0 9 * * 0", "01-17 09:00"),
        ("0 9 * * 7", "01-17 09:00"),
        ("0 9 * * 1", "01-18 09:00"),
        ("0 9 * * tue", "01-12 09:00"),
        ("0 9 * * 5-7", "01-15 09:00"),
        ("0 9 * * sun-tue", "01-12 09:00"),
        ("0 9 * * */3", "01-13 09:00"),
        ("0 9 * * 2,4", "01-12 09:00"),
    ],
)
def test_the_next_planned_time(cron: str, planned: str) -> None:
    assert f"{schedule(cron).after(NOON):%m-%d %H:%M}" == planned


def test_a_planned_time_is_not_after_itself() -> None:
    assert schedule("0 12 * * *").at_or_after(NOON) == NOON
    assert schedule("0 12 * * *").after(NOON) == NOON + timedelta(days=1)


def test_a_day_that_no_month_has_never_comes() -> None:
    assert schedule("0 9 30 2 *").after(NOON) == NEVER
    assert schedule("0 9 30 2 *").latest(NOON) is None


def test_planned_times_between_two_instants_without_the_first() -> None:
    found = schedule("0 */6 * * *").between(NOON, NOON + timedelta(hours=12))
    assert [f"{planned_at:%d %H}" for planned_at in found] == ["11 18", "12 00"]


@pytest.mark.parametrize(
    ("cron", "planned"),
    [("*/5 * * * *", "2027-01-11 12:00"), ("0 0 1 2 *", "2026-02-01 00:00")],
)
def test_the_latest_planned_time_is_found_however_long_ago(cron: str, planned: str) -> None:
    latest = schedule(cron).latest(NOON)
    assert latest is not None
    assert f"{latest:%Y-%m-%d %H:%M}" == planned
