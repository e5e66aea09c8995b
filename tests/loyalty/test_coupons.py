"""Coupon copies: what forbids one here and now, and how a stored one is read."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from loyalty.coupons import CouponCopy, Reason, coupon_copy, why_not
from loyalty.scopes import Occasion
from loyalty.shop_file.reading import ShopFileFaults
from loyalty.shop_file.terms import CouponKind, Scope
from tests.loyalty.pricing import LAST_DAY, TODAY, a_coupon

HERE = Occasion(TODAY, store="cd01", region="cd", tier="base")
COPY = a_coupon("money_off", amount_fen=1000)
KIND = CouponKind("ten", "十元券", "money_off", amount_fen=1000, valid_days=30)
STORED: dict[str, Any] = {
    "code": "ABC",
    "kind": "ten",
    "state": "issued",
    "uses_left": 1,
    "offered_at": None,
    "starts_on": "2027-01-11",
    "ends_on": "2027-02-10",
    "terms": json.dumps(KIND.as_data()),
}


def scoped(**scope: Any) -> CouponCopy:
    return replace(COPY, terms=replace(COPY.terms, scope=Scope(**scope)))


@pytest.mark.parametrize(
    ("copy", "reason"),
    [
        (COPY, None),
        (replace(COPY, uses_left=0), Reason.USED),
        (replace(COPY, is_offered=True), Reason.OFFERED),
        (replace(COPY, starts_on=TODAY + timedelta(days=1)), Reason.NOT_STARTED),
        (replace(COPY, ends_on=TODAY), None),
        (replace(COPY, ends_on=TODAY - timedelta(days=1)), Reason.ENDED),
        (scoped(stores=("cq01",)), Reason.WRONG_STORE),
        (scoped(regions=("cq",)), Reason.WRONG_REGION),
        (scoped(tiers=("gold", "black")), Reason.WRONG_TIER),
        (scoped(weekdays=(6, 7)), Reason.WRONG_DAY),
        (scoped(excluded_days=(TODAY,)), Reason.WRONG_DAY),
        (scoped(stores=("cd01",), regions=("cd",), tiers=("base",), weekdays=(1,)), None),
    ],
)
def test_what_forbids_a_coupon_here_and_now(copy: CouponCopy, reason: Reason | None) -> None:
    assert why_not(copy, HERE) == reason


def test_a_stored_coupon_is_read_with_the_terms_it_was_issued_with() -> None:
    copy = coupon_copy(STORED)
    assert copy == CouponCopy("ABC", "ten", KIND, date(2027, 1, 11), LAST_DAY)


def test_a_copy_of_an_earlier_release_has_the_defaults_of_this_one() -> None:
    old = {"code": "ten", "name": "十元券", "kind": "money_off", "amount_fen": 1, "valid": "30d"}
    copy = coupon_copy({**STORED, "terms": json.dumps(old)})
    assert (copy.terms.with_tier_price, copy.terms.return_days) == (True, 7)


@pytest.mark.parametrize("state", ["used", "held", "void"])
def test_whatever_is_not_issued_has_no_use_left(state: str) -> None:
    assert why_not(coupon_copy({**STORED, "state": state}), HERE) == Reason.USED
    assert why_not(coupon_copy({**STORED, "offered_at": 1}), HERE) == Reason.OFFERED


def test_terms_that_are_no_terms_are_a_fault_of_ours() -> None:
    with pytest.raises(ShopFileFaults):
        coupon_copy({**STORED, "terms": '{"code": "ten", "kind": "free_lunch"}'})
