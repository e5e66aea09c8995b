"""Refunds (退货): any parts in any order are worth what one refund of their sum is worth."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.refunds import (
    NOTHING_RETURNED,
    RefundExceedsSale,
    RefundLine,
    Returned,
    Sale,
    SaleLine,
    is_all_returned,
    line_values,
    refunded_fen,
    share_of,
    values_left,
)

LATTE = SaleLine("latte", "coffee", 2, 6400)
CAKE = SaleLine("cake", "bakery", 1, 1600)
OFF = SaleLine("off", "discount", 1, -500)
GIFT = SaleLine("cup", "reward", 1, 3000)
LATTE_BACK = RefundLine("latte", 1, 3200)
CAKE_BACK = RefundLine("cake", 1, 1600)


def sale(*lines: SaleLine, paid_fen: int) -> Sale:
    return Sale(paid_fen, lines)


def goods(*lines: RefundLine) -> Returned:
    return Returned(lines=lines)


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    categories = st.sampled_from(["coffee", "bakery", "reward"])
    figures = st.tuples(categories, st.integers(1, 9), st.integers(-900, 9000))
    drawn = draw(st.lists(figures, min_size=1, max_size=6))
    lines = [SaleLine(f"sku{n % 4}", *figure) for n, figure in enumerate(drawn)]
    return sale(*lines, paid_fen=draw(st.integers(0, 20_000)))


def pieces_of(some_sale: Sale) -> list[RefundLine]:
    """Every line of a sale in as many parts as it has pieces, prices shared out."""
    pieces = []
    for line in some_sale.lines:
        for piece in range(line.quantity):
            before = line.amount_fen * piece // line.quantity
            amount_fen = line.amount_fen * (piece + 1) // line.quantity - before
            pieces.append(RefundLine(line.sku, 1, amount_fen))
    return pieces


def test_goods_come_back_at_their_price_where_prices_sum_to_what_was_paid() -> None:
    basket = sale(LATTE, CAKE, paid_fen=8000)
    assert refunded_fen(basket, goods(LATTE_BACK)) == 3200
    assert refunded_fen(basket, goods(LATTE_BACK, CAKE_BACK)) == 4800


def test_a_discount_of_the_order_comes_off_every_line_alike() -> None:
    basket = sale(LATTE, CAKE, paid_fen=4000)
    assert refunded_fen(basket, goods(LATTE_BACK)) == 1600
    assert refunded_fen(basket, goods(CAKE_BACK)) == 800


def test_a_line_below_zero_is_a_discount_of_the_others() -> None:
    basket = sale(LATTE, CAKE, OFF, paid_fen=7500)
    assert line_values(basket) == [6000, 1500, 0]
    everything = goods(LATTE_BACK, LATTE_BACK, CAKE_BACK, RefundLine("off", 1, -500))
    assert refunded_fen(basket, everything) == 7500


def test_a_reduction_falls_on_reward_lines_first() -> None:
    assert line_values(sale(LATTE, GIFT, paid_fen=6400)) == [6400, 0]
    assert line_values(sale(LATTE, GIFT, paid_fen=7400)) == [6400, 1000]
    assert line_values(sale(LATTE, GIFT, paid_fen=5000)) == [5000, 0]


def test_where_no_line_has_a_price_the_pieces_share_what_was_paid() -> None:
    free = sale(SaleLine("a", "x", 3, 0), SaleLine("b", "x", 1, 0), paid_fen=400)
    assert line_values(free) == [300, 100]
    assert refunded_fen(free, goods(RefundLine("a", 2, 0))) == 200


@pytest.mark.parametrize(
    "returned",
    [
        Returned(8001),
        Returned(4801, (LATTE_BACK,)),
        goods(LATTE_BACK, LATTE_BACK, LATTE_BACK),
        goods(RefundLine("latte", 3, 100)),
        goods(RefundLine("latte", 1, 6401)),
        goods(RefundLine("tea", 1, 1)),
        goods(RefundLine("latte", 1, -1)),
    ],
)
def test_more_than_the_sale_is_refused(returned: Returned) -> None:
    with pytest.raises(RefundExceedsSale):
        refunded_fen(sale(LATTE, CAKE, paid_fen=8000), returned)


@pytest.mark.parametrize(
    ("price", "pieces"), [(10_000, [3333] * 3), (20_000, [6667] * 3), (1, [0, 0, 1]), (2, [1] * 3)]
)
def test_pieces_whose_price_was_rounded_are_all_goods_in_the_end(
    price: int, pieces: list[int]
) -> None:
    tea, free = SaleLine("tea", "coffee", 3, price), SaleLine("tea", "coffee", 1, 0)
    back = goods(*[RefundLine("tea", 1, amount_fen) for amount_fen in pieces])
    assert refunded_fen(sale(tea, paid_fen=9000), back) == 9000
    basket = sale(tea, free, CAKE, paid_fen=price)
    assert not is_all_returned(basket, back)
    assert is_all_returned(basket, back + goods(CAKE_BACK))


def test_an_allowance_on_the_price_of_all_pieces_is_not_their_return() -> None:
    basket = sale(SaleLine("tea", "coffee", 3, 9000), paid_fen=8100)
    assert refunded_fen(basket, goods(RefundLine("tea", 3, 3000))) == 2700
    assert refunded_fen(basket, goods(*[RefundLine("tea", 1, 2999)] * 3)) == 8097
    nearly = sale(SaleLine("sweet", "x", 10, 10), paid_fen=10)
    assert refunded_fen(nearly, goods(RefundLine("sweet", 9, 9))) == 9


def test_what_was_given_for_the_sale_goes_back_in_shares_and_wholly_at_the_end() -> None:
    basket = sale(LATTE, paid_fen=6400)
    assert share_of(100, basket, Returned(1000)) == 15
    assert share_of(100, basket, Returned(6400)) == 100


def test_of_a_sale_paid_with_points_alone_goods_give_back_their_share() -> None:
    free = sale(LATTE, CAKE, paid_fen=0)
    assert not is_all_returned(free, goods(LATTE_BACK, LATTE_BACK))
    assert share_of(100, free, goods(LATTE_BACK, LATTE_BACK)) == 80
    assert share_of(100, free, goods(LATTE_BACK, LATTE_BACK, CAKE_BACK)) == 100


@given(sales())
def test_the_values_of_the_lines_are_what_was_paid(some_sale: Sale) -> None:
    values = line_values(some_sale)
    assert sum(values, Fraction(0)) == some_sale.paid_fen
    assert min(values) >= 0


@given(sales(), st.randoms(use_true_random=False))
def test_goods_piece_by_piece_in_any_order_are_worth_the_whole(
    some_sale: Sale, chance: Random
) -> None:
    pieces = pieces_of(some_sale)
    chance.shuffle(pieces)
    back, worth = NOTHING_RETURNED, 0
    for piece in pieces:
        left = values_left(some_sale, back)
        back += goods(piece)
        assert refunded_fen(some_sale, back) >= worth
        assert all(now <= was for now, was in zip(values_left(some_sale, back), left, strict=True))
        worth = refunded_fen(some_sale, back)
    assert worth == some_sale.paid_fen
    assert is_all_returned(some_sale, back)


@given(sales(), st.data())
def test_money_and_goods_together_leave_what_is_left(some_sale: Sale, data: st.DataObject) -> None:
    pieces = data.draw(st.lists(st.sampled_from(pieces_of(some_sale)), max_size=4, unique_by=id))
    worth = refunded_fen(some_sale, goods(*pieces))
    amount_fen = data.draw(st.integers(0, some_sale.paid_fen - worth))
    returned = Returned(amount_fen, tuple(pieces))
    left = sum(values_left(some_sale, returned), Fraction(0))
    assert abs(left - (some_sale.paid_fen - refunded_fen(some_sale, returned))) < 1


def test_of_one_sku_at_two_prices_the_line_of_that_price_comes_back() -> None:
    dear = SaleLine("bag", "leather", 1, 1000)
    cheap = SaleLine("bag", "sale", 1, 500)
    left = values_left(sale(dear, cheap, paid_fen=1500), goods(RefundLine("bag", 1, 500)))
    assert left == [1000, 0]


def test_goods_of_a_quote_are_worth_what_they_cost_there() -> None:
    free = SaleLine("latte", "coffee", 1, 3200, paid_fen=0)
    cake = SaleLine("cake", "bakery", 1, 5000, paid_fen=5000)
    basket = sale(free, cake, paid_fen=5000)
    assert refunded_fen(basket, goods(RefundLine("latte", 1, 3200))) == 0
    assert refunded_fen(basket, goods(RefundLine("cake", 1, 5000))) == 5000
