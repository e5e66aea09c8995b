"""Points of returned goods (退货扣分): in whatever order goods come back, the same is taken."""

from contextlib import suppress
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from loyalty.earning import Earning, deserved
from loyalty.refunds import (
    RefundExceedsSale,
    Returned,
    Sale,
    is_all_returned,
    points_to_take,
    refunded_fen,
)
from tests.loyalty.test_earning import RULES
from tests.loyalty.test_refunds import goods, pieces_of, sales


def taken_by(rule: Earning, some_sale: Sale, parts: list[Returned], *, lapsed: int) -> int:
    """What these refunds take, one after the other."""
    earned, returned, taken = deserved(rule, some_sale), Returned(), 0
    for part in parts:
        returned += part
        now = deserved(rule, some_sale, returned)
        taken += points_to_take(earned, taken, deserved=now, lapsed=lapsed)
    return taken


@given(RULES, sales(), st.randoms(use_true_random=False), st.integers(0, 100))
def test_all_of_a_sale_returned_leaves_nothing_earned(
    rule: Earning, some_sale: Sale, chance: Random, percent: int
) -> None:
    parts = [goods(piece) for piece in pieces_of(some_sale)]
    chance.shuffle(parts)
    assert is_all_returned(some_sale, sum(parts, Returned()))
    earned = deserved(rule, some_sale)
    lapsed = earned * percent // 100
    assert taken_by(rule, some_sale, parts, lapsed=lapsed) == earned - lapsed


@given(RULES, sales(), st.randoms(use_true_random=False), st.integers(0, 50))
def test_refunds_in_any_order_take_the_same_points(
    rule: Earning, some_sale: Sale, chance: Random, lapsed: int
) -> None:
    parts = [goods(piece) for piece in pieces_of(some_sale) if chance.random() < 0.5]
    with suppress(RefundExceedsSale):
        money = Returned(chance.randint(1, 5000))
        refunded_fen(some_sale, sum([*parts, money], Returned()))
        parts.append(money)
    at_once = [sum(parts, Returned())]
    chance.shuffle(parts)
    in_parts = taken_by(rule, some_sale, parts, lapsed=lapsed)
    assert in_parts == taken_by(rule, some_sale, at_once, lapsed=lapsed)
