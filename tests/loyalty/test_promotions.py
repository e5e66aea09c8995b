"""Promotions: which lines they count, which of several goes first, and how bundles are made."""

import pytest

from loyalty.baskets import Basket
from loyalty.promotions import promoted, promotion_gap
from loyalty.shop_file.terms import Promotion
from tests.loyalty.pricing import a_basket, a_line, a_promotion

LATTE_AND_TART = a_promotion("bundle", skus=("latte", "tart"), price_fen=5000)
STAIRCASE = [
    a_promotion("money_off", f"from-{yuan}", threshold_fen=yuan * 100, amount_fen=off * 100)
    for yuan, off in ((50, 5), (100, 15), (200, 40))
]


def taken_off(basket: Basket, *promotions: Promotion) -> dict[str, int]:
    return {cut.promotion.code: cut.off_fen for cut in promoted(basket, promotions).cuts}


@pytest.mark.parametrize(
    ("total_yuan", "taken"),
    [(49, {}), (99, {"from-50": 500}), (199, {"from-100": 1500}), (500, {"from-200": 4000})],
)
def test_of_a_staircase_the_highest_step_counts_alone(
    total_yuan: int, taken: dict[str, int]
) -> None:
    assert taken_off(a_basket(total_yuan * 100), *STAIRCASE) == taken


def test_every_full_threshold_counts_where_the_promotion_says_so() -> None:
    once = a_promotion("money_off", threshold_fen=5000, amount_fen=800)
    every = a_promotion("money_off", threshold_fen=5000, amount_fen=800, every=True)
    assert taken_off(a_basket(14_999), once) == {"p": 800}
    assert taken_off(a_basket(14_999), every) == {"p": 1600}


def test_a_promotion_never_takes_off_more_than_its_goods_cost() -> None:
    promotion = a_promotion("money_off", amount_fen=9000, categories=("cake",))
    assert promoted(a_basket(8000, a_line(1500, "tart")), [promotion]).left.fen == (8000, 0)


def test_promotions_for_other_goods_go_together() -> None:
    coffee = a_promotion("percent_off", "coffee", discount_percent=90, categories=("coffee",))
    cake = a_promotion("percent_off", "cake", discount_percent=50, categories=("cake",))
    basket = a_basket(1000, a_line(1000, "tart"))
    assert taken_off(basket, coffee, cake) == {"cake": 500, "coffee": 100}


def test_a_line_takes_part_in_the_promotion_that_takes_most_off() -> None:
    all_goods = a_promotion("percent_off", "all", discount_percent=80)
    coffee = a_promotion("money_off", "coffee", amount_fen=300, categories=("coffee",))
    basket = a_basket(1000, a_line(4000, "tart"))
    assert taken_off(basket, coffee, all_goods) == {"all": 1000}


def test_a_bundle_is_made_as_often_as_it_helps_dearest_units_first() -> None:
    basket = a_basket(a_line(3500), a_line(6000, quantity=2), a_line(5000, "tart", quantity=2))
    assert taken_off(basket, LATTE_AND_TART) == {"p": 3500 + 2500 - 5000 + 3000 + 2500 - 5000}


def test_a_bundle_wants_one_of_each() -> None:
    assert taken_off(a_basket(a_line(9000)), LATTE_AND_TART) == {}
    dear = a_promotion("bundle", skus=("latte", "tart"), price_fen=9000)
    assert taken_off(a_basket(a_line(3000), a_line(3000, "tart")), dear) == {}


def test_many_units_of_a_bundle_take_no_longer_than_few() -> None:
    basket = a_basket(a_line(3_000_000_000, quantity=10**6), a_line(3 * 10**9, "tart", 10**6))
    assert taken_off(basket, LATTE_AND_TART) == {"p": 1000 * 10**6}


def test_a_missed_threshold_tells_what_its_goods_lack() -> None:
    promotion = a_promotion("money_off", amount_fen=2000, threshold_fen=14_000)
    assert promotion_gap(a_basket(12_800), promotion) == 1200
    assert promotion_gap(a_basket(14_000), promotion) == 0
    cake = a_promotion("money_off", amount_fen=2000, threshold_fen=5000, categories=("cake",))
    assert promotion_gap(a_basket(12_800), cake) == 0
    assert promotion_gap(a_basket(12_800, a_line(2000, "tart")), cake) == 3000
