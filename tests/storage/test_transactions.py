"""Transactions (事务) under cancels and failing BEGINs (reliability P1)."""

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from tortoise.backends.base.client import TransactionalDBClient
from tortoise.transactions import in_transaction

import storage.transactions
from storage.backend_postgres import PlainTransaction
from storage.backend_sqlite import ImmediateTransaction
from storage.counters import take_from_counter
from storage.database import is_postgres
from storage.sql import row, rows
from storage.transactions import ATTEMPTS, finish_transactions, transactional

pytestmark = pytest.mark.usefixtures("shop")

CANCELS = 300
SECONDS = 10  # far beyond any transaction here: reached only when something hangs


@transactional
async def count(name: str) -> None:
    await take_from_counter(name, 1_000_000)
    await rows("SELECT used FROM counters WHERE name = $1", name)


async def counted(name: str) -> int:
    found = await row("SELECT used FROM counters WHERE name = $1", name)
    return found["used"] if found else 0


async def cancel_somewhere(work: Callable[[], Awaitable[Any]], chance: random.Random) -> None:
    task = asyncio.ensure_future(work())
    await asyncio.wait([task], timeout=chance.choice([0, chance.uniform(0, 0.004)]))
    task.cancel()
    await asyncio.wait([task])


@asynccontextmanager
async def coming_to_an_end() -> AsyncIterator[None]:
    """What hangs is a failure, not a test run that never ends."""
    try:
        async with asyncio.timeout(SECONDS):
            yield
    except TimeoutError:
        for task in storage.transactions._running:
            task.cancel()
        raise


async def nothing_leaked() -> bool:
    """More at once than there are connections: each comes to its end."""
    async with coming_to_an_end():
        before = await counted("after")
        await asyncio.gather(*[count("after") for _ in range(25)])
        return await counted("after") == before + 25


async def test_cancelled_callers_leave_no_lock_and_no_connection_behind() -> None:
    chance = random.Random(1)
    begun = 0

    async def begin_and_count() -> None:
        nonlocal begun
        begun += 1
        await count("x")

    for _ in range(CANCELS // 10):
        await asyncio.gather(*[cancel_somewhere(begin_and_count, chance) for _ in range(10)])
    async with coming_to_an_end():
        await finish_transactions()
    assert begun > CANCELS // 2
    assert await counted("x") == begun
    assert await nothing_leaked()


async def test_cancelled_reads_leave_no_connection_behind() -> None:
    chance = random.Random(2)
    for _ in range(CANCELS // 10):
        read = [cancel_somewhere(lambda: rows("SELECT 1 AS one"), chance) for _ in range(10)]
        await asyncio.gather(*read)
    assert await nothing_leaked()


async def test_a_cancel_while_a_transaction_begins_leaves_nothing_behind() -> None:
    """Past the helper, as a loop does that ends with tasks under way."""
    chance = random.Random(3)
    cancelled = 0
    for _ in range(CANCELS // 10):
        cancelled += sum(await asyncio.gather(*[cancel_beginning(chance) for _ in range(10)]))
    assert cancelled > CANCELS // 4
    assert await nothing_leaked()


async def cancel_beginning(chance: random.Random) -> bool:
    begun = False

    async def work() -> None:
        nonlocal begun
        async with in_transaction("default"):
            begun = True

    task = asyncio.ensure_future(work())
    await asyncio.wait([task], timeout=chance.choice([0, chance.uniform(0, 0.004)]))
    if not begun:
        task.cancel()
    await asyncio.wait([task])
    return not begun


@pytest.fixture
def failing_begin(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """Each BEGIN takes one fault from the list as long as there are any."""
    faults: list[BaseException] = []

    def refuse_first(begin: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
        async def refusing(self: TransactionalDBClient) -> None:
            if faults:
                raise faults.pop()
            await begin(self)

        return refusing

    for backend in (ImmediateTransaction, PlainTransaction):
        monkeypatch.setattr(backend, "begin", refuse_first(backend.begin))
    return faults


def busy() -> Exception:
    if is_postgres():
        gone: Exception = asyncpg.ConnectionDoesNotExistError("connection was closed")
        return gone
    return sqlite3.OperationalError("database is locked")


async def test_a_begin_that_fails_gives_back_what_it_took(
    failing_begin: list[BaseException],
) -> None:
    for _ in range(15):  # more often than there are connections
        failing_begin.append(RuntimeError("no transaction today"))
        async with coming_to_an_end():
            with pytest.raises(RuntimeError):
                await count("x")
    assert await nothing_leaked()
    assert await counted("x") == 0


async def test_a_begin_that_fails_for_a_moment_is_tried_again_as_a_whole_transaction(
    failing_begin: list[BaseException],
) -> None:
    failing_begin.extend([busy(), busy()])
    await count("x")
    assert await counted("x") == 1
    assert await nothing_leaked()


async def test_a_begin_that_keeps_failing_ends_with_its_own_fault(
    failing_begin: list[BaseException],
) -> None:
    failing_begin.extend(busy() for _ in range(ATTEMPTS + 1))
    with pytest.raises((asyncpg.ConnectionDoesNotExistError, sqlite3.OperationalError)):
        await count("x")
    assert len(failing_begin) == 1
    failing_begin.clear()
    assert await nothing_leaked()
