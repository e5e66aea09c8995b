"""Tiers (等级): conditions of a rung, the rung deserved, and gaps exact to the fen."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.shop_file.reading import Tier
from loyalty.tiers import GROUND, Measures, deserved_place, place_of, rungs_of, standards

BASE = Tier("base", "base", growth=0)
SILVER = Tier("silver", "silver", growth=500)
GOLD = Tier("gold", "gold", growth=2000, visits=60, match="any")
BLACK = Tier("black", "black", growth=6000, spend_fen=700_000, match="all")
RUNGS = (BASE, SILVER, GOLD, BLACK)


@pytest.mark.parametrize(
    ("measures", "place"),
    [
        (Measures(), 0),
        (Measures(49_999), 0),
        (Measures(50_000), 1),
        (Measures(0, visits=60), 2),
        (Measures(600_000, spend_fen=699_999), 2),
        (Measures(600_000, spend_fen=700_000), 3),
    ],
)
def test_the_highest_rung_whose_conditions_hold_is_deserved(measures: Measures, place: int) -> None:
    assert deserved_place(RUNGS, measures) == place


def test_a_condition_tells_what_is_there_and_what_is_missing() -> None:
    [growth] = standards(SILVER, Measures(32_001)).conditions
    assert (growth.measure, growth.have, growth.need, growth.missing) == (
        "growth",
        32_001,
        50_000,
        17_999,
    )


def test_the_lowest_rung_asks_for_nothing() -> None:
    assert standards(BASE, Measures()).conditions == ()
    assert standards(BASE, Measures()).holds


@pytest.mark.parametrize(("percent", "need"), [(80, 40_000), (100, 50_000), (0, 0)])
def test_keeping_takes_a_share_of_the_entry(percent: int, need: int) -> None:
    assert standards(SILVER, Measures(), percent=percent).conditions[0].need == need


def test_a_share_of_visits_is_rounded_up() -> None:
    tier = Tier("t", "t", growth=0, visits=7)
    assert standards(tier, Measures(), percent=80).conditions[0].need == 6


@given(have=st.integers(0, 60_000), more=st.integers(1, 60_000))
@settings(max_examples=200, deadline=None)
def test_what_is_missing_is_just_enough(have: int, more: int) -> None:
    [growth] = standards(SILVER, Measures(have)).conditions
    after = Measures(have).after_spending(more, visit_from_fen=0)
    assert (deserved_place((BASE, SILVER), after) == 1) == (more >= growth.missing)


@pytest.mark.parametrize(("fen", "visits"), [(999, 0), (1000, 1)])
def test_spending_too_little_is_no_visit(fen: int, visits: int) -> None:
    after = Measures().after_spending(fen, visit_from_fen=1000)
    assert (after.growth, after.visits, after.spend_fen) == (fen, visits, fen)


@pytest.mark.parametrize(
    ("code", "growth", "place"), [("gold", 0, 2), ("amber", 1999, 1), ("amber", 9999, 3)]
)
def test_a_rung_unknown_counts_by_the_growth_it_asked_for(
    code: str, growth: int, place: int
) -> None:
    assert place_of(RUNGS, code, growth) == place


def test_a_rung_for_visits_alone_is_not_what_an_unknown_rung_meant() -> None:
    assert place_of((BASE, Tier("often", "often", growth=0, visits=9)), "amber", 400) == 0


def test_without_a_ladder_everybody_stands_on_the_ground() -> None:
    assert rungs_of(()) == (GROUND,)
    assert deserved_place(rungs_of(()), Measures(10**9)) == 0
