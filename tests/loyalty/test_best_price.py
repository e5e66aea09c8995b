"""The best price: nothing a member could do with these coupons and points costs less."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.best_price import Best, best_prices
from loyalty.coupons import CouponCopy
from loyalty.lower_prices import lower_prices
from loyalty.offsets import OffsetAboveCap, OffsetNotInSteps
from loyalty.prices import Basket, Offers, Price, price
from tests.loyalty.pricing import (
    a_basket,
    a_coupon,
    a_line,
    baskets,
    offers,
    some_coupons,
    some_offers,
)

SOON, LATE = date(2027, 1, 20), date(2027, 2, 20)


def best(basket: Basket, offers: Offers, *coupons: CouponCopy, balance: int = 0) -> Best:
    found, _ = best_prices(lower_prices(basket, offers), coupons, balance=balance)
    return found


def every_price(
    basket: Basket, offers: Offers, coupons: Sequence[CouponCopy], balance: int
) -> Iterator[Price]:
    """Every subset of coupons with every number of points: the slow and obvious way."""
    sizes = range(len(coupons) + 1)
    subsets = (one for size in sizes for one in itertools.combinations(coupons, size))
    fitting = [one for one in subsets if not price(basket, offers, one).unused]
    for subset, points in itertools.product(fitting, range(balance + 1)):
        with suppress(OffsetAboveCap, OffsetNotInSteps):
            yield price(basket, offers, subset, points=points)


@settings(max_examples=300, deadline=None)
@given(baskets, offers, some_coupons(), st.integers(0, 20))
def test_no_combination_at_all_costs_less(
    basket: Basket, offers: Offers, coupons: list[CouponCopy], balance: int
) -> None:
    found, without = best_prices(lower_prices(basket, offers), coupons, balance=balance)
    every = list(every_price(basket, offers, coupons, balance))
    assert found.payable_fen == min(one.payable_fen for one in every)
    assert without.payable_fen == min(one.payable_fen for one in every if not one.points)


@settings(max_examples=200, deadline=None)
@given(baskets, offers, some_coupons(8), st.integers(0, 20_000))
def test_the_best_combination_costs_what_the_pipeline_says(
    basket: Basket, offers: Offers, coupons: list[CouponCopy], balance: int
) -> None:
    for found in best_prices(lower_prices(basket, offers), coupons, balance=balance):
        told = price(basket, offers, found.coupons, points=found.points)
        assert (told.payable_fen, told.unused) == (found.payable_fen, ())
        assert found.points <= balance


def test_a_free_cake_is_left_where_it_would_cost_a_threshold() -> None:
    basket = a_basket(4000, a_line(2000, "tart"))
    half = a_coupon("percent_off", "half", discount_percent=50, threshold_fen=5000)
    tart = a_coupon("exchange", "tart", item="tart")
    assert best(basket, some_offers(), half, tart).coupon_codes == ("half",)


def test_the_tier_price_is_given_up_where_a_coupon_is_worth_more() -> None:
    coupon = a_coupon("money_off", amount_fen=3000, with_tier_price=False)
    dear = best(a_basket(10_000), some_offers(percent=80), coupon)
    assert (dear.payable_fen, dear.coupon_codes) == (7000, ("c",))
    cheap = best(a_basket(20_000), some_offers(percent=80), coupon)
    assert (cheap.payable_fen, cheap.coupon_codes) == (16_000, ())


def test_of_equal_combinations_the_one_with_fewer_coupons_is_better() -> None:
    one = a_coupon("money_off", "one", amount_fen=5000)
    tart = a_coupon("exchange", "tart", item="tart")
    basket = a_basket(3000, a_line(2000, "tart"))
    assert best(basket, some_offers(), one, tart).coupon_codes == ("one",)


def test_of_equal_coupons_the_one_that_ends_first_is_used() -> None:
    late = a_coupon("money_off", "a-late", amount_fen=500, ends_on=LATE)
    soon = a_coupon("money_off", "b-soon", amount_fen=500, ends_on=SOON)
    other = a_coupon("percent_off", "c-other", discount_percent=90, ends_on=SOON)
    assert best(a_basket(5000), some_offers(), late, soon).coupon_codes == ("b-soon",)
    assert best(a_basket(5000), some_offers(), late, other).coupon_codes == ("c-other",)


def test_points_are_not_spent_where_a_coupon_pays_as_much() -> None:
    offers = some_offers(offset_percent_cap=100)
    all_off = a_coupon("money_off", amount_fen=9000)
    found = best(a_basket(5000), offers, all_off, balance=9000)
    assert (found.payable_fen, found.points, found.coupon_codes) == (0, 0, ("c",))


def test_a_hundred_coupons_are_no_reason_to_think_long() -> None:
    basket = a_basket(*[a_line(1000 + n, f"sku{n}") for n in range(20)], a_line(900, "courier"))
    coupons = [a_coupon("exchange", f"e{n}", item=f"sku{n % 20}") for n in range(50)]
    coupons += [a_coupon("money_off", f"m{n}", amount_fen=n + 1) for n in range(50)]
    found = best(basket, some_offers(), *coupons, balance=5000)
    assert len(found.coupons) >= 5
