"""Plain SQL where the ORM is too blunt: guarded updates, claims and the hot reads.

Placeholders are $1, $2 … for both databases. `change` counts rows, INSERT included, which
tortoise gets wrong on PostgreSQL (reliability P4).
"""

import functools
import re
from typing import Any

from storage.database import current_client, is_postgres

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


def _for_database(statement: str) -> str:
    return statement if is_postgres() else _numbered(statement)


@functools.cache
def _numbered(statement: str) -> str:
    return re.sub(r"\$(\d+)", r"?\1", statement)
