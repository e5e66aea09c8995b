"""Expiry (积分过期): five policies, and the next three days on which points lapse."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.expiry import Expiry, ExpiryPolicy, next_expiries
from loyalty.points import Lot

EARNED_ON = date(2026, 1, 31)
TODAY = date(2026, 2, 1)
DAYS = st.dates(date(2000, 1, 1), date(2200, 1, 1))


@pytest.mark.parametrize(
    ("text", "expires_on"),
    [
        ("365d", date(2027, 1, 31)),
        ("1d", date(2026, 2, 1)),
        ("month_end", date(2026, 1, 31)),
        ("year_end", date(2026, 12, 31)),
        ("inactive:30d", date(2026, 3, 2)),
        ("never", None),
    ],
)
def test_each_policy_names_the_last_usable_day(text: str, expires_on: date | None) -> None:
    assert ExpiryPolicy.parse(text).expires_on(EARNED_ON) == expires_on


def test_activity_prolongs_points_under_the_inactivity_policy_only() -> None:
    active_on = date(2026, 5, 1)
    assert ExpiryPolicy.parse("inactive:30d").expires_on(EARNED_ON, active_on) == date(2026, 5, 31)
    assert ExpiryPolicy.parse("30d").expires_on(EARNED_ON, active_on) == date(2026, 3, 2)


def test_activity_before_the_earning_does_not_shorten_the_life_of_points() -> None:
    policy = ExpiryPolicy.parse("inactive:30d")
    assert policy.expires_on(EARNED_ON, date(2025, 1, 1)) == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("earned_on", "month_end"),
    [
        (date(2024, 2, 1), date(2024, 2, 29)),
        (date(2026, 12, 31), date(2026, 12, 31)),
        (date(2026, 4, 30), date(2026, 4, 30)),
    ],
)
def test_months_end_where_the_calendar_says(earned_on: date, month_end: date) -> None:
    assert ExpiryPolicy.parse("month_end").expires_on(earned_on) == month_end


@given(DAYS)
def test_the_day_after_a_month_end_begins_a_month(earned_on: date) -> None:
    month_end = ExpiryPolicy.parse("month_end").expires_on(earned_on)
    assert month_end is not None
    assert (month_end.year, month_end.month) == (earned_on.year, earned_on.month)
    assert (month_end + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    "text",
    ["", "0d", "d", "365", "-1d", "1.5d", "365D", "99999d", "inactive", "inactive:0d", "monthly"],
)
def test_an_unknown_policy_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match='write a number of days such as "365d"'):
        ExpiryPolicy.parse(text)


@pytest.mark.parametrize(
    "text", ["1d", "36500d", "month_end", "year_end", "inactive:180d", "never"]
)
def test_a_policy_says_itself_as_it_was_written(text: str) -> None:
    assert str(ExpiryPolicy.parse(text)) == text


def test_the_next_three_days_are_told_with_what_lapses_after_each() -> None:
    some_lots = [
        Lot(1, 10, EARNED_ON, date(2026, 5, 1)),
        Lot(2, 20, EARNED_ON, date(2026, 3, 1)),
        Lot(3, 5, EARNED_ON, date(2026, 3, 1)),
        Lot(4, 7, EARNED_ON, date(2026, 4, 1)),
        Lot(5, 99, EARNED_ON, date(2026, 6, 1)),
        Lot(6, 50, EARNED_ON),
        Lot(7, 8, EARNED_ON, EARNED_ON),
        Lot(8, 0, EARNED_ON, date(2026, 2, 2)),
    ]
    assert next_expiries(some_lots, TODAY) == [
        Expiry(date(2026, 3, 1), 25),
        Expiry(date(2026, 4, 1), 7),
        Expiry(date(2026, 5, 1), 10),
    ]


def test_points_on_their_last_day_are_still_to_be_warned_of() -> None:
    assert next_expiries([Lot(1, 10, EARNED_ON, TODAY)], TODAY) == [Expiry(TODAY, 10)]
