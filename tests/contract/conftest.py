"""What the contract's tests stand on: one installation on SQLite, one on PostgreSQL and Redis."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager

import aiohttp
import pytest

from tests.contract.accounts import ACCOUNTS
from tests.contract.bench import Bench
from tests.contract.fake_process import FakeProcess, fake_platform
from tests.contract.fake_wechat import FakeWeChat, fake_wechat
from tests.contract.fleet import Fleet, PlatformBeside, fleet_of, next_morning
from tests.contract.installation import Installation

SENDERS = 4
SQLITE = "sqlite, one process"
POSTGRES = "postgres and redis, two processes"


@contextmanager
def running(shop: Installation) -> Iterator[Installation]:
    """Serving until the block ends, whatever happens in it."""
    try:
        shop.prepare()
        shop.start_missing()
        yield shop
    finally:
        shop.stop_all()


@pytest.fixture(scope="package")
def wechat() -> Iterator[FakeWeChat]:
    with fake_wechat(*ACCOUNTS) as platform:
        yield platform


@pytest.fixture(scope="package")
def on_sqlite(wechat: FakeWeChat, tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    directory = tmp_path_factory.mktemp("sqlite")
    with running(Installation(directory, wechat, "sqlite://var/shuke.db")) as shop:
        yield shop


@pytest.fixture(scope="package")
def on_postgres(
    wechat: FakeWeChat, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[object]:
    directory = tmp_path_factory.mktemp("postgres")
    postgres = request.getfixturevalue("real_postgres")
    redis = request.getfixturevalue("real_redis")
    url = postgres.create_database()
    with ExitStack() as stack:
        stack.callback(postgres.drop_database, url)
        shop = Installation(directory, wechat, url, redis.url, process_count=2)
        yield stack.enter_context(running(shop))


@pytest.fixture(scope="package", params=[SQLITE, POSTGRES])
def installation(request: pytest.FixtureRequest) -> Installation:
    shop = request.getfixturevalue("on_sqlite" if request.param == SQLITE else "on_postgres")
    assert isinstance(shop, Installation)
    return shop


async def bench_of(shop: Installation) -> AsyncIterator[Bench]:
    limits = aiohttp.TCPConnector(limit=0, force_close=True)  # a killed server leaves no half line
    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(connector=limits, timeout=timeout) as session:
        shop.start_missing()  # a test before may have failed with a process down
        yield Bench(shop, session)


@pytest.fixture
async def bench(installation: Installation) -> AsyncIterator[Bench]:
    """Phones and tills before a running installation, on each database."""
    async for made in bench_of(installation):
        yield made


@pytest.fixture
async def postgres_bench(on_postgres: Installation) -> AsyncIterator[Bench]:
    async for made in bench_of(on_postgres):
        yield made


@pytest.fixture
async def sqlite_bench(on_sqlite: Installation) -> AsyncIterator[Bench]:
    async for made in bench_of(on_sqlite):
        yield made


@pytest.fixture(scope="package")
def platform_beside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeProcess]:
    with fake_platform(tmp_path_factory.mktemp("platform")) as process:
        yield process


@pytest.fixture(scope="package")
def on_many(
    platform_beside: FakeProcess,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[Installation]:
    postgres = request.getfixturevalue("real_postgres")
    redis = request.getfixturevalue("real_redis")
    url, wechat = postgres.create_database(), PlatformBeside(platform_beside).as_wechat()
    folder = tmp_path_factory.mktemp("fleet")
    with ExitStack() as stack:
        stack.callback(postgres.drop_database, url)
        shop = Installation(folder, wechat, url, redis.url, process_count=SENDERS)
        yield stack.enter_context(running(shop))


@pytest.fixture
async def fleet(on_many: Installation, platform_beside: FakeProcess) -> AsyncIterator[Fleet]:
    async for bench in bench_of(on_many):
        platform_beside.tell("faults/clear")
        await next_morning(bench)
        yield await fleet_of(bench, platform_beside)
