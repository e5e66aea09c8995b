"""Coupon kinds (券种) in the shop file: which figures each kind needs, and its validity."""

import re
from datetime import date

from loyalty.shop_file_scope import read_scope
from loyalty.shop_file_table import LARGEST_NUMBER, Table
from loyalty.shop_file_terms import CouponKind

# Kind -> figures it needs. A percentage may be capped (max_fen) besides.
NEEDED = {
    "money_off": ("amount_fen",),
    "percent_off": ("discount_percent",),
    "exchange": ("item",),
    "trial": ("item",),
    "gift": ("item",),
    "shipping": ("amount_fen",),
    "count": ("item", "count"),
}
ALLOWED = {**NEEDED, "percent_off": ("discount_percent", "max_fen")}
FIGURES = ("amount_fen", "discount_percent", "max_fen", "item", "count")
VALID = re.compile(r"([1-9][0-9]{0,3})d")
VALID_REMEDY = 'write valid = "30d", or from and until'


def read_coupon_kind(table: Table) -> CouponKind:
    kind = table.choice("kind", tuple(NEEDED))
    _check_figures(table, kind)
    valid_days, valid_from, valid_until = _read_validity(table)
    return CouponKind(
        code=table.code(),
        name=table.text("name"),
        kind=kind,
        amount_fen=table.optional_number("amount_fen", lowest=1, highest=LARGEST_NUMBER),
        discount_percent=table.optional_number("discount_percent", lowest=1, highest=100),
        max_fen=table.optional_number("max_fen", lowest=1, highest=LARGEST_NUMBER),
        item=table.text("item") if table.has("item") else None,
        count=table.optional_number("count", lowest=1, highest=1000),
        threshold_fen=table.number("threshold_fen", 0, lowest=0, highest=LARGEST_NUMBER),
        valid_days=valid_days,
        valid_from=valid_from,
        valid_until=valid_until,
        stock=table.optional_number("stock", lowest=0, highest=LARGEST_NUMBER),
        delay_days=table.number("delay_days", 0, lowest=0, highest=365),
        per_member=table.optional_number("per_member", lowest=1, highest=LARGEST_NUMBER),
        giftable=table.switch("giftable", True),
        with_tier_price=table.switch("with_tier_price", True),
        return_days=table.number("return_days", 7, lowest=0, highest=365),
        scope=read_scope(table, has_days=False),
    )


def _check_figures(table: Table, kind: str) -> None:
    """Nothing missing and nothing of another kind; silent when the kind itself is wrong."""
    for figure in FIGURES:
        table.value(figure)
        if not kind:
            continue
        if figure in NEEDED[kind] and not table.has(figure):
            table.fault(figure, "is missing", f"{kind} needs {' and '.join(NEEDED[kind])}")
        if figure not in ALLOWED[kind] and table.has(figure):
            table.fault(figure, f"does not belong to {kind}", "remove it")


def _read_validity(table: Table) -> tuple[int | None, date | None, date | None]:
    has_days = table.has("valid")
    start, end = table.day("from"), table.day("until")
    if has_days and (table.has("from") or table.has("until")):
        table.fault("valid", "stands beside from or until", "keep one way")
    elif has_days:
        text = table.matching("valid", VALID, VALID_REMEDY)
        return (int(text[:-1]) if text else None), None, None
    elif not table.has("until"):
        table.fault("until" if table.has("from") else "valid", "is missing", VALID_REMEDY)
    elif start is not None and end is not None and end < start:
        table.fault("until", "is before from", "write a later day")
    table.value("valid")
    return None, start, end
