"""Migrations (升级): whole or not at all, once, by one process at a time."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

import storage.migrate
from storage.database import DatabaseAddress, close_database, is_postgres, open_database
from storage.migrate import (
    FOLDER,
    SchemaMismatch,
    applied_migrations,
    check_schema,
    known_migrations,
    migrate,
    statements,
)
from storage.sql import change, rows
from tests.source_code import ROOT

MADE = re.compile(r"CREATE TABLE (\w+)")
DROPPED = re.compile(r"(?:\{drop_kept|^DROP TABLE) (\w+)", re.MULTILINE)
Run = Callable[[str], Awaitable[None]]


class Killed(BaseException): ...


@pytest.fixture
async def opened(empty_database: DatabaseAddress) -> AsyncIterator[DatabaseAddress]:
    await open_database(empty_database, patient=True)
    yield empty_database
    await close_database()


async def tables() -> set[str]:
    names = (
        "SELECT table_name AS name FROM information_schema.tables"
        " WHERE table_schema = current_schema()"
        if is_postgres()
        else "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    )
    return {found["name"] for found in await rows(names)} - {"migrations"}


def tables_made_by(migrations: list[str]) -> set[str]:
    text = "".join((FOLDER / f"{name}.sql").read_text(encoding="utf-8") for name in migrations)
    return set(MADE.findall(text)) - set(DROPPED.findall(text))


@pytest.mark.usefixtures("opened")
async def test_migrating_twice_is_the_same_as_once() -> None:
    assert await migrate() == known_migrations()
    assert await migrate() == []
    assert await applied_migrations() == known_migrations()
    assert await tables() == tables_made_by(known_migrations())


async def test_two_processes_migrate_at_once_and_both_are_content(
    opened: DatabaseAddress,
) -> None:
    command = [sys.executable, "-m", "tests.storage.second_process", opened.url, "migrate", "1"]
    processes = [
        await asyncio.create_subprocess_exec(*command, cwd=ROOT, stderr=asyncio.subprocess.PIPE)
        for _ in range(2)
    ]
    for process in processes:
        _, faults = await process.communicate()
        assert process.returncode == 0, faults.decode()
    assert await applied_migrations() == known_migrations()


@pytest.mark.usefixtures("opened")
async def test_a_kill_in_the_middle_leaves_the_old_schema_or_the_new_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run, seen = storage.migrate._run, set()
    for survived in (1, 5, 14, 24, 20, 14):  # statements before each kill
        monkeypatch.setattr(storage.migrate, "_run", killed_after(survived, run))
        with pytest.raises(Killed):
            await migrate()
        applied = await applied_migrations()
        assert await tables() == tables_made_by(applied)
        seen.add(tuple(applied))
    monkeypatch.setattr(storage.migrate, "_run", run)
    assert len(seen) > 2, "kills fell into several migrations"
    await migrate()
    assert await tables() == tables_made_by(known_migrations())


def killed_after(survived: int, run: Run) -> Run:
    done = 0

    async def run_or_die(statement: str) -> None:
        nonlocal done
        done += not statement.startswith("CREATE TABLE IF NOT EXISTS")
        await run(statement)
        if done == survived:
            raise Killed

    return run_or_die


@pytest.mark.usefixtures("opened")
async def test_a_schema_of_a_newer_version_is_refused() -> None:
    await migrate()
    await change("INSERT INTO migrations (name) VALUES ('9999_future')")
    for start in (migrate, check_schema):
        with pytest.raises(SchemaMismatch, match="newer version"):
            await start()


@pytest.mark.usefixtures("opened")
async def test_an_older_schema_is_refused_until_it_is_migrated() -> None:
    with pytest.raises(SchemaMismatch, match="bot migrate"):
        await check_schema()
    await migrate()
    await check_schema()


@pytest.mark.parametrize("name", known_migrations())
def test_nothing_of_the_shorthand_is_left_in_a_statement(name: str) -> None:
    text = (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    for postgres in (False, True):
        made = statements(text, postgres=postgres)
        assert len(made) >= re.sub("--.*", "", text).count(";")
        assert not [found for found in made if re.search(r"\{\w+( \w+)*\}", found)]
