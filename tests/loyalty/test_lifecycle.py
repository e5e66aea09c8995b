"""Lifecycle stages (生命周期): by the own rhythm where there is one, else by the calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.lifecycle import (
    LifecycleTerms,
    Rhythm,
    Stage,
    limits_of,
    next_change_on,
    rhythm_of,
    stage_on,
)

TERMS = LifecycleTerms()
FIRST = date(2027, 1, 1)
VISITS = st.lists(st.integers(0, 800), max_size=12).map(
    lambda days: [FIRST + timedelta(days=day) for day in sorted(days)]
)


def visits(*days: int) -> list[date]:
    return [FIRST + timedelta(days=day) for day in days]


def stage(days: list[date], day: int, terms: LifecycleTerms = TERMS) -> Stage:
    return stage_on(rhythm_of(days, terms), FIRST + timedelta(days=day), terms)


def test_who_never_bought_is_a_prospect_for_ever() -> None:
    assert stage([], 0) == stage([], 5000) == Stage.PROSPECT
    assert next_change_on(Rhythm(), FIRST, TERMS) is None


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (0, Stage.NEW),
        (29, Stage.NEW),
        (30, Stage.ACTIVE),
        (44, Stage.ACTIVE),
        (45, Stage.COOLING),
        (89, Stage.COOLING),
        (90, Stage.DORMANT),
        (364, Stage.DORMANT),
        (365, Stage.LOST),
    ],
)
def test_after_one_purchase_only_the_calendar_counts(day: int, expected: Stage) -> None:
    assert stage(visits(0), day) == expected


@pytest.mark.parametrize(
    ("gap", "cooling", "dormant"), [(7, 14, 21), (30, 60, 90), (1, 7, 14), (200, 363, 364)]
)
def test_from_three_visits_on_the_own_interval_counts(gap: int, cooling: int, dormant: int) -> None:
    limits = limits_of(rhythm_of(visits(0, gap, 2 * gap), TERMS), TERMS)
    assert (limits.cooling, limits.dormant, limits.lost) == (cooling, dormant, 365)


def test_two_stores_on_one_day_are_two_visits_and_no_interval() -> None:
    assert rhythm_of(visits(0, 0, 0), TERMS) == Rhythm(3, FIRST, FIRST)


def test_who_comes_back_after_a_sleep_is_regained_for_a_month() -> None:
    days = visits(0, 100)
    assert [stage(days, day) for day in (100, 129, 130)] == [
        *(Stage.REGAINED, Stage.REGAINED, Stage.ACTIVE)
    ]


def test_a_message_keeps_awake_where_it_counts() -> None:
    rhythm = rhythm_of(visits(0), TERMS)
    on, heard_on = FIRST + timedelta(days=95), FIRST + timedelta(days=80)
    assert stage_on(rhythm, on, TERMS) == Stage.DORMANT
    assert stage_on(rhythm, on, TERMS, heard_on=heard_on) == Stage.ACTIVE


@given(VISITS, st.integers(0, 1500))
def test_the_stage_changes_on_no_day_before_the_one_foretold(days: list[date], day: int) -> None:
    rhythm = rhythm_of(days, TERMS)
    today = max([FIRST + timedelta(days=day), *days])
    turns_on = next_change_on(rhythm, today, TERMS)
    now = stage_on(rhythm, today, TERMS)
    last_same = (turns_on or today + timedelta(days=500)) - timedelta(days=1)
    assert stage_on(rhythm, last_same, TERMS) == now
