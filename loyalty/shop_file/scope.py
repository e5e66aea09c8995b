"""Scopes (适用范围) in the shop file: stores, regions, tiers, goods and days it is about."""

from collections.abc import Callable
from typing import TypeVar

from loyalty.shop_file.table import CODE, LONGEST_NAME, Table, day_in, readable
from loyalty.shop_file.terms import Scope

MOST_ITEMS = 500
Item = TypeVar("Item")


def read_scope(table: Table, *, has_period: bool = True, has_goods: bool = True) -> Scope:
    """The keys of a scope among the others; a coupon's `from` and `until` are its validity."""
    categories, excluded = _read_goods(table) if has_goods else ((), ())
    first_day, last_day = table.period("from", "until") if has_period else (None, None)
    return Scope(
        stores=codes(table, "stores"),
        regions=codes(table, "regions"),
        tiers=codes(table, "tiers"),
        categories=categories,
        excluded_categories=excluded,
        weekdays=_numbers(table, "weekdays", highest=7),
        days_of_month=_numbers(table, "days_of_month", highest=31),
        excluded_days=_items(table, "excluded_days", day_in, "days such as 2027-01-31"),
        first_day=first_day,
        last_day=last_day,
    )


def _read_goods(table: Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    categories, excluded = texts(table, "categories"), texts(table, "excluded_categories")
    if set(categories) & set(excluded):
        problem = "names what stands in categories"
        table.fault("excluded_categories", problem, "write a category in one of them")
    return categories, excluded


def texts(table: Table, key: str) -> tuple[str, ...]:
    """Names as tills write them: categories, skus, lines for people."""
    return _items(
        table,
        key,
        lambda item: readable(item, longest=LONGEST_NAME),
        f"texts of 1 to {LONGEST_NAME} characters",
    )


def codes(table: Table, key: str) -> tuple[str, ...]:
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
    if not table.offers(key):
        return ()
    values = table.value(key)
    items = [read(value) for value in values] if isinstance(values, list) else [None]
    good = tuple(item for item in items if item is not None)
    if not 1 <= len(items) <= MOST_ITEMS or len(good) < len(items) or len(set(good)) < len(good):
        table.fault(key, f"is not a list of different {wanted}", "write one, or remove it")
        return ()
    return good
