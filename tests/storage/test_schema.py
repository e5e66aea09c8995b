"""The schema (表结构): it matches the models, and it refuses what must never be."""

from typing import Any

import asyncpg
import pytest
from tortoise import Tortoise
from tortoise.exceptions import IntegrityError

import storage.models
from services.shop import Shop
from storage.database import current_client, is_postgres
from storage.sql import rows
from tests.databases import only_postgres
from tests.storage.one_of_each import fill_every_table
from tests.storage.schema_rules import APPEND_ONLY, LEGAL_AND_NOT, NOT_DELETED, ONCE_FOR_EVER

POSTGRES_COLUMNS = """
SELECT table_name, column_name, is_nullable = 'YES' AS nullable FROM information_schema.columns
WHERE table_schema = current_schema()
"""
SQLITE_COLUMNS = """
SELECT m.name AS table_name, c.name AS column_name, NOT (c."notnull" OR c.pk) AS nullable
FROM sqlite_master m JOIN pragma_table_info(m.name) c
WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'
"""


@pytest.mark.usefixtures("shop")
async def test_models_and_migrations_name_the_same_tables_and_columns() -> None:
    found = await rows(POSTGRES_COLUMNS if is_postgres() else SQLITE_COLUMNS)
    migrated = {
        (line["table_name"], line["column_name"], bool(line["nullable"]))
        for line in found
        if line["table_name"] != "migrations"
    }
    modelled = {
        (model._meta.db_table, field.source_field or name, field.null)
        for model in Tortoise.apps["models"].values()
        for name, field in model._meta.fields_map.items()
    }
    assert migrated == modelled


def test_every_model_is_named_on_the_page_of_models() -> None:
    assert {name for name in dir(storage.models) if name[0].isupper()} == set(
        storage.models.__all__
    )


# PostgreSQL brings these itself.
INFORMATION_SCHEMA = {"cardinal_number_domain_check", "yes_or_no_check"}


@pytest.fixture
async def full_tables(shop: Shop) -> None:
    await fill_every_table(shop)


@pytest.mark.usefixtures("full_tables")
async def test_every_table_has_a_row_to_try_things_on() -> None:
    names = {model._meta.db_table for model in Tortoise.apps["models"].values()}
    assert [name for name in names if not await rows(f"SELECT 1 FROM {name} LIMIT 1")] == []


@pytest.mark.usefixtures("full_tables")
@pytest.mark.parametrize("table", APPEND_ONLY)
async def test_history_is_neither_changed_nor_deleted(table: str) -> None:
    before = await rows(f"SELECT * FROM {table} ORDER BY id")
    assert before
    await refuses(f"UPDATE {table} SET id = id", f"{table} refuses UPDATE")
    await refuses(f"DELETE FROM {table}", f"{table} refuses DELETE")
    assert await rows(f"SELECT * FROM {table} ORDER BY id") == before


@pytest.mark.usefixtures("full_tables")
@pytest.mark.parametrize("table", NOT_DELETED)
async def test_what_was_given_is_not_deleted(table: str) -> None:
    assert await rows(f"SELECT id FROM {table}")
    await refuses(f"DELETE FROM {table}", f"{table} refuses DELETE")
    assert await rows(f"SELECT id FROM {table}")


@only_postgres
@pytest.mark.usefixtures("full_tables")
@pytest.mark.parametrize("table", [*APPEND_ONLY, *NOT_DELETED])
async def test_history_is_not_truncated(table: str) -> None:
    await refuses(f"TRUNCATE {table} CASCADE", "refuses DELETE")
    assert await rows(f"SELECT id FROM {table}")


async def refuses(statement: str, message: str) -> None:
    with pytest.raises(Exception, match=message):
        await rows(statement)


@pytest.mark.usefixtures("full_tables")
async def test_every_check_refuses_what_must_not_be_and_nothing_else() -> None:
    for statement, legal, illegal in LEGAL_AND_NOT:
        await rows(statement.format(legal))
        for value in illegal:
            with pytest.raises(IntegrityError, match=r"(?i)check constraint"):
                await rows(statement.format(value))


@only_postgres
@pytest.mark.usefixtures("full_tables")
async def test_no_check_is_left_untried() -> None:
    checks = await rows("SELECT conname FROM pg_constraint WHERE contype = 'c'")
    hit: set[str] = set()
    for statement, _, illegal in LEGAL_AND_NOT:
        found = await checks_against(statement.format(illegal[0]))
        assert found, statement
        hit |= found
    assert hit == {check["conname"] for check in checks} - INFORMATION_SCHEMA


async def checks_against(statement: str) -> set[str]:
    """All checks that refuse it: each is taken away for a moment to see the next one behind it."""
    hit: set[str] = set()
    async with current_client().acquire_connection() as connection:
        around = connection.transaction()
        await around.start()
        while refused := await check_against(connection, statement):
            hit.add(str(refused.constraint_name))
            found = f"{refused.table_name} DROP CONSTRAINT {refused.constraint_name}"
            await connection.execute(f"ALTER TABLE {found}")
        await around.rollback()
    return hit


async def check_against(connection: Any, statement: str) -> asyncpg.CheckViolationError | None:
    try:
        async with connection.transaction():
            await connection.execute(statement)
    except asyncpg.CheckViolationError as refused:
        return refused
    except asyncpg.ForeignKeyViolationError:
        pass  # No check stood in the way.
    return None


@pytest.mark.usefixtures("full_tables")
async def test_what_happens_once_for_ever_is_refused_a_second_time() -> None:
    for table, changed in ONCE_FOR_EVER:
        with pytest.raises(IntegrityError, match=r"(?i)unique constraint"):
            await rows(second_of(table, changed))
        assert await rows(f"SELECT 1 FROM {table}")


UNIQUE_INDEXES = """
SELECT indexrelid::regclass::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE i.indisunique AND NOT i.indisprimary AND c.relnamespace = current_schema()::regnamespace
"""


@only_postgres
@pytest.mark.usefixtures("full_tables")
async def test_no_unique_index_is_left_untried() -> None:
    hit = set()
    for table, changed in ONCE_FOR_EVER:
        with pytest.raises(IntegrityError) as refused:
            await rows(second_of(table, changed))
        assert isinstance(refused.value.__cause__, asyncpg.UniqueViolationError)
        hit.add(refused.value.__cause__.constraint_name)
    assert hit == {index["name"] for index in await rows(UNIQUE_INDEXES)}


def second_of(table: str, changed: str) -> str:
    """The first row again under another id, in some columns perhaps another value."""
    name, _, where = table.partition(" ")
    model = next(
        model for model in Tortoise.apps["models"].values() if model._meta.db_table == name
    )
    names = [field.source_field or name for name, field in model._meta.fields_map.items()]
    names.remove("id")
    others = dict(change.split(" = ") for change in changed.split(", ") if change)
    values = [others.get(name, name) for name in names]
    places = f"{', '.join(names)}) SELECT {', '.join(values)}"
    return f"INSERT INTO {name} ({places} FROM {name} {where} ORDER BY id LIMIT 1"
