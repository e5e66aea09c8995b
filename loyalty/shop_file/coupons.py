"""Coupon kinds (券种) in the shop file: which figures each kind needs, and its validity."""

import re
from datetime import date

from loyalty.shop_file.figures import check_figures
from loyalty.shop_file.scope import read_scope
from loyalty.shop_file.table import LARGEST_NUMBER, Table
from loyalty.shop_file.value import CouponKind

NEEDED = {
    "money_off": ("amount_fen",),
    "percent_off": ("discount_percent",),
    "exchange": ("item",),
    "trial": ("item",),
    "gift": ("item",),
    "shipping": ("amount_fen",),
    "count": ("item", "count"),
}
POSSIBLE = {"percent_off": ("max_fen",)}
VALID = re.compile(r"([1-9][0-9]{0,3})d")
VALID_REMEDY = 'write valid = "30d", or from and until'


def read_coupon_kind(table: Table) -> CouponKind:
    kind = table.choice("kind", tuple(NEEDED))
    check_figures(table, kind, needed=NEEDED, possible=POSSIBLE)
    valid_days, valid_from, valid_until = _read_validity(table)
    optional = table.optional_number
    return CouponKind(
        code=table.code(),
        name=table.text("name"),
        kind=kind,
        amount_fen=optional("amount_fen", lowest=1, highest=LARGEST_NUMBER),
        discount_percent=optional("discount_percent", lowest=1, highest=100),
        max_fen=optional("max_fen", lowest=1, highest=LARGEST_NUMBER),
        item=table.optional_text("item"),
        count=optional("count", lowest=1, highest=1000),
        threshold_fen=table.number("threshold_fen", 0, lowest=0, highest=LARGEST_NUMBER),
        valid_days=valid_days,
        valid_from=valid_from,
        valid_until=valid_until,
        delay_days=table.number("delay_days", 0, lowest=0, highest=365),
        stock=optional("stock", lowest=0, highest=LARGEST_NUMBER),
        per_member=optional("per_member", lowest=1, highest=LARGEST_NUMBER),
        giftable=table.switch("giftable", True),
        with_tier_price=table.switch("with_tier_price", True),
        return_days=table.number("return_days", 7, lowest=0, highest=365),
        scope=read_scope(table, has_period=False),
    )


def _read_validity(table: Table) -> tuple[int | None, date | None, date | None]:
    has_days = table.offers("valid")
    start, end = table.period("from", "until")
    if has_days and (table.has("from") or table.has("until")):
        table.fault("valid", "stands beside from or until", "keep one way")
    elif has_days:
        text = table.matching("valid", VALID, VALID_REMEDY)
        return (int(text[:-1]) if text else None), None, None
    elif not table.has("until"):
        table.fault("until" if table.has("from") else "valid", "is missing", VALID_REMEDY)
    return None, start, end
