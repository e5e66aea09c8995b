"""Writing and reading dumps (备份与恢复): one moment of a database into a file, a file into one."""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.database import DatabaseAddress, server_of
from storage.dump import (
    UNTOUCHED,
    Column,
    DumpSource,
    DumpTable,
    DumpTarget,
    RunningSum,
    TableSum,
    Watcher,
    page_line,
    sum_of,
)
from storage.dump_file import BackupRefused, Header, KeyOf, lines_read, lines_written
from storage.dump_postgres import postgres_source, postgres_target
from storage.dump_sqlite import sqlite_source, sqlite_target

Sums = dict[str, TableSum]
MIGRATIONS = "SELECT name FROM migrations ORDER BY name"
INSTALLATION = "SELECT code FROM installation"


@dataclass(frozen=True, slots=True)
class TableStart:
    table: DumpTable


@dataclass(frozen=True, slots=True)
class TableEnd:
    sum: TableSum
    last_number: int


@dataclass(frozen=True, slots=True)
class Page:
    line: bytes
    rows: list[list[Any]]


def source_of(address: DatabaseAddress) -> AbstractAsyncContextManager[DumpSource]:
    if address.is_sqlite:
        return sqlite_source(address.file)
    return postgres_source(server_of(address))


def target_of(address: DatabaseAddress) -> AbstractAsyncContextManager[DumpTarget]:
    if address.is_sqlite:
        return sqlite_target(address.file)
    return postgres_target(server_of(address))


async def write_dump(
    address: DatabaseAddress, path: Path, header: Header, *, key: bytes, watcher: Watcher
) -> Sums:
    """All tables as of one moment; the file is there when all of it is."""
    sums: Sums = {}
    async with source_of(address) as source:
        tables = await source.tables()
        own: Header = {
            "migrations": await source.texts(MIGRATIONS),
            "installation": await source.texts(INSTALLATION),
            "rows": sum([await source.count(table.name) for table in tables]),
        }
        watcher.begin(own["rows"])
        with lines_written(path, {**header, **own}, key) as write:
            for table in tables:
                sums[table.name] = await _write_table(source, table, write, watcher)
            write(_line({"end": True}))
    return sums


async def _write_table(
    source: DumpSource, table: DumpTable, write: Callable[[bytes], None], watcher: Watcher
) -> TableSum:
    columns = [[column.name, column.kind] for column in table.columns]
    start = {"table": table.name, "columns": columns, "key": table.key, "numbers": table.numbers}
    write(_line(start))
    running = RunningSum()

    def keep(page: list[Any]) -> None:
        line = page_line(page)
        running.add(line, len(page))
        write(line)

    async for page in source.pages(table):
        # Packing and sealing are work for another thread: a server may be waiting for this one.
        await asyncio.to_thread(keep, page)
        watcher.add(len(page))
    found = running.result()
    last_number = await source.last_number(table)
    write(_line({"rows": found.rows, "digest": found.digest, "last_number": last_number}))
    return found


def check_dump(path: Path, key_of: KeyOf, watcher: Watcher) -> tuple[Sums, int]:
    """Read a file to its end, its sums against its rows; with its size. Raises BackupRefused."""
    sums: Sums = {}
    with lines_read(path, key_of) as (header, lines):
        watcher.begin(header["rows"])
        name, running = "", RunningSum()
        for part in _parts(lines):
            match part:
                case TableStart(table):
                    name, running = table.name, RunningSum()
                case Page(line, rows):
                    running.add(line, len(rows))
                    watcher.add(len(rows))
                case TableEnd(wanted, _):
                    sums[name] = _same(name, wanted, running.result())
    return sums, path.stat().st_size


def header_of(path: Path, key_of: KeyOf) -> Header:
    """What a file says of itself, once its first part has proved whose it is."""
    with lines_read(path, key_of) as (header, lines):
        next(lines, b"")
        return header


async def load_dump(
    address: DatabaseAddress, path: Path, *, key_of: KeyOf, watcher: Watcher, at_end: Sequence[str]
) -> Sums:
    """Fill an empty database and read it again: the sums must be those of the file.

    `at_end` are statements of the same transaction. Raises BackupRefused; then nothing is there.
    """
    async with target_of(address) as target:
        if occupied := await target.occupied():
            raise BackupRefused(f"is only restored into an empty database; {occupied} holds rows")
        for table in UNTOUCHED:
            await target.run(f"DELETE FROM {table}")
        with lines_read(path, key_of) as (header, lines):
            watcher.begin(header["rows"])
            sums = await _load_all(target, _parts(lines), watcher)
        for statement in at_end:
            await target.run(statement)
    return sums


async def _load_all(target: DumpTarget, parts: Iterator[Any], watcher: Watcher) -> Sums:
    known = {table.name: table for table in await target.tables()}
    sums: Sums = {}
    table: DumpTable | None = None
    while (part := await asyncio.to_thread(next, parts, None)) is not None:
        if isinstance(part, TableStart):
            table = _known(known, part.table)
            continue
        assert table is not None, "pages follow their table"
        if isinstance(part, Page):
            await target.load(table, part.rows)
            watcher.add(len(part.rows))
            continue
        if part.last_number:
            await target.set_last_number(table, part.last_number)
        sums[table.name] = _same(table.name, part.sum, await sum_of(target, table))
    return sums


def _known(known: dict[str, DumpTable], table: DumpTable) -> DumpTable:
    own = known.get(table.name)
    if own is None or set(own.columns) != set(table.columns):
        raise BackupRefused(f"holds a table {table.name} that this program does not know so")
    return table


def _same(name: str, wanted: TableSum, found: TableSum) -> TableSum:
    if wanted != found:
        raise BackupRefused(f"says of {name} {wanted}, and what is there is {found}")
    return found


def _parts(lines: Iterator[bytes]) -> Iterator[TableStart | Page | TableEnd]:
    for line in lines:
        data = json.loads(line)
        match data:
            case list():
                yield Page(line.rstrip(b"\n"), data)
            case {"table": name, "columns": columns, "key": key, "numbers": numbers}:
                own = tuple(Column(*column) for column in columns)
                yield TableStart(DumpTable(name, own, key, numbers))
            case {"rows": rows, "digest": digest, "last_number": number}:
                yield TableEnd(TableSum(rows, digest), number)
            case {"end": True} if next(lines, None) is None:
                return
    raise BackupRefused("is cut off")


def _line(data: dict[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode()
