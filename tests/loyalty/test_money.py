"""Money (金额) is read strictly, shown with two decimals and shared to the last fen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.money import (
    MAXIMUM_FEN,
    AmountOutOfRange,
    AmountUnreadable,
    fen_from_text,
    split_fen,
    yuan_text,
)

AMOUNTS = st.integers(0, MAXIMUM_FEN)
WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("12.5", 1250),
        ("12", 1200),
        ("0.01", 1),
        ("12.05", 1205),
        (" 32.00 ", 3200),
        ("\uff11\uff12\uff0e\uff15", 1250),
        ("1000000", 100_000_000),
    ],
)
def test_an_amount_in_yuan_is_read_as_fen(text: str, fen: int) -> None:
    assert fen_from_text(text) == fen


@pytest.mark.parametrize(
    "text",
    [
        *("", "1e3", "-5", "+5", "12.505", "12,50", "1,000", "12.", ".5", "007", "0x10", "5 0"),
        *("12元", "¥12", "十二", "١٢", "NaN", "inf", "1_000", "12.5\u200b", "9" * 5000),
    ],
)
def test_what_could_be_read_two_ways_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(AmountUnreadable) as refused:
        fen_from_text(text)
    assert refused.value.facts == {"example": "12.50"}


@pytest.mark.parametrize("text", ["0", "0.00", "1000000.01", "999999999"])
def test_an_amount_nobody_can_mean_is_refused_with_the_limits(text: str) -> None:
    with pytest.raises(AmountOutOfRange) as refused:
        fen_from_text(text)
    assert refused.value.facts == {"minimum": "0.01", "maximum": "1000000.00"}


def test_a_role_may_have_a_lower_limit() -> None:
    with pytest.raises(AmountOutOfRange):
        fen_from_text("500.01", maximum_fen=50_000)


@pytest.mark.parametrize(
    ("fen", "text"), [(1250, "12.50"), (5, "0.05"), (0, "0.00"), (-5, "-0.05")]
)
def test_an_amount_is_shown_with_two_decimals(fen: int, text: str) -> None:
    assert yuan_text(fen) == text


@given(AMOUNTS)
def test_what_is_shown_reads_back_as_the_same_amount(amount_fen: int) -> None:
    assert fen_from_text(yuan_text(amount_fen), minimum_fen=0) == amount_fen


def test_the_fen_left_over_goes_to_the_largest_remainder_then_to_the_first() -> None:
    assert split_fen(100, [1, 1, 1]) == [34, 33, 33]
    assert split_fen(10, [1, 2, 4]) == [1, 3, 6]
    assert split_fen(7, [0, 5]) == [0, 7]


@given(AMOUNTS, WEIGHTS)
def test_shares_sum_to_the_amount_and_are_less_than_a_fen_off(
    amount_fen: int, weights: list[int]
) -> None:
    parts = split_fen(amount_fen, weights)
    assert sum(parts) == amount_fen
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - amount_fen * weight) < sum(weights)


@given(WEIGHTS, st.data())
def test_a_discount_within_the_total_never_exceeds_a_line(
    lines_fen: list[int], data: st.DataObject
) -> None:
    discount_fen = data.draw(st.integers(0, sum(lines_fen)))
    parts = split_fen(discount_fen, lines_fen)
    assert all(part <= line for part, line in zip(parts, lines_fen, strict=True))


def test_nothing_to_share_over_is_a_mistake_of_ours() -> None:
    with pytest.raises(AssertionError):
        split_fen(100, [0, 0])
