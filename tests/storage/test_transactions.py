"""Transactions (事务) under cancels, failing BEGINs, deadlocks and nesting (reliability P1, P5, P7)."""

import asyncio
import random
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from tortoise.backends.asyncpg.client import TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient
from tortoise.transactions import in_transaction

from services.shop import Shop
from storage.backend_sqlite import ImmediateTransaction
from storage.coupons import take_from_counter
from storage.database import is_postgres
from storage.sql import change, row, rows
from storage.transactions import ATTEMPTS, NestedTransaction, finish_transactions, transactional

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


async def nothing_leaked() -> bool:
    """More at once than there are connections: each comes to its end."""
    async with asyncio.timeout(SECONDS):
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


async def test_a_cancel_at_the_door_of_a_transaction_leaves_nothing_behind() -> None:
    """Past the helper, as a loop does that shuts down."""
    chance = random.Random(3)

    async def enter() -> None:
        context = in_transaction("default")
        await context.__aenter__()
        await context.__aexit__(None, None, None)

    class Slow:
        """Cancelled while entering, never while leaving."""

        async def __call__(self) -> None:
            await asyncio.shield(asyncio.ensure_future(enter()))

    for _ in range(CANCELS // 10):
        await asyncio.gather(*[cancel_entering(chance) for _ in range(10)])
        await asyncio.gather(*[cancel_somewhere(Slow(), chance) for _ in range(3)])
    assert await nothing_leaked()


async def cancel_entering(chance: random.Random) -> None:
    context = in_transaction("default")
    task = asyncio.ensure_future(context.__aenter__())
    await asyncio.wait([task], timeout=chance.choice([0, chance.uniform(0, 0.002)]))
    task.cancel()
    await asyncio.wait([task])
