"""Points (积分): earned once per receipt, spent nearest expiry first, never below zero."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.points import (
    ClawBack,
    Draw,
    EarningRule,
    GiveBack,
    Lot,
    NotEnoughPoints,
    ReceiptLine,
    Repayment,
    claw_back,
    eligible_fen,
    expire_lots,
    give_back,
    points_for,
    points_to_take_back,
    repay_debt,
    spend_from,
)

TODAY = date(2026, 6, 15)
TOMORROW = TODAY + timedelta(days=1)
YESTERDAY = TODAY - timedelta(days=1)

LATTE = ReceiptLine("latte", "coffee", 3200)
GIFT_CARD = ReceiptLine("card100", "gift_card", 10_000)
PLAIN = EarningRule()
NO_CARDS = EarningRule(excluded_categories=frozenset({"gift_card"}))

SOON = Lot(1, 30, date(2026, 1, 1), TODAY)
LATER = Lot(2, 50, date(2025, 1, 1), date(2026, 12, 31))
FOREVER = Lot(3, 20, date(2024, 1, 1))
ENDED = Lot(4, 40, date(2025, 6, 1), YESTERDAY)

LINES = st.lists(
    st.builds(
        ReceiptLine,
        sku=st.sampled_from(["latte", "beans"]),
        category=st.sampled_from(["coffee", "gift_card"]),
        amount_fen=st.integers(0, 50_000),
    ),
    max_size=6,
)
RATES = st.one_of(st.integers(0, 10), st.fractions(0, 10, max_denominator=100))
DAYS = st.dates(date(2026, 5, 1), date(2026, 8, 1))


@st.composite
def lots(draw: st.DrawFn) -> list[Lot]:
    figures = st.tuples(st.integers(0, 100), DAYS, st.none() | DAYS)
    return [
        Lot(number, *figure) for number, figure in enumerate(draw(st.lists(figures, max_size=8)))
    ]


def spendable(some_lots: list[Lot]) -> int:
    return sum(lot.points_left for lot in some_lots if lot.is_live(TODAY))


def test_a_receipt_of_32_yuan_earns_32_points() -> None:
    assert points_for(3200, [LATTE], PLAIN) == 32


def test_rounding_happens_once_for_the_receipt_not_per_line() -> None:
    half_yuans = [ReceiptLine("candy", "sweets", 150)] * 3
    assert points_for(450, half_yuans, PLAIN) == 4


def test_a_rate_may_be_a_fraction() -> None:
    assert points_for(3300, [], EarningRule(Fraction(1, 2))) == 16


def test_excluded_goods_earn_nothing() -> None:
    assert points_for(13_200, [LATTE, GIFT_CARD], NO_CARDS) == 32
    assert points_for(10_000, [GIFT_CARD], NO_CARDS) == 0
    assert points_for(3200, [LATTE], EarningRule(excluded_skus=frozenset({"latte"}))) == 0


def test_a_discount_on_the_whole_order_falls_on_all_lines_alike() -> None:
    assert eligible_fen(6600, [LATTE, GIFT_CARD], NO_CARDS) == 1600


def test_nothing_paid_earns_nothing_and_money_paid_out_takes_nothing() -> None:
    assert points_for(0, [LATTE], PLAIN) == 0
    assert points_for(-500, [], PLAIN) == 0


@given(st.integers(0, 10**7), LINES, RATES)
def test_no_receipt_earns_more_than_its_exact_share(
    paid_fen: int, lines: list[ReceiptLine], rate: int | Fraction
) -> None:
    rule = EarningRule(rate, excluded_categories=frozenset({"gift_card"}))
    exact = eligible_fen(paid_fen, lines, rule) * rate * Fraction(1, 100)
    assert 0 <= exact - points_for(paid_fen, lines, rule) < 1
    assert 0 <= eligible_fen(paid_fen, lines, rule) <= paid_fen


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


def test_a_return_takes_from_its_own_lot_then_from_the_others_then_owes() -> None:
    taken = claw_back([SOON, LATER], 60, source_lot_id=2, today=TODAY)
    assert taken == ClawBack((Draw(2, 50), Draw(1, 10)), debt=0)
    assert claw_back([SOON], 100, source_lot_id=2, today=TODAY) == ClawBack((Draw(1, 30),), debt=70)


def test_an_ended_lot_gives_back_its_own_points_but_nobody_elses() -> None:
    own = claw_back([ENDED], 10, source_lot_id=4, today=TODAY)
    assert own == ClawBack((Draw(4, 10),), debt=0)
    assert claw_back([ENDED], 10, source_lot_id=1, today=TODAY) == ClawBack((), debt=10)


@given(lots(), st.integers(0, 500), st.integers(0, 8))
def test_a_return_finds_every_point_in_lots_or_debt_and_owes_only_when_lots_are_empty(
    some_lots: list[Lot], points: int, source_lot_id: int
) -> None:
    taken = claw_back(some_lots, points, source_lot_id=source_lot_id, today=TODAY)
    drawn = {draw.lot_id: draw.points for draw in taken.draws}
    assert sum(drawn.values()) + taken.debt == points
    left = [lot for lot in some_lots if lot.is_live(TODAY) and drawn.get(lot.id) != lot.points_left]
    assert not (taken.debt and left)


def test_an_undone_spend_returns_to_its_lots_and_ended_ones_need_a_new_life() -> None:
    given_back = give_back([Draw(4, 10), Draw(1, 5)], [ENDED, SOON], TODAY)
    assert given_back == GiveBack(repaid=0, draws=(Draw(1, 5),), late_points=10)


def test_an_undone_spend_pays_debt_first() -> None:
    given_back = give_back([Draw(1, 5), Draw(2, 20)], [SOON, LATER], TODAY, debt=8)
    assert given_back == GiveBack(repaid=8, draws=(Draw(2, 17),), late_points=0)


@given(lots(), st.integers(1, 400), st.integers(0, 400))
def test_an_undone_spend_loses_no_point(some_lots: list[Lot], points: int, debt: int) -> None:
    wanted = min(points, spendable(some_lots))
    draws = spend_from(some_lots, wanted, TODAY) if wanted else []
    back = give_back(draws, some_lots, TODAY, debt=debt)
    assert back.repaid + back.late_points + sum(draw.points for draw in back.draws) == wanted


def test_twenty_small_refunds_take_as_much_as_one_large() -> None:
    earned = points_for(3990, [], PLAIN)
    taken = 0
    for refund in range(1, 21):
        deserved = points_for(3990 - refund * 195, [], PLAIN)
        taken += points_to_take_back(earned, taken, deserved=deserved)
    assert taken == points_to_take_back(earned, 0, deserved=points_for(90, [], PLAIN)) == 39


@given(st.integers(1, 10**6), LINES, RATES, st.data())
def test_refunds_in_any_parts_end_where_one_refund_ends(
    paid_fen: int, lines: list[ReceiptLine], rate: int | Fraction, data: st.DataObject
) -> None:
    rule = EarningRule(rate, excluded_categories=frozenset({"gift_card"}))
    earned = points_for(paid_fen, lines, rule)
    left_to_pay = sorted(data.draw(st.lists(st.integers(0, paid_fen), max_size=19)), reverse=True)
    taken = 0
    for net_fen in [*left_to_pay, 0]:
        taken += points_to_take_back(earned, taken, deserved=points_for(net_fen, lines, rule))
        assert taken == earned - points_for(net_fen, lines, rule)
    assert taken == earned


def test_a_refund_never_gives_points_nor_takes_more_than_were_earned() -> None:
    assert points_to_take_back(10, 4, deserved=8) == 0
    assert points_to_take_back(10, 4, deserved=0) == 6
