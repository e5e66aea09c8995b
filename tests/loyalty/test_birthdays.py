"""Birthdays: whose day is missing is greeted on the one that stands for it."""

from datetime import date, timedelta

import pytest

from loyalty.birthdays import (
    LunarDay,
    is_told_in_time,
    lunar_names,
    name_of,
    solar_names,
)
from loyalty.people import Birthday


def an_ordinary_day(month: int, day: int, **facts: bool) -> LunarDay:
    told = {"is_leap": False, "has_leap": False, "is_last": False}
    return LunarDay(2026, month, day, **{**told, **facts})


def test_a_birthday_is_named_by_its_calendar_and_day_alone() -> None:
    assert name_of(Birthday.parse("1990-01-31")) == name_of(Birthday.parse("01-31"))
    assert name_of(Birthday.parse("农历1990-闰05-15")) == "lunar:05-15:leap"
    assert name_of(Birthday.parse("2000-02-29平年03-01")) == "solar:02-29:03-01"


@pytest.mark.parametrize(
    ("day", "leap_day", "names"),
    [
        (date(2027, 2, 28), None, ["solar:02-28", "solar:02-29", "solar:02-29:02-28"]),
        (date(2027, 3, 1), None, ["solar:03-01", "solar:02-29:03-01"]),
        (date(2028, 2, 28), None, ["solar:02-28"]),
        (date(2028, 2, 29), None, ["solar:02-29", "solar:02-29:02-28", "solar:02-29:03-01"]),
        (date(2028, 3, 1), "mar1", ["solar:03-01"]),
        (date(2027, 2, 28), "mar1", ["solar:02-28", "solar:02-29:02-28"]),
        (date(2027, 3, 1), "mar1", ["solar:03-01", "solar:02-29", "solar:02-29:03-01"]),
        (date(2100, 2, 28), None, ["solar:02-28", "solar:02-29", "solar:02-29:02-28"]),
    ],
)
def test_the_29th_of_february_has_a_day_in_every_year(
    day: date, leap_day: str | None, names: list[str]
) -> None:
    assert solar_names(day, leap_day=leap_day) == names


def test_without_its_leap_month_a_birthday_is_in_the_ordinary_one() -> None:
    assert lunar_names(an_ordinary_day(5, 15)) == ["lunar:05-15", "lunar:05-15:leap"]


def test_of_a_month_that_comes_twice_the_first_is_the_ordinary_one() -> None:
    assert lunar_names(an_ordinary_day(5, 15, has_leap=True)) == ["lunar:05-15"]
    leap = an_ordinary_day(5, 15, is_leap=True, has_leap=True)
    assert lunar_names(leap) == ["lunar:05-15:leap"]


def test_the_30th_of_a_short_month_is_its_29th() -> None:
    found = lunar_names(an_ordinary_day(8, 29, has_leap=True, is_last=True))
    assert found == ["lunar:08-29", "lunar:08-30"]
    assert lunar_names(an_ordinary_day(8, 29, has_leap=True)) == ["lunar:08-29"]


@pytest.mark.parametrize(("days_before", "is_in_time"), [(0, False), (30, False), (31, True)])
def test_who_tells_a_birthday_shortly_before_waits_for_the_next(
    days_before: int, is_in_time: bool
) -> None:
    day = date(2027, 5, 1)
    assert is_told_in_time(day - timedelta(days=days_before), day) is is_in_time


def test_a_birthday_that_was_brought_along_is_always_in_time() -> None:
    assert is_told_in_time(None, date(2027, 5, 1))
