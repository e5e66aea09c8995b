"""Points (积分): spent nearest expiry first, returned where they came from, never below zero."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.points import (
    ClawBack,
    Draw,
    GiveBack,
    Lot,
    NotEnoughPoints,
    Repayment,
    claw_back,
    expire_lots,
    give_back,
    part_of,
    repay_debt,
    spend_from,
)

TODAY = date(2026, 6, 15)
TOMORROW = TODAY + timedelta(days=1)
YESTERDAY = TODAY - timedelta(days=1)

SOON = Lot(1, 30, date(2026, 1, 1), TODAY)
LATER = Lot(2, 50, date(2025, 1, 1), date(2026, 12, 31))
FOREVER = Lot(3, 20, date(2024, 1, 1))
ENDED = Lot(4, 40, date(2025, 6, 1), YESTERDAY)

DAYS = st.dates(date(2026, 5, 1), date(2026, 8, 1))


@st.composite
def lots(draw: st.DrawFn) -> list[Lot]:
    figures = st.tuples(st.integers(0, 100), DAYS, st.none() | DAYS)
    return [
        Lot(number, *figure) for number, figure in enumerate(draw(st.lists(figures, max_size=8)))
    ]


def spendable(some_lots: list[Lot]) -> int:
    return sum(lot.points_left for lot in some_lots if lot.is_live(TODAY))


def test_a_spend_takes_the_nearest_expiry_first_and_lasting_points_at_the_end() -> None:
    draws = spend_from([FOREVER, LATER, SOON], 90, TODAY)
    assert draws == [Draw(1, 30), Draw(2, 50), Draw(3, 10)]


def test_of_lots_that_end_together_the_oldest_goes_first() -> None:
    older = Lot(9, 10, date(2024, 5, 1), LATER.expires_on)
    assert spend_from([LATER, older], 15, TODAY) == [Draw(9, 10), Draw(2, 5)]


def test_points_are_usable_through_their_last_day() -> None:
    assert spend_from([SOON], 30, TODAY) == [Draw(1, 30)]
    with pytest.raises(NotEnoughPoints):
        spend_from([SOON], 30, TOMORROW)


def test_a_refused_spend_says_how_many_points_are_missing() -> None:
    with pytest.raises(NotEnoughPoints) as refused:
        spend_from([SOON, ENDED], 31, TODAY)
    assert refused.value.facts == {"wanted": 31, "balance": 30, "missing": 1}


@given(lots(), st.integers(1, 400))
def test_a_spend_takes_exactly_what_it_asks_and_no_lot_gives_more_than_it_has(
    some_lots: list[Lot], points: int
) -> None:
    if points > spendable(some_lots):
        with pytest.raises(NotEnoughPoints):
            spend_from(some_lots, points, TODAY)
        return
    draws = spend_from(some_lots, points, TODAY)
    by_id = {lot.id: lot for lot in some_lots}
    assert sum(draw.points for draw in draws) == points
    assert len({draw.lot_id for draw in draws}) == len(draws)
    assert all(0 < draw.points <= by_id[draw.lot_id].points_left for draw in draws)
    assert all(by_id[draw.lot_id].is_live(TODAY) for draw in draws)


@given(lots())
def test_every_point_is_either_spendable_or_lapsing(some_lots: list[Lot]) -> None:
    lapsing = sum(draw.points for draw in expire_lots(some_lots, TODAY))
    assert spendable(some_lots) + lapsing == sum(lot.points_left for lot in some_lots)


def test_only_what_remains_of_an_ended_lot_lapses() -> None:
    spent = Lot(5, 0, date(2025, 1, 1), YESTERDAY)
    assert expire_lots([SOON, ENDED, spent, FOREVER], TODAY) == [Draw(4, 40)]


def test_an_earning_pays_debt_before_it_becomes_spendable() -> None:
    assert repay_debt(50, 20) == Repayment(repaid=20, credited=30)
    assert repay_debt(10, 20) == Repayment(repaid=10, credited=0)
    assert repay_debt(10, 0) == Repayment(repaid=0, credited=10)


def test_a_return_takes_from_its_own_lots_then_from_the_others_then_owes() -> None:
    taken = claw_back([SOON, LATER], 60, own_lots=(2,), today=TODAY)
    assert taken == ClawBack((Draw(2, 50), Draw(1, 10)), debt=0)
    assert claw_back([SOON], 100, own_lots=(2,), today=TODAY) == ClawBack((Draw(1, 30),), debt=70)
    both = claw_back([SOON, LATER, ENDED], 55, own_lots=(2, 4), today=TODAY)
    assert both.draws == (Draw(2, 50), Draw(4, 5))


def test_an_ended_lot_gives_back_its_own_points_but_nobody_elses() -> None:
    own = claw_back([ENDED], 10, own_lots=(4,), today=TODAY)
    assert own == ClawBack((Draw(4, 10),), debt=0)
    assert claw_back([ENDED], 10, own_lots=(1,), today=TODAY) == ClawBack((), debt=10)


@given(lots(), st.integers(0, 500), st.integers(0, 8))
def test_a_return_finds_every_point_in_lots_or_debt_and_owes_only_when_lots_are_empty(
    some_lots: list[Lot], points: int, own_lot: int
) -> None:
    taken = claw_back(some_lots, points, own_lots=(own_lot,), today=TODAY)
    drawn = {draw.lot_id: draw.points for draw in taken.draws}
    assert sum(drawn.values()) + taken.debt == points
    left = [lot for lot in some_lots if lot.is_live(TODAY) and drawn.get(lot.id) != lot.points_left]
    assert not (taken.debt and left)


def test_an_undone_spend_returns_to_its_lots_and_ended_ones_need_a_new_life() -> None:
    given_back = give_back([Draw(4, 10), Draw(1, 5)], [ENDED, SOON], TODAY)
    assert given_back == GiveBack(repaid=0, draws=(Draw(1, 5),), late=(Draw(4, 10),))


def test_an_undone_spend_pays_debt_first() -> None:
    given_back = give_back([Draw(1, 5), Draw(2, 20)], [SOON, LATER], TODAY, debt=8)
    assert given_back == GiveBack(repaid=8, draws=(Draw(2, 17),), late=())


@given(lots(), st.integers(1, 400), st.integers(0, 400))
def test_an_undone_spend_loses_no_point(some_lots: list[Lot], points: int, debt: int) -> None:
    wanted = min(points, spendable(some_lots))
    draws = spend_from(some_lots, wanted, TODAY) if wanted else []
    back = give_back(draws, some_lots, TODAY, debt=debt)
    assert back.repaid + sum(draw.points for draw in (*back.draws, *back.late)) == wanted


def test_what_was_drawn_last_goes_back_first() -> None:
    draws = [Draw(1, 30), Draw(2, 50), Draw(3, 20)]
    assert part_of(draws, 0, 25) == [Draw(2, 5), Draw(3, 20)]
    assert part_of(draws, 25, 60) == [Draw(1, 15), Draw(2, 45)]
    assert part_of(draws, 85, 15) == [Draw(1, 15)]


def test_no_more_goes_back_than_was_spent() -> None:
    with pytest.raises(AssertionError):
        part_of([Draw(1, 30)], 20, 11)


@given(lots(), st.lists(st.integers(1, 60), min_size=1, max_size=20))
def test_a_spend_given_back_in_parts_is_given_back_whole(
    some_lots: list[Lot], parts: list[int]
) -> None:
    spent = min(sum(parts), spendable(some_lots))
    draws = spend_from(some_lots, spent, TODAY) if spent else []
    back: Counter[int] = Counter()
    given = 0
    for part in parts:
        points = min(part, spent - given)
        back.update({draw.lot_id: draw.points for draw in part_of(draws, given, points)})
        given += points
    assert back == {draw.lot_id: draw.points for draw in draws}
