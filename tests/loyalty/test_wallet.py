"""Stored value (储值) as pure rules: any way to spend it ends alike, and refunds undo it."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.shop_file.terms import TopUpOffer
from loyalty.wallet import (
    NotEnoughStored,
    Pair,
    ValueLot,
    best_offer,
    card_refund_figures,
    shares_given_back,
)
from tests.loyalty.purse import TODAY, Purse, a_pair

YESTERDAY = TODAY - timedelta(days=1)
# 3000 paid, 1000 given (field-rules D5).
PAIR = a_pair(1, 300_000, 100_000)
AMOUNTS = st.integers(1, 9_999)
PAIRS = st.lists(st.tuples(AMOUNTS, st.integers(0, 9_999)), min_size=1, max_size=4).map(
    lambda sizes: [a_pair(number, *size) for number, size in enumerate(sizes, 1)]
)


@st.composite
def purse_and_split(draw: st.DrawFn) -> tuple[list[Pair], list[int]]:
    """Pairs, and a sum that they cover, in up to twelve parts."""
    pairs = draw(PAIRS)
    whole = Purse(pairs).total()
    cuts = draw(st.lists(st.integers(0, whole), min_size=1, max_size=12).map(sorted))
    parts = [after - before for before, after in zip([0, *cuts], cuts, strict=False)]
    return pairs, [part for part in parts if part]


def test_a_payment_takes_bonus_by_the_ratio_of_what_was_paid_and_given() -> None:
    [share] = Purse([PAIR]).pay(4_000)
    assert (share.principal_fen, share.bonus_fen) == (3_000, 1_000)


def test_an_odd_fen_is_paid_by_the_principal() -> None:
    purse = Purse([PAIR])
    assert [purse.pay(1)[0].bonus_fen for _ in range(8)] == [0, 0, 0, 1, 0, 0, 0, 1]


def test_the_oldest_pair_is_used_up_first() -> None:
    purse = Purse([a_pair(2, 100, 100), a_pair(1, 100)])
    purse.pay(150)
    assert purse.left() == [(75, 75), (0, 0)]


def test_bonus_that_came_back_late_is_used_before_it_lapses() -> None:
    late = Pair(9, bonus=ValueLot(19, 10, 10, expires_on=TODAY))
    purse = Purse([PAIR, late])
    purse.pay(10)
    assert purse.left() == [(300_000, 100_000), (0, 0)]


def test_an_ended_bonus_leaves_the_principal_alone() -> None:
    purse = Purse([a_pair(1, 100, 100, ends_on=YESTERDAY)])
    purse.pay(100)
    assert purse.left() == [(0, 100)]
    with pytest.raises(NotEnoughStored):
        purse.pay(1)


def test_a_payment_under_way_may_use_what_was_reserved_before_the_bonus_ended() -> None:
    ended = ValueLot(2, 100, 100, reserved=40, expires_on=YESTERDAY)
    purse = Purse([Pair(1, ValueLot(1, 100, 100), ended)])
    purse.pay(140)
    assert purse.left() == [(0, 60)]


def test_what_other_payments_hold_is_not_free() -> None:
    purse = Purse([a_pair(1, 100)])
    purse.hold(60)
    with pytest.raises(NotEnoughStored) as refused:
        purse.pay(41)
    assert refused.value.facts == {"wanted": "0.41", "free": "0.40", "missing": "0.01"}


@given(purse_and_split())
def test_any_split_of_payments_ends_like_one(case: tuple[list[Pair], list[int]]) -> None:
    pairs, parts = case
    split, whole = Purse(pairs), Purse(pairs)
    for part in parts:
        split.pay(part)
    if parts:
        whole.pay(sum(parts))
    assert split.left() == whole.left()


@given(purse_and_split(), st.randoms())
def test_holds_captured_in_any_order_end_like_one_payment(
    case: tuple[list[Pair], list[int]], chance: Random
) -> None:
    pairs, parts = case
    purse, whole = Purse(pairs), Purse(pairs)
    holds = [(purse.hold(part), part) for part in parts]
    chance.shuffle(holds)
    for held, part in holds:
        purse.capture(held, part)
    if parts:
        whole.pay(sum(parts))
    assert purse.left() == whole.left()


@given(purse_and_split(), st.data())
def test_holds_voided_before_the_others_are_captured_leave_no_trace(
    case: tuple[list[Pair], list[int]], data: st.DataObject
) -> None:
    pairs, parts = case
    purse, whole = Purse(pairs), Purse(pairs)
    holds = [(purse.hold(part), data.draw(st.integers(0, part))) for part in parts]
    for held, _ in (hold for hold in holds if hold[1] == 0):
        purse.void(held)
    for held, captured in (hold for hold in holds if hold[1]):
        purse.capture(held, captured)
        whole.pay(captured)
    last = purse.total()
    if last:
        purse.pay(last)
        whole.pay(last)
    assert purse.left() == whole.left()


@given(PAIRS, st.data())
def test_a_refund_ends_as_if_less_had_been_paid(pairs: list[Pair], data: st.DataObject) -> None:
    purse, less = Purse(pairs), Purse(pairs)
    paid = data.draw(st.integers(1, purse.total()))
    refunded = data.draw(st.integers(1, paid))
    drawn = purse.pay(paid)
    purse.refund(drawn, refunded)
    if refunded < paid:
        less.pay(paid - refunded)
    differences = [
        abs(mine[0] - its[0]) for mine, its in zip(purse.left(), less.left(), strict=True)
    ]
    assert purse.total() == less.total()
    assert max(differences) <= 1
    assert sum(map(bool, differences)) <= 1


@given(purse_and_split(), st.randoms())
def test_part_refunds_in_any_order_give_back_every_fen_to_its_lot(
    case: tuple[list[Pair], list[int]], chance: Random
) -> None:
    pairs, parts = case
    purse = Purse(pairs)
    payments = [(purse.pay(part), part) for part in parts]
    refunds = [(drawn, fen) for drawn, part in payments for fen in _in_three(part, chance)]
    chance.shuffle(refunds)
    for drawn, fen in refunds:
        given_back = purse.refund(drawn, fen)
        assert all(min(share.principal_fen, share.bonus_fen) >= 0 for share in given_back)
    assert purse.left() == Purse(pairs).left()


def _in_three(part: int, chance: Random) -> list[int]:
    first = chance.randint(0, part)
    second = chance.randint(0, part - first)
    return [fen for fen in (first, second, part - first - second) if fen]


@given(PAIRS, st.data())
@settings(max_examples=50)
def test_twenty_part_refunds_end_like_one(pairs: list[Pair], data: st.DataObject) -> None:
    paid = data.draw(st.integers(1, Purse(pairs).total()))
    drawn = Purse(pairs).pay(paid)
    steps = sorted(data.draw(st.integers(0, paid)) for _ in range(20))
    purse, once = Purse(pairs), Purse(pairs)
    many, one = purse.pay(paid), once.pay(paid)
    for before, after in zip([0, *steps], steps, strict=False):
        purse.refund(many, after - before)
    once.refund(one, steps[-1])
    assert purse.left() == once.left()
    assert shares_given_back(drawn, paid) == drawn


@given(PAIRS, st.data())
def test_payments_and_refunds_in_any_mixture_end_like_what_they_come_to(
    pairs: list[Pair], data: st.DataObject
) -> None:
    """To the fen in each pair, and within it no further off its ratio than a fen a refund."""
    purse, whole, refunds = Purse(pairs), Purse(pairs), 6
    for _ in range(refunds):
        if purse.total():
            paid = data.draw(st.integers(1, purse.total()))
            purse.refund(purse.pay(paid), data.draw(st.integers(0, paid)))
    if purse.total() < whole.total():
        whole.pay(whole.total() - purse.total())
    assert [sum(pair) for pair in purse.left()] == [sum(pair) for pair in whole.left()]
    both = zip(purse.left(), whole.left(), strict=True)
    assert all(abs(mine[0] - its[0]) <= refunds for mine, its in both)


def test_a_card_is_worth_its_principal_to_the_fen() -> None:
    """The example of field-rules D5: 3594 used of 3000 + 1000 count as 2695.50."""
    purse = Purse([PAIR])
    for part in (100_000, 59_400, 1, 199_999):
        purse.pay(part)
    figures = card_refund_figures(purse.pairs)
    assert (figures.paid_fen, figures.given_fen, figures.used_fen) == (300_000, 100_000, 359_400)
    assert (figures.used_principal_fen, figures.refund_fen) == (269_550, 30_450)
    assert figures.void_bonus_fen == 10_150


def test_a_card_counts_only_pairs_of_which_something_is_left() -> None:
    purse = Purse([a_pair(1, 1_000, 100), a_pair(2, 500)])
    purse.pay(1_200)
    figures = card_refund_figures(purse.pairs)
    assert (figures.paid_fen, figures.used_fen, figures.refund_fen) == (500, 100, 400)


def test_bonus_that_lapsed_was_not_used() -> None:
    lapsed = ValueLot(2, 100, 0, expires_on=YESTERDAY, lapsed=80)
    figures = card_refund_figures([Pair(1, ValueLot(1, 100, 60), lapsed)])
    assert (figures.used_fen, figures.lapsed_bonus_fen, figures.refund_fen) == (60, 80, 60)


def test_the_best_offer_within_reach_counts() -> None:
    offers = [TopUpOffer("a", 10_000, 500), TopUpOffer("b", 50_000, 5_000), TopUpOffer("c", 1, 2)]
    reached = [best_offer(offers, fen) for fen in (49_999, 50_000)]
    assert [offer and offer.code for offer in reached] == ["a", "b"]
    assert best_offer(offers[:2], 9_999) is None
