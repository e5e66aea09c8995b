"""Verifying (核对) column by column: whatever single figure of the ledger is changed is noticed."""

import sqlite3
from typing import Any

import pytest

from services.custody.verify import verify_ledger
from services.shop import Shop
from storage.sql import change, rows
from tests.databases import only_sqlite
from tests.services.damaged_books import keep_books
from tests.shop_parts import MachineClock

TABLES = ("ledger_transactions", "ledger_entries", "lots", "lot_allocations", "ledger_accounts")
# An id names a row and says nothing; where another row names it the change is noticed as well.
NAMES = {"id"}


@pytest.fixture
async def books(shop: Shop, clock: MachineClock) -> Shop:
    await keep_books(shop, clock)
    for pragma in ("foreign_keys = OFF", "ignore_check_constraints = ON"):
        await rows(f"PRAGMA {pragma}")
    return shop


def other(value: Any, column: str) -> list[Any]:
    """Values that are not this one; the next number might be an allowed one by chance."""
    if value is None:
        return [1] if column in ("reverses_id", "member_id") else ["2099-12-31"]
    return [value + 1, -value - 7] if isinstance(value, int) else [f"{value}x", ""]


@only_sqlite
@pytest.mark.parametrize("table", TABLES)
async def test_any_changed_column_of_any_row_is_found(books: Shop, table: str) -> None:
    overlooked, tried = [], 0
    for line in await rows(f"SELECT * FROM {table} ORDER BY id"):
        for column in line.keys() - NAMES:
            for value in other(line[column], column):
                overlooked += await unless_found(books, table, line, column, value)
                tried += 1
    assert tried >= 30
    assert overlooked == []


async def unless_found(
    shop: Shop, table: str, line: dict[str, Any], column: str, value: object
) -> list[str]:
    """Damage one column, verify, and repair it; the name of the damage when nobody noticed."""
    if await rows(f"SELECT 1 FROM {table} WHERE {column} = $1 AND id = $2", value, line["id"]):
        return []
    try:
        await change(f"UPDATE {table} SET {column} = $1 WHERE id = $2", value, line["id"])
    except sqlite3.IntegrityError:
        return []
    found = (await verify_ledger(shop)).complaints
    await change(f"UPDATE {table} SET {column} = $1 WHERE id = $2", line[column], line["id"])
    return [] if found else [f"{table} {line['id']}: {column} = {value!r}"]
