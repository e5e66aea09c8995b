"""Coupon copies (券): one member's copy of a kind, and why it may not be used here and now."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from loyalty.scopes import Miss, Occasion, misses
from loyalty.shop_file.coupons import read_coupon_kind
from loyalty.shop_file.table import ShopFileFault, ShopFileFaults, Table
from loyalty.shop_file.terms import CouponKind

# What a coupon takes off: something for nothing, part of the order, the delivery (field-rules D4).
ITEM_KINDS = frozenset({"exchange", "trial", "gift", "count"})
ORDER_KINDS = frozenset({"money_off", "percent_off"})
SHIPPING_KINDS = frozenset({"shipping"})


class Reason(StrEnum):
    """Why a coupon is not used; tills read the names."""

    UNKNOWN = "unknown"
    USED = "used"
    OFFERED = "offered"
    NOT_STARTED = "not_started"
    ENDED = "ended"
    WRONG_STORE = "wrong_store"
    WRONG_REGION = "wrong_region"
    WRONG_TIER = "wrong_tier"
    WRONG_DAY = "wrong_day"
    THRESHOLD = "threshold"
    NOTHING_ELIGIBLE = "nothing_eligible"
    NOT_A_DISCOUNT = "not_a_discount"
    NOT_COMBINABLE = "not_combinable"
    ITEM_MISSING = "item_missing"
    NOT_ASKED = "not_asked"


REASON_OF_MISS = {
    Miss.NOT_YET: Reason.NOT_STARTED,
    Miss.OVER: Reason.ENDED,
    Miss.DAY: Reason.WRONG_DAY,
    Miss.STORE: Reason.WRONG_STORE,
    Miss.REGION: Reason.WRONG_REGION,
    Miss.TIER: Reason.WRONG_TIER,
}


@dataclass(frozen=True, slots=True)
class CouponCopy:
    """`terms` are those of the day it was issued; it is good from `starts_on` through `ends_on`.

    `is_offered`: it waits for a friend to take it, and meanwhile nobody can use it.
    """

    code: str
    kind_code: str
    terms: CouponKind
    starts_on: date
    ends_on: date
    uses_left: int = 1
    is_offered: bool = False


def why_not(copy: CouponCopy, occasion: Occasion) -> Reason | None:
    """What forbids the coupon here and now, whatever the basket; None when nothing does."""
    if copy.uses_left < 1:
        return Reason.USED
    if copy.is_offered:
        return Reason.OFFERED
    if occasion.day < copy.starts_on:
        return Reason.NOT_STARTED
    # A copy that a refund prolonged outlives its kind, so its own last day counts.
    if occasion.day > copy.ends_on:
        return Reason.ENDED
    miss = misses(copy.terms.scope, occasion)
    return None if miss is None else REASON_OF_MISS[miss]


def coupon_copy(row: Mapping[str, Any]) -> CouponCopy:
    """A stored row: code, kind, terms, state, uses_left, offered_at, starts_on, ends_on."""
    is_open = row["state"] == "issued"
    return CouponCopy(
        code=row["code"],
        kind_code=row["kind"],
        terms=coupon_terms(row["terms"]),
        starts_on=date.fromisoformat(row["starts_on"]),
        ends_on=date.fromisoformat(row["ends_on"]),
        uses_left=row["uses_left"] if is_open else 0,
        is_offered=row["offered_at"] is not None,
    )


def coupon_terms(text: str) -> CouponKind:
    """Terms as they were issued; what a later release added has its default."""
    faults: list[ShopFileFault] = []
    kind = read_coupon_kind(Table("terms", json.loads(text), faults))
    if faults:
        raise ShopFileFaults(faults)
    return kind


def effect_of(terms: CouponKind) -> object:
    """Everything a basket can tell one coupon from another by."""
    figures = (terms.amount_fen, terms.discount_percent, terms.max_fen, terms.threshold_fen)
    goods = (terms.item, terms.scope.categories, terms.scope.excluded_categories)
    return terms.kind, figures, goods, terms.with_tier_price
