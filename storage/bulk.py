"""Rows in bulk (批量写入): COPY on PostgreSQL, one prepared statement on SQLite.

References are checked by the database all the same; ids are taken beforehand, so that rows may
name each other before any of them is written.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from storage.database import current_client, is_postgres
from storage.sql import row, rows
from storage.transactions import open_connection

Line = Sequence[Any]


async def take_ids(table: str, count: int) -> list[int]:
    """So many ids of a table that nobody else gets; those that are not used stay free for ever."""
    if not count:
        return []
    if is_postgres():
        found = await rows(
            f"SELECT nextval(pg_get_serial_sequence('{table}', 'id')) AS id"
            " FROM generate_series(1, CAST($1 AS BIGINT))",
            count,
        )
        return [line["id"] for line in found]
    last = await row(
        f"UPDATE sqlite_sequence SET seq = seq + $1 WHERE name = '{table}' RETURNING seq", count
    )
    if last is None:
        # A table that never had a row.
        last = await row(
            f"INSERT INTO sqlite_sequence (name, seq) VALUES ('{table}', $1) RETURNING seq", count
        )
    assert last is not None
    return list(range(last["seq"] - count + 1, last["seq"] + 1))


async def copy_in(table: str, columns: Sequence[str], lines: Sequence[Line]) -> None:
    """Write new rows inside the open transaction."""
    if not lines:
        return
    if is_postgres():
        await _connection().copy_records_to_table(table, records=lines, columns=columns)
        return
    places = ", ".join("?" * len(columns))
    await repeat(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", lines)


async def repeat(statement: str, lines: Sequence[Line]) -> None:
    """One statement for each line, inside the open transaction; $1 … on both databases."""
    if not lines:
        return
    if is_postgres():
        await _connection().executemany(statement, lines)
        return
    async with current_client().acquire_connection() as connection:
        await connection.executemany(statement.replace("$", "?"), lines)


async def refresh_statistics(tables: Sequence[str]) -> None:
    """So that PostgreSQL plans by what is there now, and not by what was before."""
    if is_postgres():
        await rows(f"ANALYZE {', '.join(tables)}")


def among(column: str, place: str) -> str:
    """The condition that a column is in the list that `as_list` made, however long it is."""
    if is_postgres():
        return f"{column} = ANY ({place})"
    return f"{column} IN (SELECT value FROM json_each({place}))"


def as_list(values: Sequence[str] | Sequence[int]) -> list[Any] | str:
    return list(values) if is_postgres() else json.dumps(list(values))


def as_table(columns: Mapping[str, str], place: str) -> str:
    """Lines that `as_lines` made, for FROM: each column with its type, BIGINT or TEXT."""
    if is_postgres():
        typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        return f"json_to_recordset(CAST({place} AS json)) AS given ({typed})"
    read = ", ".join(f"value ->> '$.{name}' AS {name}" for name in columns)
    return f"(SELECT {read} FROM json_each({place})) AS given"


def as_lines(lines: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(list(lines), ensure_ascii=False)


def _connection() -> Any:
    connection = open_connection.get()
    assert connection is not None, "rows in bulk are part of a use case's transaction"
    return connection
