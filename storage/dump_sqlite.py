"""Dumps of SQLite (数据副本): reading one moment beside a server, filling an empty file."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiosqlite

from storage.dump import NOT_DUMPED, UNTOUCHED, Column, DumpRow, DumpTable, converted

KINDS = {"BIGINT": "whole", "INTEGER": "whole", "BOOLEAN": "truth", "TEXT": "text", "BLOB": "bytes"}
TABLES = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
# Indexes come back faster in one piece; triggers would refuse to clear what `migrate` put there.
SET_ASIDE = """
SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL
"""
CACHE_KIB = 262_144


class SqliteDump:
    """One connection of its own: the server's may be in the middle of anything."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def tables(self) -> list[DumpTable]:
        found = await self._all(f"{TABLES} ORDER BY name")
        return [
            await self._table(name, numbers="AUTOINCREMENT" in sql)
            for name, sql in found
            if name not in NOT_DUMPED
        ]

    async def texts(self, query: str) -> list[str]:
        return [str(row[0]) for row in await self._all(query)]

    async def count(self, table: str) -> int:
        [[number]] = await self._all(f'SELECT COUNT(*) FROM "{table}"')
        return int(number)

    async def last_number(self, table: DumpTable) -> int:
        if not table.numbers:
            return 0
        found = await self._all("SELECT seq FROM sqlite_sequence WHERE name = ?", table.name)
        return int(found[0][0]) if found else 0

    async def pages(self, table: DumpTable) -> AsyncIterator[list[DumpRow]]:
        columns = ", ".join(_read(column) for column in table.columns)
        query = f'SELECT {columns} FROM "{table.name}" ORDER BY "{table.key}"'
        async with self._connection.execute(query) as cursor:
            while page := await cursor.fetchmany(table.rows_a_page):
                yield list(page)

    async def occupied(self) -> str:
        """A table that holds more than `migrate` put there; empty when there is none."""
        for table in await self.tables():
            untouched = UNTOUCHED.get(table.name, "FALSE")
            if await self._all(f'SELECT 1 FROM "{table.name}" WHERE NOT ({untouched}) LIMIT 1'):
                return table.name
        return ""

    async def load(self, table: DumpTable, rows: Sequence[DumpRow]) -> None:
        names = ", ".join(f'"{name}"' for name in table.names)
        places = ", ".join("?" * len(table.columns))
        await self._connection.executemany(
            f'INSERT INTO "{table.name}" ({names}) VALUES ({places})',
            converted(table, rows, {"bytes": bytes.fromhex}),
        )

    async def set_last_number(self, table: DumpTable, number: int) -> None:
        await self._all("DELETE FROM sqlite_sequence WHERE name = ?", table.name)
        statement = "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)"
        await self._all(statement, table.name, number)

    async def run(self, statement: str) -> None:
        await self._connection.execute(statement)

    async def set_aside(self) -> list[str]:
        """Drop indexes and triggers; returns the statements that make them again."""
        found = await self._all(SET_ASIDE)
        for kind, name, _ in found:
            await self.run(f'DROP {kind} "{name}"')
        return [sql for _, _, sql in found]

    async def refuse_loose_references(self) -> None:
        broken = await self._all("PRAGMA foreign_key_check")
        assert not broken, f"{broken[0][0]} refers to a row that is not there"

    async def _table(self, name: str, *, numbers: bool) -> DumpTable:
        found = await self._all(f'SELECT name, type, pk FROM pragma_table_info("{name}")')
        columns = tuple(Column(column, KINDS[kind]) for column, kind, _ in found)
        [key] = [column for column, _, place in found if place]
        return DumpTable(name, columns, key, numbers)

    async def _all(self, query: str, *values: Any) -> list[Any]:
        return list(await self._connection.execute_fetchall(query, values))


@asynccontextmanager
async def sqlite_source(path: Path) -> AsyncIterator[SqliteDump]:
    async with aiosqlite.connect(path, isolation_level=None) as connection:
        await connection.execute("PRAGMA query_only = ON")
        # The moment is that of the first read, which others need not wait for.
        await connection.execute("BEGIN")
        yield SqliteDump(connection)
        await connection.execute("ROLLBACK")


@asynccontextmanager
async def sqlite_target(path: Path) -> AsyncIterator[SqliteDump]:
    async with aiosqlite.connect(path, isolation_level=None) as connection:
        await connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        await connection.execute("BEGIN IMMEDIATE")
        target = SqliteDump(connection)
        # Closing without COMMIT takes everything back.
        made_again = await target.set_aside()
        yield target
        for statement in made_again:
            await target.run(statement)
        await target.refuse_loose_references()
        await connection.execute("COMMIT")
        await connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _read(column: Column) -> str:
    name = f'"{column.name}"'
    if column.kind != "bytes":
        return name
    return f"CASE WHEN {name} IS NULL THEN NULL ELSE lower(hex({name})) END"
