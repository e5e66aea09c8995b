"""Dumps (数据副本): a file whose sums are not those of its rows is no backup."""

import json
from pathlib import Path
from typing import Any

import pytest

from storage.database import DatabaseAddress, close_database, open_database
from storage.dump import Nobody, RunningSum, TableSum, digest_of, page_line
from storage.dump_file import BackupRefused, lines_written
from storage.dumping import check_dump, load_dump
from storage.migrate import migrate
from storage.sql import row

KEY = bytes(range(32))
REGIONS = [[1, "cd", "成都", "[]"], [2, "cq", "重庆", "[]"]]
COLUMNS = [["id", "whole"], ["code", "text"], ["name", "text"], ["districts", "text"]]
START = {"table": "regions", "columns": COLUMNS, "key": "id", "numbers": True}


def sum_of_rows(rows: list[list[Any]]) -> TableSum:
    running = RunningSum()
    running.add(page_line(rows), len(rows))
    return running.result()


def file_of(path: Path, found: TableSum, *more: dict[str, object]) -> Path:
    """All regions, said to have this sum."""
    end = {"rows": found.rows, "digest": found.digest, "last_number": 7}
    with lines_written(path, {"key": 1, "rows": 2}, KEY) as write:
        for line in (START, REGIONS, end, *more):
            write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode())
    return path


async def load(file: Path, address: DatabaseAddress) -> None:
    def key_of(number: int) -> bytes:
        return KEY

    await open_database(address, patient=True)
    try:
        await migrate()
        await load_dump(address, file, key_of=key_of, watcher=Nobody(), at_end=[])
    finally:
        found = await row("SELECT COUNT(*) AS n FROM regions")
        assert found is not None
        counted.append(found["n"])
        await close_database()


counted: list[int] = []
ENDED = {"end": True}
RIGHT = sum_of_rows(REGIONS)
WRONG = {
    "a digest": (TableSum(2, "0" * 64), ENDED),
    "a count": (TableSum(3, RIGHT.digest), ENDED),
    "no end": (RIGHT,),
    "more after the end": (RIGHT, ENDED, START),
    "a table nobody knows": (RIGHT, {**START, "table": "ghosts"}, ENDED),
}


async def test_a_good_file_fills_an_empty_database(
    tmp_path: Path, empty_database: DatabaseAddress
) -> None:
    await load(file_of(tmp_path / "good", RIGHT, ENDED), empty_database)
    assert counted.pop() == 2


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
async def test_a_file_that_contradicts_itself_leaves_nothing(
    tmp_path: Path, empty_database: DatabaseAddress, wrong: tuple[Any, ...]
) -> None:
    with pytest.raises(BackupRefused):
        await load(file_of(tmp_path / "bad", *wrong), empty_database)
    assert counted.pop() == 0


@pytest.mark.parametrize("wrong", list(WRONG.values())[:-1], ids=list(WRONG)[:-1])
def test_a_file_that_contradicts_itself_is_not_read_back(
    tmp_path: Path, wrong: tuple[Any, ...]
) -> None:
    with pytest.raises(BackupRefused):
        check_dump(file_of(tmp_path / "bad", *wrong), lambda number: KEY, Nobody())


def test_a_sum_is_the_same_wherever_pages_end() -> None:
    one, two = RunningSum(), RunningSum()
    one.add(page_line(REGIONS), 2)
    for region in REGIONS:
        two.add(page_line([region]), 1)
    assert one.result() == two.result() == RIGHT
    assert sum_of_rows(REGIONS[::-1]) != RIGHT


def test_the_digest_of_all_covers_names_and_counts() -> None:
    digests = {
        digest_of({"regions": RIGHT}),
        digest_of({"stores": RIGHT}),
        digest_of({"regions": TableSum(3, RIGHT.digest)}),
    }
    assert len(digests) == 3
