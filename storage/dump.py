"""A dump (数据副本): every table as lines of JSON, the same from either database.

A line is a page of rows. A table's digest covers its rows in the order of its primary key,
wherever a page ends, so that two databases with the same rows have the same digest.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Any, Protocol

from storage.dump_file import BackupRefused

# Written by `migrate` alone; the header of a backup names them instead.
NOT_DUMPED = frozenset({"migrations"})
ROWS_A_PAGE = 4000
# A row of these may hold megabytes.
WIDE_TABLES: Mapping[str, int] = {"ticket_pictures": 4, "download_files": 4}
# What a database holds that was only migrated.
UNTOUCHED: Mapping[str, str] = {
    "ledger_accounts": "member_id IS NULL",
    "audit_head": "last_id = 0",
}

DumpRow = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Column:
    """`kind` is whole, truth, text or bytes."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class DumpTable:
    """`key` is the primary key, `numbers` whether the database hands its numbers out."""

    name: str
    columns: tuple[Column, ...]
    key: str
    numbers: bool = False

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def rows_a_page(self) -> int:
        return WIDE_TABLES.get(self.name, ROWS_A_PAGE)


@dataclass(frozen=True, slots=True)
class TableSum:
    rows: int
    digest: str


@dataclass(slots=True)
class RunningSum:
    """The sum of a table while its pages pass by."""

    rows: int = 0
    _hash: Any = field(default_factory=hashlib.sha256)

    def add(self, line: bytes, rows: int) -> None:
        self.rows += rows
        # Without the brackets, a page ends nowhere.
        self._hash.update(line[1:-1] + b",")

    def result(self) -> TableSum:
        return TableSum(self.rows, self._hash.hexdigest())


class Watcher(Protocol):
    """Sees how far a long copy is."""

    def begin(self, rows: int) -> None: ...
    def add(self, rows: int) -> None: ...


class Nobody:
    """Where nobody watches."""

    def begin(self, rows: int) -> None: ...
    def add(self, rows: int) -> None: ...


class UntilStopped(Nobody):
    """Gives a long copy up when its process is asked to end. Raises BackupRefused."""

    def __init__(self, stopping: Event) -> None:
        self._stopping = stopping

    def add(self, rows: int) -> None:
        if self._stopping.is_set():
            raise BackupRefused("was given up: the process ends")


class DumpSource(Protocol):
    """A database at one moment, whatever others write meanwhile."""

    async def tables(self) -> list[DumpTable]: ...
    async def texts(self, query: str) -> list[str]: ...
    async def count(self, table: str) -> int: ...
    async def last_number(self, table: DumpTable) -> int: ...
    def pages(self, table: DumpTable) -> AsyncIterator[list[DumpRow]]: ...


class DumpTarget(DumpSource, Protocol):
    """An empty database that is filled whole or not at all."""

    async def occupied(self) -> str: ...
    async def load(self, table: DumpTable, rows: Sequence[DumpRow]) -> None: ...
    async def set_last_number(self, table: DumpTable, number: int) -> None: ...
    async def run(self, statement: str) -> None: ...


def page_line(rows: Iterable[DumpRow]) -> bytes:
    """Rows as one line; bytes are hexadecimal and truths 0 or 1 by then."""
    lists = [tuple(row) for row in rows]
    return json.dumps(lists, ensure_ascii=False, separators=(",", ":")).encode()


def digest_of(sums: Mapping[str, TableSum]) -> str:
    """One digest of all tables."""
    lines = [f"{name} {sums[name].rows} {sums[name].digest}\n" for name in sorted(sums)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


async def sum_of(source: DumpSource, table: DumpTable) -> TableSum:
    """Read a table again for its sum alone."""
    running = RunningSum()
    async for page in source.pages(table):
        running.add(page_line(page), len(page))
    return running.result()


def converted(
    table: DumpTable, rows: Sequence[DumpRow], converters: Mapping[str, Callable[[Any], Any]]
) -> Sequence[DumpRow]:
    """Rows of a line as a driver takes them; `converters` by kind of column."""
    work = [
        (place, converters[column.kind])
        for place, column in enumerate(table.columns)
        if column.kind in converters
    ]
    if not work:
        return rows
    changed = [list(row) for row in rows]
    for place, convert in work:
        for row in changed:
            if row[place] is not None:
                row[place] = convert(row[place])
    return changed
