"""Plain SQL where the ORM is too blunt: guarded updates, claims and the hot reads.

Placeholders are $1, $2 … for both databases. `change` counts rows, INSERT included, which
tortoise gets wrong on PostgreSQL (reliability P4).
"""

import functools
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from storage.database import current_client, is_postgres
from storage.instants import to_ms

Row = dict[str, Any]


async def rows(statement: str, *values: Any) -> list[Row]:
    """All rows of a SELECT, or of a statement with RETURNING."""
    return await current_client().execute_query_dict(_for_database(statement), list(values))


async def row(statement: str, *values: Any) -> Row | None:
    found = await rows(statement, *values)
    return found[0] if found else None


async def change(statement: str, *values: Any) -> int:
    """Run a writing statement; how many rows it touched. Zero is for the caller to judge."""
    client = current_client()
    async with client.acquire_connection() as connection:
        if is_postgres():
            status: str = await connection.execute(statement, *values)
            return int(status.rsplit(" ", 1)[-1])
        cursor = await connection.execute(_numbered(statement), values)
        await cursor.close()
        return int(cursor.rowcount)


async def insert(table: str, values: Mapping[str, Any], *, conflict: str = "") -> int | None:
    """Insert one row and return its id; None when `conflict`, an ON CONFLICT clause, kept it out.

    Instants become what the columns hold.
    """
    names = ", ".join(values)
    places = ", ".join(f"${place}" for place in range(1, len(values) + 1))
    found = await row(
        f"INSERT INTO {table} ({names}) VALUES ({places}) {conflict} RETURNING id",
        *[to_ms(value) if isinstance(value, datetime) else value for value in values.values()],
    )
    return found["id"] if found else None


def _for_database(statement: str) -> str:
    return statement if is_postgres() else _numbered(statement)


@functools.cache
def _numbered(statement: str) -> str:
    return re.sub(r"\$(\d+)", r"?\1", statement)
