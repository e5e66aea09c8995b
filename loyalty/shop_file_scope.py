"""Scopes (适用范围) in the shop file: stores, regions, tiers, goods and days it is about."""

from collections.abc import Callable
from typing import TypeVar

from loyalty.shop_file_table import CODE, LONGEST_NAME, Table, day_in, readable
from loyalty.shop_file_terms import Scope

MOST_ITEMS = 500
Item = TypeVar("Item")


def read_scope(table: Table, *, has_days: bool = True) -> Scope:
    """The keys of a scope among the others; a coupon's `from` and `until` are its validity."""
    return Scope(
        stores=_codes(table, "stores"),
        regions=_codes(table, "regions"),
        tiers=_codes(table, "tiers"),
        categories=texts(table, "categories"),
        excluded_categories=texts(table, "excluded_categories"),
        weekdays=_numbers(table, "weekdays", highest=7),
        days_of_month=_numbers(table, "days_of_month", highest=31),
        excluded_days=_items(table, "excluded_days", day_in, "days such as 2027-01-31"),
        first_day=table.day("from") if has_days else None,
        last_day=table.day("until") if has_days else None,
    )


def texts(table: Table, key: str) -> tuple[str, ...]:
    """Names as tills write them: categories, skus, lines for people."""
    return _items(
        table,
        key,
        lambda item: readable(item, longest=LONGEST_NAME),
        f"texts of 1 to {LONGEST_NAME} characters",
    )


def _codes(table: Table, key: str) -> tuple[str, ...]:
    return _items(
        table,
        key,
        lambda item: item if isinstance(item, str) and CODE.fullmatch(item) else None,
        "codes of 1 to 32 of a-z, 0-9 and -",
    )


def _numbers(table: Table, key: str, *, highest: int) -> tuple[int, ...]:
    return _items(
        table,
        key,
        lambda item: item if type(item) is int and 1 <= item <= highest else None,
        f"whole numbers from 1 to {highest}",
    )


def _items(
    table: Table, key: str, read: Callable[[object], Item | None], wanted: str
) -> tuple[Item, ...]:
    values = table.value(key)
    if not table.has(key):
        return ()
    items = [read(value) for value in values] if isinstance(values, list) else [None]
    good = tuple(item for item in items if item is not None)
    if not 1 <= len(items) <= MOST_ITEMS or len(good) < len(items) or len(set(good)) < len(good):
        table.fault(key, f"is not a list of different {wanted}", "write one, or remove it")
        return ()
    return good
