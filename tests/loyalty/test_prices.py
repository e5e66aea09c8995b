"""The price pipeline: promotion or tier price, items, order coupon, points, shipping, in order."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.coupons import CouponCopy, Reason
from loyalty.lower_prices import BasketBelowZero, offers_at
from loyalty.offsets import OffsetAboveCap, OffsetNotInSteps, most_points
from loyalty.prices import Basket, Offers, Price, Unused, price
from loyalty.scopes import Occasion
from loyalty.shop_file.terms import PointsPolicy, Scope
from tests.loyalty.pricing import (
    TODAY,
    a_basket,
    a_coupon,
    a_line,
    a_promotion,
    baskets,
    offers,
    some_coupons,
    some_offers,
)

TEN_OFF_FIFTY = a_coupon("money_off", amount_fen=1000, threshold_fen=5000)


def steps_of(told: Price) -> list[tuple[str, int]]:
    return [(step.kind, step.amount_fen) for step in told.steps]


def test_a_plain_basket_costs_its_lines() -> None:
    told = price(a_basket(3200, 1800), some_offers())
    assert (told.total_fen, told.payable_fen, told.steps) == (5000, 5000, ())


@pytest.mark.parametrize(
    ("total", "percent", "left"), [(3250, 95, 3088), (10, 95, 10), (30, 95, 29), (999, 88, 879)]
)
def test_a_percentage_leaves_half_a_fen_rounded_up(total: int, percent: int, left: int) -> None:
    assert price(a_basket(total), some_offers(percent=percent)).payable_fen == left


def test_a_percentage_is_taken_once_of_the_sum_not_line_by_line() -> None:
    told = price(a_basket(10, 10, 10), some_offers(percent=95))
    assert told.payable_fen == 29
    assert sorted(told.line_fen) == [9, 10, 10]


def test_every_step_has_the_name_of_what_it_comes_from() -> None:
    coupon = a_coupon("shipping", amount_fen=500)
    told = price(
        a_basket(20_000, a_line(800, "courier")),
        some_offers(a_promotion("money_off", amount_fen=100), percent=95),
        [TEN_OFF_FIFTY, coupon],
        points=1000,
    )
    assert [(step.kind, step.label) for step in told.steps] == [
        ("tier", "the gold tier"),
        ("coupon", "the money_off"),
        ("points", ""),
        ("shipping", "the shipping"),
    ]


def test_each_step_takes_off_what_the_one_before_has_left() -> None:
    told = price(
        a_basket(10_000, a_line(800, "courier")),
        some_offers(percent=90),
        [
            a_coupon("percent_off", "order", discount_percent=80, threshold_fen=9000),
            a_coupon("shipping", "ship", amount_fen=500, threshold_fen=7200),
        ],
        points=3600,
    )
    assert steps_of(told) == [
        ("tier", -1000),
        ("coupon", -1800),
        ("points", -3600),
        ("shipping", -500),
    ]
    assert (told.payable_fen, told.unused) == (3900, ())


def test_the_lower_of_promotion_and_tier_price_counts() -> None:
    promotion = a_promotion("money_off", amount_fen=2000, threshold_fen=10_000)
    kind_of = {
        total: price(a_basket(total), some_offers(promotion, percent=90)).steps[0].kind
        for total in (9900, 10_000, 30_000)
    }
    assert kind_of == {9900: "tier", 10_000: "promotion", 30_000: "tier"}


def test_a_promotion_that_goes_with_it_comes_before_the_tier_price() -> None:
    promotion = a_promotion("money_off", amount_fen=2000, with_tier_price=True)
    told = price(a_basket(10_000), some_offers(promotion, percent=90))
    assert steps_of(told) == [("promotion", -2000), ("tier", -800)]


def test_the_tier_price_gives_way_to_a_coupon_that_does_not_go_with_it() -> None:
    coupon = a_coupon("money_off", amount_fen=3000, with_tier_price=False)
    told = price(a_basket(10_000), some_offers(percent=90), [coupon])
    assert steps_of(told) == [("coupon", -3000)]


def test_an_order_coupon_counts_its_own_goods_only() -> None:
    coupon = a_coupon("money_off", amount_fen=3000, threshold_fen=2000, categories=("cake",))
    told = price(a_basket(9000, a_line(2500, "tart")), some_offers(), [coupon])
    assert told.line_fen == (9000, 0)
    short = price(a_basket(9000, a_line(1500, "tart")), some_offers(), [coupon])
    assert short.unused == (Unused("c", Reason.THRESHOLD, 500),)
    without = price(a_basket(9000), some_offers(), [coupon])
    assert without.unused == (Unused("c", Reason.NOTHING_ELIGIBLE),)


def test_the_threshold_is_measured_after_the_tier_price() -> None:
    told = price(a_basket(5100), some_offers(percent=95), [TEN_OFF_FIFTY])
    assert told.unused == (Unused("c", Reason.THRESHOLD, 155),)


def test_a_percentage_coupon_is_capped() -> None:
    coupon = a_coupon("percent_off", discount_percent=50, max_fen=3000)
    assert price(a_basket(10_000), some_offers(), [coupon]).payable_fen == 7000


def test_one_order_coupon_is_used_the_one_that_ends_first() -> None:
    later = a_coupon("money_off", "later", amount_fen=500, ends_on=date(2027, 3, 1))
    told = price(a_basket(6000), some_offers(), [later, TEN_OFF_FIFTY])
    assert told.coupon_codes == ("c",)
    assert told.unused == (Unused("later", Reason.NOT_COMBINABLE),)


def test_an_exchange_coupon_makes_the_cheapest_unit_free() -> None:
    basket = a_basket(a_line(9001, quantity=3), a_line(2800), a_line(4000, "tart"))
    coupons = [a_coupon("exchange", f"c{n}", item="latte") for n in range(3)]
    assert price(basket, some_offers(), coupons[:1]).line_fen == (9001, 0, 4000)
    assert price(basket, some_offers(), coupons).line_fen == (3001, 0, 4000)


def test_an_item_is_found_by_its_name_as_well() -> None:
    coupon = a_coupon("count", item="TART", count=5)
    assert price(a_basket(a_line(4000, "tart")), some_offers(), [coupon]).payable_fen == 0


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("exchange", Reason.ITEM_MISSING),
        ("count", Reason.ITEM_MISSING),
        ("gift", Reason.NOT_A_DISCOUNT),
        ("trial", Reason.NOT_A_DISCOUNT),
    ],
)
def test_without_its_item_in_the_basket_there_is_nothing_to_take_off(
    kind: str, reason: Reason
) -> None:
    told = price(a_basket(3200), some_offers(), [a_coupon(kind, item="tart")])
    assert (told.payable_fen, told.unused) == (3200, (Unused("c", reason),))


def test_only_the_shipping_coupon_touches_the_delivery() -> None:
    basket = a_basket(2000, a_line(800, "courier"))
    all_off = a_coupon("money_off", "all", amount_fen=9000)
    told = price(basket, some_offers(percent=50), [all_off])
    assert told.line_fen == (0, 800)
    free = price(basket, some_offers(), [a_coupon("shipping", amount_fen=1000)])
    assert (free.line_fen, steps_of(free)) == ((2000, 0), [("shipping", -800)])


def test_a_shipping_coupon_asks_for_goods_and_for_a_delivery() -> None:
    coupon = a_coupon("shipping", amount_fen=500, threshold_fen=5000)
    delivered = a_basket(4000, a_line(800, "courier"))
    assert price(delivered, some_offers(), [coupon]).unused == (
        Unused("c", Reason.THRESHOLD, 1000),
    )
    fetched = price(a_basket(6000), some_offers(), [coupon])
    assert fetched.unused == (Unused("c", Reason.NOTHING_ELIGIBLE),)


def test_what_comes_back_reduces_the_basket_and_never_turns_it_round() -> None:
    coupon = a_coupon("money_off", amount_fen=5000, categories=("coffee",))
    told = price(a_basket(5000, a_line(-3000, "tart")), some_offers(), [coupon])
    assert (told.total_fen, told.payable_fen) == (2000, 0)
    with pytest.raises(BasketBelowZero):
        price(a_basket(1000, -1001), some_offers())


def test_promotions_of_another_day_or_store_are_no_offer() -> None:
    always = a_promotion("money_off", "always", amount_fen=1)
    scopes = (Scope(weekdays=(6, 7)), Scope(stores=("cq01",)), Scope(tiers=("gold",)))
    elsewhere = [replace(always, code="elsewhere", scope=scope) for scope in scopes]
    here = Occasion(TODAY, store="cd01", region="cd")
    held = offers_at(here, [*elsewhere, always], None, PointsPolicy())
    assert held.promotions == (always,)


@settings(max_examples=300, deadline=None)
@given(baskets, offers, some_coupons(), st.integers(0, 6000))
def test_steps_lines_and_payable_always_add_up(
    basket: Basket, offers: Offers, coupons: list[CouponCopy], balance: int
) -> None:
    told = price(basket, offers, coupons)
    goods = sum(told.line_fen[place] for place in basket.goods())
    points = most_points(offers.points, max(0, goods), balance)
    told = price(basket, offers, coupons, points=points)
    assert told.total_fen + sum(step.amount_fen for step in told.steps) == told.payable_fen
    assert sum(told.line_fen) == told.payable_fen >= 0
    assert all(step.amount_fen < 0 for step in told.steps)
    for line, left in zip(basket.lines, told.line_fen, strict=True):
        assert min(0, line.amount_fen) <= left <= max(0, line.amount_fen) or line.amount_fen < 0
    used, left_out = set(told.coupon_codes), {one.code for one in told.unused}
    assert used | left_out == {coupon.code for coupon in coupons}
    assert not used & left_out


@settings(max_examples=200, deadline=None)
@given(baskets, offers, st.integers(1, 15_000))
def test_no_number_of_points_is_both_allowed_and_above_the_most(
    basket: Basket, offers: Offers, points: int
) -> None:
    goods = max(0, sum(price(basket, offers).line_fen[place] for place in basket.goods()))
    most = most_points(offers.points, goods, balance=10**9)
    if points > most:
        with pytest.raises(OffsetAboveCap):
            price(basket, offers, points=points)
    elif points < most and points % offers.points.offset_unit:
        with pytest.raises(OffsetNotInSteps):
            price(basket, offers, points=points)
    else:
        told = price(basket, offers, points=points)
        assert -told.steps[-1].amount_fen == points * offers.points.value_fen <= goods
