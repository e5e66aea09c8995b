"""What a quote leaves unused: each coupon has its reason, and the gap where goods are missing."""

from loyalty.coupons import CouponCopy, Reason
from loyalty.lower_prices import Unused, lower_prices
from loyalty.prices import Basket, Offers
from loyalty.unused import missed_promotions, unused_coupons
from tests.loyalty.pricing import a_basket, a_coupon, a_line, a_promotion, some_offers

FIVE = a_coupon("money_off", "five", amount_fen=500)
TEN = a_coupon("money_off", "ten", amount_fen=1000)
TART = a_coupon("exchange", "tart", item="tart")
DEAR = a_coupon("money_off", "dear", amount_fen=3000, threshold_fen=20_000)


def reasons(
    basket: Basket, used: list[CouponCopy], others: list[CouponCopy], offers: Offers | None = None
) -> dict[str, Reason]:
    lower = lower_prices(basket, offers or some_offers())
    return {one.code: one.reason for one in unused_coupons(lower, used, others)}


def test_a_coupon_that_would_help_was_not_asked_for() -> None:
    basket = a_basket(6000, a_line(3000, "tart"))
    assert reasons(basket, [], [TEN, TART]) == {"ten": Reason.NOT_ASKED, "tart": Reason.NOT_ASKED}


def test_a_second_order_coupon_is_not_combinable() -> None:
    assert reasons(a_basket(6000), [TEN], [FIVE]) == {"five": Reason.NOT_COMBINABLE}
    assert reasons(a_basket(6000), [FIVE], [TEN]) == {"ten": Reason.NOT_COMBINABLE}


def test_a_coupon_that_costs_the_tier_price_is_not_combinable_where_it_does_not_help() -> None:
    weak = a_coupon("money_off", "weak", amount_fen=100, with_tier_price=False)
    offers = some_offers(percent=90)
    assert reasons(a_basket(6000), [], [weak], offers) == {"weak": Reason.NOT_COMBINABLE}


def test_what_the_basket_lacks_is_told_for_every_copy() -> None:
    twin = CouponCopy("twin", DEAR.kind_code, DEAR.terms, DEAR.starts_on, DEAR.ends_on)
    lower = lower_prices(a_basket(12_800), some_offers())
    assert list(unused_coupons(lower, [], [DEAR, twin, TART])) == [
        Unused("dear", Reason.THRESHOLD, 7200),
        Unused("twin", Reason.THRESHOLD, 7200),
        Unused("tart", Reason.ITEM_MISSING),
    ]


def test_a_missed_promotion_tells_how_much_more_it_takes() -> None:
    promotion = a_promotion("money_off", "140-20", amount_fen=2000, threshold_fen=14_000)
    offers = some_offers(promotion)
    assert list(missed_promotions(a_basket(12_800), offers)) == [
        Unused("140-20", Reason.THRESHOLD, 1200)
    ]
    assert list(missed_promotions(a_basket(14_000), offers)) == []
