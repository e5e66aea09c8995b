"""Plain SQL where the ORM is too blunt: guarded updates, claims and the hot reads.

Placeholders are $1, $2 … for both databases. `change` counts rows, INSERT included, which
tortoise gets wrong on PostgreSQL (reliability P4).
"""

import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import asyncpg
from tortoise.exceptions import IntegrityError, OperationalError

from storage.database import current_client, is_postgres
from storage.instants import to_ms
from storage.transactions import open_connection

Row = dict[str, Any]
BROKEN = asyncpg.IntegrityConstraintViolationError
DRIVERS_OWN = (asyncpg.SyntaxOrAccessError, asyncpg.DataError, BROKEN)
# Made once: a posting alone has sixty.
PLACES = tuple(f"${number}" for number in range(1, 256))


class Values:
    """The values of a statement, each put where it stands: `values(7)` is $1, then $2 …"""

    def __init__(self) -> None:
        self.all: list[object] = []

    def __call__(self, value: object) -> str:
        self.all.append(value)
        number = len(self.all)
        return PLACES[number - 1] if number <= len(PLACES) else f"${number}"

    def number(self, value: int) -> str:
        """Where the place alone does not say that it is a number."""
        return f"CAST({self(value)} AS BIGINT)"


# Writes its values and returns its text: a statement, or a part of one.
Part = Callable[[Values], str]


async def rows(statement: str, *values: Any) -> list[Row]:
    """All rows of a SELECT, or of a statement with RETURNING."""
    connection = open_connection.get()
    if connection is None:
        return await current_client().execute_query_dict(_for_database(statement), list(values))
    try:
        return [dict(found) for found in await connection.fetch(statement, *values)]
    except DRIVERS_OWN as error:
        raise _named(error) from error


async def records(statement: str, *values: Any) -> Sequence[Sequence[Any]]:
    """All rows of a SELECT by the places of their columns: half the cost, for reading millions."""
    _, found = await current_client().execute_query(_for_database(statement), list(values))
    return cast(Sequence[Sequence[Any]], found)


async def row(statement: str, *values: Any) -> Row | None:
    found = await rows(statement, *values)
    return found[0] if found else None


async def change(statement: str, *values: Any) -> int:
    """Run a writing statement; how many rows it touched. Zero is for the caller to judge."""
    connection = open_connection.get()
    if connection is not None:
        return await _change_on_postgres(connection, statement, values)
    async with current_client().acquire_connection() as connection:
        if is_postgres():
            return await _change_on_postgres(connection, statement, values)
        cursor = await connection.execute(_numbered(statement), values)
        await cursor.close()
        return int(cursor.rowcount)


async def change_one(part: Part) -> None:
    """Change the one row that a guard must not refuse."""
    values = Values()
    statement = part(values)
    changed = await change(statement, *values.all)
    assert changed == 1, statement


async def change_each(parts: Iterable[Part]) -> None:
    """Make changes of as many rows as there are."""
    for part in parts:
        values = Values()
        await change(part(values), *values.all)


async def _change_on_postgres(
    connection: asyncpg.Connection, statement: str, values: tuple[Any, ...]
) -> int:
    try:
        status: str = await connection.execute(statement, *values)
    except DRIVERS_OWN as error:
        raise _named(error) from error
    return int(status.rsplit(" ", 1)[-1])


def places(count: int, *, first: int = 1) -> str:
    """Placeholders for a list of values: `$1, $2, $3`."""
    return ", ".join(f"${place}" for place in range(first, first + count))


async def insert(table: str, values: Mapping[str, Any], *, conflict: str = "") -> int | None:
    """Insert one row and return its id; None when `conflict`, an ON CONFLICT clause, kept it out.

    Instants become what the columns hold.
    """
    names = ", ".join(values)
    found = await row(
        f"INSERT INTO {table} ({names}) VALUES ({places(len(values))}) {conflict} RETURNING id",
        *map(stored, values.values()),
    )
    return found["id"] if found else None


def stored(value: Any) -> Any:
    """A value as the columns hold it: instants in milliseconds."""
    return to_ms(value) if isinstance(value, datetime) else value


def _named(error: Exception) -> Exception:
    """A broken constraint or a bad statement has one name, whichever database refuses it."""
    return IntegrityError(error) if isinstance(error, BROKEN) else OperationalError(error)


def _for_database(statement: str) -> str:
    return statement if is_postgres() else _numbered(statement)


@functools.cache
def _numbered(statement: str) -> str:
    return re.sub(r"\$(\d+)", r"?\1", statement)
