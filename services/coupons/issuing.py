"""Coupons (券): issuing a member's copy with the terms of the day, and listing what there is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from loyalty.coupon_codes import RANDOM_BYTES, coupon_code
from loyalty.coupons import coupon_copy
from loyalty.shop_file.reading import CouponKind
from services.shop import Shop
from storage.counters import give_back_to_counter, take_from_counter
from storage.coupons import coupon_by_key, coupons_of, insert_coupon
from storage.sql import Row


@dataclass(frozen=True, slots=True)
class IssuedCoupon:
    """A coupon as its member sees it; `ends_on` is the last usable day."""

    code: str
    name: str
    ends_on: date
    starts_on: date
    uses_left: int = 1
    is_count_card: bool = False


@dataclass(frozen=True, slots=True)
class OwnCoupon:
    """A coupon with its number among all that its member has, on offer or not begun included.

    So a number stays what it was when another coupon is offered or taken back.
    """

    number: int
    coupon_id: int
    coupon: IssuedCoupon
    is_offered: bool
    has_begun: bool

    @property
    def is_usable(self) -> bool:
        return self.has_begun and not self.is_offered


async def issue_coupon(
    shop: Shop,
    member_id: int,
    kind_code: str,
    *,
    key: str,
    cause: Mapping[str, object] | None = None,
) -> IssuedCoupon | None:
    """Give a member one coupon once per key; None when stock, the member's share or its days
    are used up.

    A helper for use cases. Later changes of the kind do not touch what was issued.
    """
    existing = await coupon_by_key(key)
    if existing is not None:
        return issued_from(existing)
    kind = shop.rules.coupon_kinds.get(kind_code)
    if kind is None:
        return None
    starts_on, ends_on = _validity(kind, shop.today())
    if ends_on < starts_on or not await _take_stock(kind, member_id):
        return None
    code = coupon_code(shop.random_bytes(RANDOM_BYTES))
    await insert_coupon(
        code=code,
        kind=kind.code,
        member_id=member_id,
        terms=json.dumps(kind.as_data(), ensure_ascii=False, sort_keys=True),
        state="issued",
        uses_left=uses_of(kind),
        cause=json.dumps({"rules": shop.rules.version, **(cause or {})}, ensure_ascii=False),
        key=key,
        starts_on=starts_on,
        ends_on=ends_on,
        issued_at=shop.now(),
    )
    return IssuedCoupon(
        code, kind.name, ends_on, starts_on, uses_of(kind), is_count_card=kind.kind == "count"
    )


async def usable_coupons(shop: Shop, member_id: int) -> list[IssuedCoupon]:
    """Issued, begun, not on offer and not past their last day; soonest to end first."""
    return [own.coupon for own in await own_coupons(shop, member_id) if own.is_usable]


async def own_coupons(shop: Shop, member_id: int) -> list[OwnCoupon]:
    """One read: all of a member's coupons that are not used up or over."""
    today = shop.today()
    return [
        OwnCoupon(
            number,
            row["id"],
            issued_from(row),
            is_offered=row["offered_at"] is not None,
            has_begun=row["starts_on"] <= today.isoformat(),
        )
        for number, row in enumerate(await coupons_of(member_id, today), 1)
    ]


def uses_of(kind: CouponKind) -> int:
    """How often a fresh copy can be used: count cards (次卡) as often as they say."""
    return kind.count or 1


def issued_from(row: Row) -> IssuedCoupon:
    copy = coupon_copy(row)
    return IssuedCoupon(
        copy.code,
        copy.terms.name,
        copy.ends_on,
        copy.starts_on,
        row["uses_left"],
        is_count_card=copy.terms.kind == "count",
    )


async def _take_stock(kind: CouponKind, member_id: int) -> bool:
    stock, mine = f"coupon:{kind.code}", f"coupon:{kind.code}:member:{member_id}"
    if kind.per_member is not None and not await take_from_counter(mine, kind.per_member):
        return False
    if kind.stock is None or await take_from_counter(stock, kind.stock):
        return True
    if kind.per_member is not None:
        await give_back_to_counter(mine)
    return False


def _validity(kind: CouponKind, today: date) -> tuple[date, date]:
    """A last day before the first one: the kind's days are over."""
    first_day = today + timedelta(days=kind.delay_days)
    if kind.valid_days is not None:
        return first_day, first_day + timedelta(days=kind.valid_days)
    return max(kind.valid_from or first_day, first_day), kind.valid_until or date.max
