"""Coupons (券): issuing a member's copy with the terms of the day, and listing the usable ones."""

import json
from dataclasses import dataclass
from datetime import date, timedelta

from loyalty.coupon_codes import RANDOM_BYTES, coupon_code
from loyalty.shop_file import CouponKind
from services.shop import Shop
from storage.coupons import (
    coupon_by_key,
    give_back_to_counter,
    insert_coupon,
    take_from_counter,
    usable_coupons_of,
)

__all__ = ["IssuedCoupon", "issue_coupon", "usable_coupons"]


@dataclass(frozen=True, slots=True)
class IssuedCoupon:
    """A coupon as its member sees it; `ends_on` is the last usable day."""

    code: str
    name: str
    ends_on: date


async def issue_coupon(
    shop: Shop, member_id: int, kind_code: str, *, key: str
) -> IssuedCoupon | None:
    """Give a member one coupon once per key; None when stock or the member's share is used up.

    A helper for use cases. Later changes of the kind do not touch what was issued.
    """
    existing = await coupon_by_key(key)
    if existing is not None:
        return _as_issued(existing)
    kind = shop.rules.coupon_kinds[kind_code]
    if not await _take_stock(kind, member_id):
        return None
    starts_on, ends_on = _validity(kind, shop.today())
    terms = json.dumps(kind.as_data(), ensure_ascii=False, sort_keys=True)
    code = coupon_code(shop.random_bytes(RANDOM_BYTES))
    await insert_coupon(
        code=code,
        kind=kind.code,
        member_id=member_id,
        terms=terms,
        state="issued",
        key=key,
        starts_on=starts_on,
        ends_on=ends_on,
        issued_at=shop.now(),
    )
    return IssuedCoupon(code, kind.name, ends_on)


async def usable_coupons(shop: Shop, member_id: int) -> list[IssuedCoupon]:
    """Issued, begun and not past their last day; soonest to end first."""
    return [_as_issued(row) for row in await usable_coupons_of(member_id, shop.today())]


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
    if kind.valid_days is not None:
        return today, today + timedelta(days=kind.valid_days)
    return kind.valid_from or today, kind.valid_until or date.max


def _as_issued(row: dict[str, str]) -> IssuedCoupon:
    terms = json.loads(row["terms"])
    return IssuedCoupon(row["code"], terms["name"], date.fromisoformat(row["ends_on"]))
