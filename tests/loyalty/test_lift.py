"""Lift (提升): what may be said of two groups, and of which nothing is said."""

import pytest

from loyalty.lift import Group, Verdict, verdict_on


@pytest.mark.parametrize(
    ("treated", "held_out", "verdict"),
    [
        (Group(1000, 100), Group(), Verdict.NO_HOLD_OUT),
        (Group(99, 50), Group(100, 0), Verdict.TOO_SMALL),
        (Group(900, 90), Group(99, 0), Verdict.TOO_SMALL),
        (Group(900, 9), Group(100, 0), Verdict.TOO_SMALL),
        (Group(900, 108), Group(100, 10), Verdict.NO_DIFFERENCE),
        (Group(900, 180), Group(100, 5), Verdict.MORE),
        (Group(900, 45), Group(100, 20), Verdict.FEWER),
        (Group(900, 900), Group(100, 100), Verdict.NO_DIFFERENCE),
    ],
)
def test_only_what_chance_would_hardly_make_is_called_a_difference(
    treated: Group, held_out: Group, verdict: Verdict
) -> None:
    assert verdict_on(treated, held_out) == verdict


@pytest.mark.parametrize(("buyers", "permille"), [(0, 0), (1, 333), (2, 667), (3, 1000)])
def test_the_share_of_buyers_is_rounded_half_up(buyers: int, permille: int) -> None:
    assert Group(3, buyers).permille == permille
    assert Group().permille == 0
