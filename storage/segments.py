"""Saved audiences (人群) as rows: every version stays, the newest of a name holds."""

from typing import Any

from storage.sql import Row, insert, row, rows

NEWEST = """
SELECT g.* FROM segments g
WHERE NOT EXISTS (SELECT 1 FROM segments n WHERE n.name = g.name AND n.version > g.version)
"""


async def segments_in_force() -> list[Row]:
    return await rows(f"{NEWEST} AND NOT g.is_dropped ORDER BY g.id DESC")


async def newest_version(name: str) -> Row | None:
    """The newest version of a name in any case, dropped or not."""
    return await row(f"{NEWEST} AND LOWER(g.name) = LOWER($1) ORDER BY g.id DESC LIMIT 1", name)


async def add_version(**values: Any) -> bool:
    """False where somebody else has changed it meanwhile."""
    return await insert("segments", values, conflict="ON CONFLICT DO NOTHING") is not None
