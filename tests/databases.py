"""The database under test: once SQLite, once a real PostgreSQL, each test with the demo's data.

Migrating takes long, and so does copying a PostgreSQL database: a SQLite file is copied for each
test, the one PostgreSQL database is put back to what it was.
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
POSTGRES_DATABASES: dict[int, str] = {}
# A spare copy of every table, and what puts the copies back: rows, numbering, triggers.
KEEP_A_COPY = """
CREATE SCHEMA spare;
DO $do$ DECLARE name text; BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('CREATE TABLE spare.%1$I AS TABLE public.%1$I', name);
  END LOOP;
END $do$;
CREATE FUNCTION spare.put_back() RETURNS void LANGUAGE plpgsql AS $body$
DECLARE name text; BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
  FOR name IN SELECT DISTINCT tgrelid::regclass FROM pg_trigger WHERE tgenabled = 'D' LOOP
    EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', name);
  END LOOP;
  PERFORM set_config('session_replication_role', 'replica', TRUE);
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'spare' LOOP
    EXECUTE format('DELETE FROM public.%1$I', name);
    EXECUTE format('INSERT INTO public.%1$I SELECT * FROM spare.%1$I', name);
  END LOOP;
  FOR name IN SELECT attrelid::regclass FROM pg_attribute WHERE attidentity <> '' LOOP
    EXECUTE format('SELECT setval(pg_get_serial_sequence(%1$L, %2$L),'
      ' COALESCE(MAX(id), 0) + 1, FALSE) FROM %1$s', name, 'id');
  END LOOP;
END $body$;
"""


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
    yield DatabaseAddress(postgres_database(postgres), pool_size=POOL_SIZE)


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


def postgres_database(postgres: PostgresServer) -> str:
    url = POSTGRES_DATABASES.get(postgres.port)
    if url is None:
        url = postgres.create_database()
        asyncio.run(make_demo_shop(DatabaseAddress(url)))
        postgres.run_sql(KEEP_A_COPY, database=name_in(url))
        POSTGRES_DATABASES[postgres.port] = url
    postgres.run_sql("SELECT spare.put_back()", database=name_in(url))
    return url


def name_in(url: str) -> str:
    return url.rpartition("/")[2]


async def make_demo_shop(address: DatabaseAddress) -> None:
    async with open_test_shop(address):
        pass
