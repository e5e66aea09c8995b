"""Dumps of PostgreSQL (数据副本): reading one moment beside servers, filling an empty database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from storage.dump import NOT_DUMPED, UNTOUCHED, Column, DumpRow, DumpTable, converted

KINDS = {
    "bigint": "whole",
    "integer": "whole",
    "boolean": "truth",
    "text": "text",
    "bytea": "bytes",
}
COLUMNS = """
SELECT c.table_name, c.column_name, c.data_type, c.is_identity = 'YES' AS numbers,
  EXISTS (SELECT 1 FROM pg_index i JOIN pg_attribute a
    ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indisprimary AND i.indrelid = to_regclass(quote_ident(c.table_name))
      AND a.attname = c.column_name) AS is_key
FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
ORDER BY c.table_name COLLATE "C", c.ordinal_position
"""
# Checking references once, at the end, needs no order of tables and no privileges of a superuser.
REFERENCES = """
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drops,
  format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,
    pg_get_constraintdef(oid)) AS makes
FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
"""
INDEXES = """
SELECT format('DROP INDEX %s', i.indexrelid::regclass) AS drops, pg_get_indexdef(i.indexrelid)
  AS makes
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE c.relnamespace = current_schema()::regnamespace
  AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)
"""
SETTINGS = {
    "application_name": "shuke backup",
    "statement_timeout": "0",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "0",
    "maintenance_work_mem": "256MB",
    "jit": "off",
}


class PostgresDump:
    """One connection of its own, in one transaction."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def tables(self) -> list[DumpTable]:
        found: dict[str, list[Any]] = {}
        for line in await self._connection.fetch(COLUMNS):
            found.setdefault(line["table_name"], []).append(line)
        return [_table(name, lines) for name, lines in found.items() if name not in NOT_DUMPED]

    async def texts(self, query: str) -> list[str]:
        return [str(line[0]) for line in await self._connection.fetch(query)]

    async def count(self, table: str) -> int:
        return int(await self._connection.fetchval(f'SELECT COUNT(*) FROM "{table}"'))

    async def last_number(self, table: DumpTable) -> int:
        """Of a moment later than the rows, which does no harm: a number may be left out."""
        if not table.numbers:
            return 0
        name = await self._sequence(table)
        query = f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {name}"
        return int(await self._connection.fetchval(query))

    async def pages(self, table: DumpTable) -> AsyncIterator[list[DumpRow]]:
        columns = ", ".join(_read(column) for column in table.columns)
        kinds = {column.name: column.kind for column in table.columns}
        order = f'"{table.key}"' + (' COLLATE "C"' if kinds[table.key] == "text" else "")
        query = f'SELECT {columns} FROM "{table.name}" ORDER BY {order}'
        # Declared by hand: the driver's own cursor stays open, and would keep an index from coming.
        await self.run(f"DECLARE dump NO SCROLL CURSOR FOR {query}")
        while page := await self._connection.fetch(f"FETCH {table.rows_a_page} FROM dump"):
            yield page
        await self.run("CLOSE dump")

    async def occupied(self) -> str:
        """A table that holds more than `migrate` put there; empty when there is none."""
        for table in await self.tables():
            untouched = UNTOUCHED.get(table.name, "FALSE")
            query = f'SELECT 1 FROM "{table.name}" WHERE NOT ({untouched}) LIMIT 1'
            if await self._connection.fetchval(query):
                return table.name
        return ""

    async def load(self, table: DumpTable, rows: Sequence[DumpRow]) -> None:
        await self._connection.copy_records_to_table(
            table.name,
            records=converted(table, rows, {"bytes": bytes.fromhex, "truth": bool}),
            columns=table.names,
        )

    async def set_last_number(self, table: DumpTable, number: int) -> None:
        await self._connection.execute("SELECT setval($1, $2)", await self._sequence(table), number)

    async def run(self, statement: str) -> None:
        await self._connection.execute(statement)

    async def set_aside(self) -> list[str]:
        """Drop references and indexes; returns the statements that make them again."""
        made_again = []
        for query in (REFERENCES, INDEXES):
            found = await self._connection.fetch(query)
            for line in found:
                await self.run(line["drops"])
            made_again += [line["makes"] for line in found]
        # Indexes first: references are checked by them.
        return made_again[::-1]

    async def switch_triggers(self, verb: str) -> None:
        """Of ours alone, which refuse to clear what `migrate` put there."""
        for table in await self.tables():
            await self.run(f'ALTER TABLE "{table.name}" {verb} TRIGGER USER')

    async def _sequence(self, table: DumpTable) -> str:
        query = "SELECT pg_get_serial_sequence(quote_ident($1), $2)"
        return str(await self._connection.fetchval(query, table.name, table.key))


@asynccontextmanager
async def postgres_source(connect: dict[str, Any]) -> AsyncIterator[PostgresDump]:
    async with (
        _connected(connect) as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        yield PostgresDump(connection)


@asynccontextmanager
async def postgres_target(connect: dict[str, Any]) -> AsyncIterator[PostgresDump]:
    async with _connected(connect) as connection:
        async with connection.transaction():
            target = PostgresDump(connection)
            await target.switch_triggers("DISABLE")
            made_again = await target.set_aside()
            yield target
            for statement in made_again:
                await target.run(statement)
            await target.switch_triggers("ENABLE")
        await connection.execute("ANALYZE")


@asynccontextmanager
async def _connected(connect: dict[str, Any]) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(
        # Remembered statements would take one FETCH for another.
        **connect,
        server_settings=SETTINGS,
        statement_cache_size=0,
    )
    try:
        yield connection
    finally:
        await connection.close()


def _table(name: str, lines: list[Any]) -> DumpTable:
    columns = tuple(Column(line["column_name"], KINDS[line["data_type"]]) for line in lines)
    [key] = [line for line in lines if line["is_key"]]
    return DumpTable(name, columns, key["column_name"], key["numbers"])


def _read(column: Column) -> str:
    name = f'"{column.name}"'
    return {"bytes": f"encode({name}, 'hex')", "truth": f"{name}::int"}.get(column.kind, name)
