"""What a little more would bring: the nearest threshold, on the shelf and to the fen."""

from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.price_hints import Hint, amount_only, nearest_hint
from loyalty.prices import price
from tests.loyalty.pricing import a_coupon, a_promotion, some_offers

TWENTY_OFF = a_promotion("money_off", amount_fen=2000, threshold_fen=14_000)
FIFTY_OFF = a_coupon("money_off", amount_fen=5000, threshold_fen=20_000)


def test_twelve_yuan_more_bring_twenty_off() -> None:
    assert nearest_hint(12_800, some_offers(TWENTY_OFF), []) == Hint("the money_off", 1200, 12_000)


def test_what_is_reached_or_far_away_is_no_hint() -> None:
    assert nearest_hint(14_000, some_offers(TWENTY_OFF), []) is None
    assert nearest_hint(6999, some_offers(TWENTY_OFF), []) is None


def test_an_offer_that_would_not_be_used_even_then_is_no_hint() -> None:
    better = a_coupon("money_off", amount_fen=5000)
    worse = a_coupon("percent_off", "worse", discount_percent=99, threshold_fen=13_000)
    assert nearest_hint(12_800, some_offers(), [better, worse]) is None


def test_the_nearer_of_two_is_told() -> None:
    hint = nearest_hint(12_800, some_offers(TWENTY_OFF), [FIFTY_OFF])
    assert hint is not None
    assert hint.more_fen == 1200


@settings(max_examples=100, deadline=None)
@given(st.integers(10_000, 20_999), st.integers(50, 100))
def test_by_a_tier_price_the_gap_is_what_the_shelf_says(amount_fen: int, percent: int) -> None:
    offers = some_offers(percent=percent)
    hint = nearest_hint(amount_fen, offers, [FIFTY_OFF])
    if hint is not None:
        enough = amount_only(amount_fen + hint.more_fen)
        assert price(enough, offers, [FIFTY_OFF]).unused == ()
        too_little = amount_only(amount_fen + hint.more_fen - 1)
        assert price(too_little, offers, [FIFTY_OFF]).unused != ()
