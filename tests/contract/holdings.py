"""What the database holds: rows and content of every table, read from outside."""

import hashlib
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing

import asyncpg

# Rows that come with the hours, and those that are written some seconds behind. A job whose time
# went by before the servers started runs soon after: on Mondays the one that reckons RFM anew.
BY_THE_CLOCK = {
    *("job_runs", "contacts", "sqlite_sequence"),
    *("member_rhythms", "stage_changes", "lifecycle_marks", "rfm_scores"),
}
Holdings = dict[str, tuple[int, str]]


def holdings_of_sqlite(path: str) -> Holdings:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: digest_of(map(repr, database.execute(f'SELECT * FROM "{name}"')))
            for (name,) in tables
        }


async def holdings_of_postgres(url: str) -> Holdings:
    connection = await asyncpg.connect(url)
    try:
        return {
            name: digest_of(
                row[0] for row in await connection.fetch(f"SELECT t::text FROM {name} t")
            )
            for name in await tables_of(connection)
        }
    finally:
        await connection.close()


async def tables_of(connection: asyncpg.Connection) -> list[str]:
    named = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    return [f'"{row[0]}"' for row in await connection.fetch(named)]


# What waits for the morning, as by night some does, is not on its way.
ON_THEIR_WAY = """
SELECT COUNT(*) FROM outbox WHERE state = 'sending' OR (state = 'queued' AND wait_until <=
{now} + (SELECT COALESCE(MAX(clock_offset_ms), 0) FROM installation))
"""


def on_their_way() -> str:
    return ON_THEIR_WAY.format(now=int(time.time() * 1000))


def messages_on_their_way_in_sqlite(path: str) -> int:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as database:
        return int(database.execute(on_their_way()).fetchone()[0])


async def messages_on_their_way_in_postgres(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval(on_their_way()))
    finally:
        await connection.close()


def digest_of(rows: Iterator[str]) -> tuple[int, str]:
    lines = sorted(rows)
    return len(lines), hashlib.sha256("\n".join(lines).encode()).hexdigest()
