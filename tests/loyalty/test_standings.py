"""Standing on a rung (等级期限): how long a term is, and what a review and a return decide."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.shop_file.reading import LadderTerms, Tier
from loyalty.standings import (
    MoveReason,
    Past,
    Standing,
    fallen,
    months_later,
    recent_past,
    reviewed,
    risen,
    term_end,
)
from loyalty.tiers import Measures, standards

RUNGS = tuple(
    Tier(code=code, name=code, growth=growth)
    for code, growth in (("base", 0), ("silver", 500), ("gold", 2000), ("black", 6000))
)
BASE, SILVER, GOLD, BLACK = range(4)
TERMS = LadderTerms()
DAY = date(2027, 1, 31)


def on(place: int, *, since_on: date = DAY, reached_by: int | None = None) -> Standing:
    standing = risen(RUNGS, place, terms=TERMS, today=since_on, was=None)
    return replace(standing, reached_by=reached_by)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2027-01-31", 12, "2028-01-31"),
        ("2027-02-10", 12, "2028-02-29"),
        ("2027-11-30", 3, "2028-02-29"),
        ("2027-12-01", 1, "2028-01-31"),
    ],
)
def test_a_term_ends_with_a_month(day: str, months: int, later: str) -> None:
    assert term_end(date.fromisoformat(day), months) == date.fromisoformat(later)


@pytest.mark.parametrize(
    ("months", "later"), [(1, "2028-02-29"), (-24, "2026-01-31"), (-1, "2027-12-31")]
)
def test_months_later_is_the_same_day_or_the_last(months: int, later: str) -> None:
    assert months_later(date(2028, 1, 31), months) == date.fromisoformat(later)


@given(
    place=st.integers(SILVER, BLACK),
    growth=st.integers(0, 1_000_000),
    percent=st.integers(0, 100),
    grace_days=st.integers(0, 60),
    since=st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    grace=st.none() | st.integers(0, 2000),
)
@settings(max_examples=200, deadline=None)
def test_a_review_goes_one_step_at_most_and_ends_later(
    place: int, growth: int, percent: int, grace_days: int, since: date, grace: int | None
) -> None:
    terms = LadderTerms(keep_percent=percent, grace_days=grace_days)
    was = on(place, since_on=since)
    was = replace(was, grace_on=since - timedelta(days=grace) if grace is not None else None)
    keep = standards(RUNGS[place], Measures(growth), percent=percent)
    reason, now = reviewed(was, RUNGS, keep=keep, deserves_it=False, terms=terms)
    assert (now.tier == RUNGS[place - 1].code) == (reason == MoveReason.STEPPED_DOWN)
    assert (reason == MoveReason.KEPT) == (growth * 100 >= RUNGS[place].growth * 100 * percent)
    assert was.until_on is not None
    assert now.until_on is None or now.until_on > was.until_on
    assert (now.until_on is None) == (now.tier == "base")


def test_a_pin_ends_with_its_review() -> None:
    was = replace(on(GOLD), pinned_until=date(2028, 1, 31))
    keep = standards(RUNGS[GOLD], Measures(200_000))
    assert reviewed(was, RUNGS, keep=keep, deserves_it=True, terms=TERMS)[1].pinned_until is None


@pytest.mark.parametrize(("deserved", "code"), [(GOLD, "gold"), (SILVER, "silver"), (BASE, "base")])
def test_a_return_leads_to_the_rung_then_deserved(deserved: int, code: str) -> None:
    past = Past(on(BASE))
    now, _ = fallen(
        on(BLACK, reached_by=7), past, RUNGS, deserved=deserved, returned={7}, today=DAY
    )
    assert now.tier == code


def test_a_return_leads_no_lower_than_the_rung_held_before() -> None:
    held = on(SILVER, since_on=date(2026, 5, 1), reached_by=3)
    now, past = fallen(
        on(GOLD, reached_by=7), Past(held), RUNGS, deserved=BASE, returned={7, 3}, today=DAY
    )
    assert (now, past) == (held, None)


def test_the_past_is_remembered_no_longer_than_it_can_come_back() -> None:
    deep = Past(on(BASE))
    assert recent_past(on(SILVER, reached_by=1), deep, DAY).before == deep
    assert recent_past(on(SILVER), deep, DAY).before is None
    assert recent_past(on(SILVER, reached_by=1), deep, DAY + timedelta(days=31)).before is None


def test_what_was_remembered_reads_back_as_it_was() -> None:
    past = Past(on(SILVER, reached_by=1), Past(replace(on(BASE), until_on=None, grace_on=DAY)))
    assert Past.from_data(past.as_data()) == past
