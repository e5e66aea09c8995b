"""Promises (承诺时间): minutes count while there is service, days by the calendar."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from loyalty.promises import PLAIN_PROMISES, promise_for, promised_at, read_hours
from loyalty.service_terms import PromiseTerms, ServiceTerms
from loyalty.tickets import TicketKind

SHOP = ZoneInfo("Asia/Shanghai")
PLAIN = ServiceTerms()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHOP)


def promised(asked_at: str, kind: str = "complaint", terms: ServiceTerms = PLAIN) -> str:
    found = promised_at(terms, at(asked_at), kind, tier=None, is_upper=False)
    return f"{found:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("asked_at", "promise"),
    [
        ("2027-01-11 10:00", "2027-01-11 12:00"),
        ("2027-01-11 19:00", "2027-01-11 21:00"),
        # An hour is left of the day, the other one is of the next morning.
        ("2027-01-11 20:00", "2027-01-12 10:00"),
        ("2027-01-11 23:30", "2027-01-12 11:00"),
        ("2027-01-11 03:00", "2027-01-11 11:00"),
    ],
)
def test_two_hours_of_service_pass_only_while_there_is_service(asked_at: str, promise: str) -> None:
    assert promised(asked_at) == promise


@pytest.mark.parametrize(
    ("asked_at", "promise"),
    [
        ("2027-01-11 00:30", "2027-01-11 18:30"),
        ("2027-01-11 23:00", "2027-01-12 01:00"),
        ("2027-01-11 10:00", "2027-01-11 20:00"),
    ],
)
def test_a_service_may_last_past_midnight(asked_at: str, promise: str) -> None:
    assert promised(asked_at, terms=ServiceTerms(hours="18:00-02:00")) == promise


def test_days_are_counted_by_the_calendar() -> None:
    assert promised("2027-01-31 23:59", "feedback") == "2027-02-02 23:59"


def test_round_the_clock_nothing_is_left_out() -> None:
    terms = ServiceTerms(hours="00:00-24:00")
    assert promised("2027-01-11 23:00", terms=terms) == "2027-01-12 01:00"


def test_members_above_the_lowest_rung_wait_for_a_share() -> None:
    asked_at = at("2027-01-11 10:00")
    for kind, minutes in (("complaint", 60), ("human", 15), ("feedback", 24 * 60)):
        found = promised_at(PLAIN, asked_at, kind, tier="gold", is_upper=True)
        assert found - asked_at == timedelta(minutes=minutes), kind


def test_a_line_of_a_tier_holds_in_full_and_for_that_tier_alone() -> None:
    terms = ServiceTerms(
        promises=(
            PromiseTerms("human", minutes=20),
            PromiseTerms("human", tier="gold", minutes=10),
        )
    )
    asked_at = at("2027-01-11 10:00")
    waits = {
        tier: promised_at(terms, asked_at, "human", tier=tier, is_upper=tier is not None)
        for tier in ("gold", "silver", None)
    }
    minutes = [(promise - asked_at) // timedelta(minutes=1) for promise in waits.values()]
    assert minutes == [10, 10, 20]
    assert promise_for(terms, "complaint", "gold") == PLAIN_PROMISES["complaint"]


def test_every_kind_of_ticket_has_a_promise() -> None:
    assert set(PLAIN_PROMISES) == set(TicketKind)


@pytest.mark.parametrize(
    "text", ["", "9:00-21:00", "09:00", "09:00-09:30", "24:00-02:00", "09:60-10:00", "25:00-26:00"]
)
def test_what_is_no_span_of_hours_is_not_read(text: str) -> None:
    assert read_hours(text) is None


@given(
    some.integers(0, 365 * 24 * 60),
    some.integers(1, 6000),
    some.sampled_from(["09:00-21:00", "18:00-02:00", "00:00-24:00", "10:00-11:00", "23:30-23:00"]),
)
def test_a_promise_is_never_shorter_than_what_it_promises(
    asked_minute: int, minutes: int, hours: str
) -> None:
    terms = ServiceTerms(hours=hours, promises=(PromiseTerms("human", minutes=minutes),))
    asked = at("2027-01-01 00:00") + timedelta(minutes=asked_minute)
    promise = promised_at(terms, asked, "human", tier=None, is_upper=False)
    assert promise - asked >= timedelta(minutes=minutes)
    later = promised_at(terms, asked + timedelta(hours=1), "human", tier=None, is_upper=False)
    assert later.astimezone(UTC) >= promise.astimezone(UTC)
