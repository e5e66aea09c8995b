"""Another process on the same database: `python -m tests.storage.second_process URL WHAT N`."""

import asyncio
import sys

import storage.transactions
from storage.database import DatabaseAddress, close_database, open_database
from storage.migrate import migrate
from storage.sql import change, rows
from storage.transactions import transactional


@transactional
async def read_then_write() -> None:
    """What fails at once under a deferred BEGIN when another process writes in between."""
    found = await rows("SELECT used FROM counters WHERE name = 'shared'")
    used = found[0]["used"] + 1 if found else 1
    await change(
        "INSERT INTO counters (name, used) VALUES ('shared', $1)"
        " ON CONFLICT (name) DO UPDATE SET used = $1",
        used,
    )


async def main(url: str, what: str, times: int) -> None:
    storage.transactions.ATTEMPTS = 1  # a second try would hide what this is about
    await open_database(DatabaseAddress(url))
    try:
        for _ in range(times):
            await (migrate() if what == "migrate" else read_then_write())
    finally:
        await close_database()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
