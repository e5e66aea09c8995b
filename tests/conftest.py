"""What every test may ask for: a real PostgreSQL and a real Redis, started when first needed."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import TypeVar

import pytest

from tests.server_process import ServerMissing
from tests.servers import PostgresServer, RedisServer, postgres_server, redis_server

Server = TypeVar("Server")

# They start several processes each and have an eye on the clock: best one of them at a time.
WITH_PROCESSES = ("tests/browser/", "tests/contract/", "tests/faults/")


# Before xdist looks for the groups. xdist 3.8 notes them where pytest 9.2 no longer looks, so with
# those two together they have no effect yet.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Which tests share a worker: those of a file, and all those with processes of their own."""
    for item in items:
        file = item.nodeid.partition("::")[0]
        group = "with processes" if file.startswith(WITH_PROCESSES) else file
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def real_postgres() -> Iterator[PostgresServer]:
    """One server for the whole run; a test that stops or kills it starts it again."""
    with ExitStack() as stack:
        yield enter(stack, postgres_server())


@pytest.fixture(scope="session")
def real_redis() -> Iterator[RedisServer]:
    """One server for the whole run; a test that stops or kills it starts it again."""
    with ExitStack() as stack:
        yield enter(stack, redis_server())


@pytest.fixture
def postgres_url(real_postgres: PostgresServer) -> Iterator[str]:
    """A fresh, empty database."""
    url = real_postgres.create_database()
    yield url
    real_postgres.drop_database(url)


@pytest.fixture
def redis_url(real_redis: RedisServer) -> str:
    """The real Redis with nothing in it."""
    real_redis.flush()
    return real_redis.url


def enter(stack: ExitStack, server: AbstractContextManager[Server]) -> Server:
    """Without a server the run ends with the sentence how to get it: nothing is skipped."""
    try:
        return stack.enter_context(server)
    except ServerMissing as missing:
        pytest.exit(str(missing), returncode=2)
