"""The audit trail (审计日志) as somebody with the database in hand could change it."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import Any

import asyncpg

from tests.contract.bench import Bench

Row = dict[str, Any]


async def rows_of_trail(bench: Bench) -> list[Row]:
    """Oldest first."""
    query = "SELECT * FROM audit_log ORDER BY id"
    if bench.shop.is_sqlite:
        with closing(sqlite3.connect(bench.database_file, timeout=10)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(query)]
    connection = await asyncpg.connect(bench.shop.database_url)
    try:
        return [dict(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()


@asynccontextmanager
async def changed(bench: Bench, row: Row, into: Row | None) -> AsyncIterator[None]:
    """While the block runs the row is another, or gone; nothing in the database forbids it."""
    await put(bench, row["id"], into)
    try:
        yield
    finally:
        await put(bench, row["id"], row)


async def put(bench: Bench, number: int, row: Row | None) -> None:
    if bench.shop.is_sqlite:
        put_into_sqlite(bench.database_file, number, row)
    else:
        await put_into_postgres(bench.shop.database_url, number, row)


def put_into_sqlite(path: str, number: int, row: Row | None) -> None:
    guards = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_log'"
    with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        triggers = database.execute(guards).fetchall()
        for name, _ in triggers:
            database.execute(f"DROP TRIGGER {name}")
        database.execute("DELETE FROM audit_log WHERE id = ?", [number])
        if row is not None:
            marks = ", ".join("?" * len(row))
            columns = ", ".join(row)
            database.execute(
                f"INSERT INTO audit_log ({columns}) VALUES ({marks})", list(row.values())
            )
        for _, sql in triggers:
            database.execute(sql)
        database.execute("COMMIT")


async def put_into_postgres(url: str, number: int, row: Row | None) -> None:
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = 'replica'")
            await connection.execute("DELETE FROM audit_log WHERE id = $1", number)
            if row is not None:
                marks = ", ".join(f"${place}" for place in range(1, len(row) + 1))
                into = f"INSERT INTO audit_log ({', '.join(row)}) OVERRIDING SYSTEM VALUE"
                await connection.execute(f"{into} VALUES ({marks})", *row.values())
    finally:
        await connection.close()
