"""The database under test: once SQLite, once a real PostgreSQL, each test with one of its own.

Migrating takes longer than copying: one template of each kind is migrated and loaded with the
demo shop, and every test gets a copy of it.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from services.shop import Shop
from storage.database import DatabaseAddress
from tests.servers import PostgresServer
from tests.shop_parts import MachineClock, open_test_shop

KINDS = ["sqlite", "postgres"]
POOL_SIZE = 10
# For what only one of them can do; everything else runs on both.
only_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
only_postgres = pytest.mark.parametrize("database", ["postgres"], indirect=True)
# By the port of the server; several conftest.py import the fixtures of this module.
POSTGRES_TEMPLATES: dict[int, str] = {}


@pytest.fixture(params=KINDS)
def database(
    request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DatabaseAddress]:
    """The demo shop's data, nobody connected yet."""
    if request.param == "sqlite":
        copy = tmp_path / "shuke.db"
        shutil.copyfile(sqlite_template(tmp_path_factory.getbasetemp()), copy)
        yield DatabaseAddress(f"sqlite://{copy}")
        return
    postgres: PostgresServer = request.getfixturevalue("real_postgres")
    url = postgres.create_database(like=postgres_template(postgres))
    yield DatabaseAddress(url, pool_size=POOL_SIZE)
    postgres.drop_database(url)


@pytest.fixture(params=KINDS)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> DatabaseAddress:
    """Nothing in it, not even a schema."""
    if request.param == "sqlite":
        return DatabaseAddress(f"sqlite://{tmp_path / 'shuke.db'}")
    return DatabaseAddress(request.getfixturevalue("postgres_url"), pool_size=POOL_SIZE)


@pytest.fixture
def clock() -> MachineClock:
    return MachineClock()


@pytest.fixture
async def shop(database: DatabaseAddress, clock: MachineClock) -> AsyncIterator[Shop]:
    async with open_test_shop(database, clock=clock) as opened:
        yield opened


def sqlite_template(folder: Path) -> Path:
    template = folder / "template.db"
    if not template.exists():
        asyncio.run(make_demo_shop(DatabaseAddress(f"sqlite://{template}")))
    return template


def postgres_template(postgres: PostgresServer) -> str:
    if postgres.port not in POSTGRES_TEMPLATES:
        url = postgres.create_database()
        asyncio.run(make_demo_shop(DatabaseAddress(url)))
        POSTGRES_TEMPLATES[postgres.port] = url
    return POSTGRES_TEMPLATES[postgres.port]


async def make_demo_shop(address: DatabaseAddress) -> None:
    async with open_test_shop(address):
        pass
