"""Quiet hours (免打扰): when the day begins for whom."""

from datetime import date, datetime, timedelta

import pytest

from loyalty.message_terms import MessageTerms
from loyalty.quiet_hours import SHOP_ZONE, first_open, is_quiet, quiet_since
from tests.loyalty.sending import CARE, OWED, PROMOTION

PLAIN = MessageTerms()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHOP_ZONE)


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [("20:59", False), ("21:00", True), ("00:00", True), ("08:59", True), ("09:00", False)],
)
def test_the_night_wraps_midnight(clock: str, quiet: bool) -> None:
    assert is_quiet(at(f"2027-01-11 {clock}"), PLAIN) == quiet


def test_a_siesta_does_not() -> None:
    siesta = MessageTerms(quiet_from="12:00", quiet_until="14:00")
    assert is_quiet(at("2027-01-11 13:00"), siesta)
    assert not is_quiet(at("2027-01-11 23:00"), siesta)


def test_no_hours_between_the_same_times() -> None:
    assert not is_quiet(at("2027-01-11 03:00"), MessageTerms(quiet_from="09:00"))


@pytest.mark.parametrize("clock", ["2027-01-11 23:00", "2027-01-12 03:00"])
def test_before_and_after_midnight_it_is_the_same_morning(clock: str) -> None:
    assert first_open(at(clock), CARE, PLAIN) == at("2027-01-12 09:00")


def test_an_open_hour_is_now() -> None:
    assert first_open(at("2027-01-11 12:34"), CARE, PLAIN) == at("2027-01-11 12:34")


def test_what_is_owed_knows_no_hours() -> None:
    assert first_open(at("2027-01-11 03:00"), OWED, PLAIN) == at("2027-01-11 03:00")


def test_promotion_waits_until_the_holidays_are_over() -> None:
    feast = MessageTerms(holidays=(date(2027, 2, 6), date(2027, 2, 7)))
    assert first_open(at("2027-02-05 22:00"), PROMOTION, feast) == at("2027-02-08 09:00")
    assert first_open(at("2027-02-06 12:00"), CARE, feast) == at("2027-02-06 12:00")


def test_a_year_of_holidays_still_has_an_answer() -> None:
    days = tuple(date(2027, 1, 1) + timedelta(days=day) for day in range(365))
    assert first_open(at("2027-01-11 12:00"), PROMOTION, MessageTerms(holidays=days)) == at(
        "2028-01-01 09:00"
    )


@pytest.mark.parametrize(
    ("moment", "since"),
    [("12 22:00", "12 21:00"), ("13 06:30", "12 21:00"), ("12 21:00", "12 21:00")],
)
def test_a_night_began_the_evening_before(moment: str, since: str) -> None:
    assert quiet_since(at(f"2027-01-{moment}"), PLAIN) == at(f"2027-01-{since}")
