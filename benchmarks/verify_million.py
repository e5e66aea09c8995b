"""Verifying a million entries (百万流水核对): how long it takes, in how much memory.

    python -m benchmarks.verify_million [--entries 1000000] [sqlite] [postgres]

Writes the books of a busy shop straight into the tables and verifies them in a process of its own,
as `python -m bot verify` would; then changes one entry in the middle: that one must be found.
"""

import argparse
import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.busy_books import COLUMNS, ENTRIES_A_VISIT, BusyBooks, Row
from services.custody.verify import verify_ledger
from storage.database import DatabaseAddress, current_client, is_postgres
from storage.sql import rows
from tests.servers import postgres_server
from tests.shop_parts import a_till, open_test_shop

KINDS = ("sqlite", "postgres")
VISITS_A_MEMBER = 10
SECONDS_WANTED = 60
BATCH = 50_000


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--only-verify", metavar="URL", help="the books that are there")
    parser.add_argument("kinds", nargs="*", default=KINDS, metavar="KIND")
    wanted = parser.parse_args()
    if wanted.only_verify:
        asyncio.run(verify_here(DatabaseAddress(wanted.only_verify)))
        return
    if "sqlite" in wanted.kinds:
        with tempfile.TemporaryDirectory() as folder:
            compare(f"sqlite://{Path(folder) / 'shuke.db'}", wanted.entries)
    if "postgres" in wanted.kinds:
        with postgres_server() as postgres:
            compare(postgres.create_database(), wanted.entries)


def compare(url: str, entries: int) -> None:
    print(f"{url.partition(':')[0]}: writing {entries} entries", flush=True)
    asyncio.run(write_books(DatabaseAddress(url), entries))
    verify_apart(url)
    asyncio.run(change_one_entry(DatabaseAddress(url)))
    verify_apart(url)


def verify_apart(url: str) -> None:
    command = [sys.executable, "-m", "benchmarks.verify_million", "--only-verify", url]
    subprocess.run(command, check=True)


async def verify_here(address: DatabaseAddress) -> None:
    async with open_test_shop(address) as shop:
        started = time.perf_counter()
        found = await verify_ledger(shop)
        seconds = time.perf_counter() - started
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"  {found.totals}")
    print(f"  {seconds:.1f} s of {SECONDS_WANTED}, {megabytes} MB", flush=True)
    for complaint in found.complaints:
        print(f"  {complaint.kind}: {complaint.subject}: {complaint.message}", flush=True)


async def write_books(address: DatabaseAddress, entries: int) -> None:
    async with open_test_shop(address) as shop:
        till = await a_till(shop)
        found = await rows("SELECT unit || ':' || name AS name, id FROM ledger_accounts")
        shops = {line["name"]: line["id"] for line in found}
        visits = entries // ENTRIES_A_VISIT
        members = max(visits // VISITS_A_MEMBER, 1)
        books = BusyBooks(members=members, visits=visits, shops=shops, till_id=till.till_no)
        await set_references(checked=False)
        waiting: dict[str, list[Row]] = {table: [] for table in COLUMNS}
        for table, row in books.rows():
            waiting[table].append(row)
            if len(waiting[table]) == BATCH:
                await insert_many(table, waiting[table])
                waiting[table] = []
        for table, lines in waiting.items():
            await insert_many(table, lines)
        await set_references(checked=True)


async def set_references(*, checked: bool) -> None:
    """Rows come in bulk and in an order of their own; that they fit is what is verified."""
    if not is_postgres():
        await rows(f"PRAGMA foreign_keys = {'ON' if checked else 'OFF'}")
        return
    async with current_client().acquire_connection() as connection:
        for table in COLUMNS:
            verb = "ENABLE" if checked else "DISABLE"
            await connection.execute(f"ALTER TABLE {table} {verb} TRIGGER ALL")
            if checked:
                await connection.execute(f"ANALYZE {table}")


async def insert_many(table: str, lines: list[Row]) -> None:
    columns = COLUMNS[table].split(", ")
    async with current_client().acquire_connection() as connection:
        if is_postgres():
            await connection.copy_records_to_table(table, records=lines, columns=columns)
            return
        places = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table} ({COLUMNS[table]}) VALUES ({places})"
        await write_in_one(connection, statement, lines)


async def write_in_one(connection: Any, statement: str, lines: list[Row]) -> None:
    await connection.execute("BEGIN")
    await connection.executemany(statement, lines)
    await connection.execute("COMMIT")


async def change_one_entry(address: DatabaseAddress) -> None:
    async with open_test_shop(address):
        middle = "(SELECT MAX(id) / 2 FROM ledger_entries)"
        if is_postgres():
            await rows("ALTER TABLE ledger_entries DISABLE TRIGGER USER")
        else:
            await rows("DROP TRIGGER ledger_entries_refuses_update")
        await rows(f"UPDATE ledger_entries SET amount = amount + 1 WHERE id = {middle}")
        print("  one entry changed")


if __name__ == "__main__":
    main()
