"""Transactions (事务): the only place that opens one.

A use case runs in a task of its own and its caller only waits behind a shield, because a
cancel that cuts through tortoise's BEGIN leaks the lock or the connection for ever
(reliability P1). Inside: no network, no new task, no gather (P7).
"""

import asyncio
import functools
import inspect
import random
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

import asyncpg
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

from loyalty.merging import MemberMerged

P = ParamSpec("P")
T = TypeVar("T")

ATTEMPTS = 5
# Longer than a push's deadline, whose answer then follows late; shorter than a till's patience.
RETRY_SECONDS = 6.0
REPEATABLE_READ = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
# Deadlock, serialization failure, lock not available, server going away (reliability P5).
WORTH_ANOTHER_TRY = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.InterfaceError,
    ConnectionError,
    # What was read of a member before a lock was taken is no longer so.
    MemberMerged,
)

_inside: ContextVar[bool] = ContextVar("inside_transaction", default=False)
# PostgreSQL's own connection inside a transaction: every statement asks for it.
open_connection: ContextVar[asyncpg.Connection | None] = ContextVar("open_connection", default=None)
_running: set[asyncio.Task[object]] = set()


class NestedTransaction(Exception):
    """A use case called another one; only the outermost opens a transaction."""


def transactional(use_case: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Make a use case one transaction.

    It is run again as a whole when the database asks for it, also when the connection broke
    during COMMIT: its idempotency key then decides (reliability F31).
    """

    @functools.wraps(use_case)
    async def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        if _inside.get():
            raise NestedTransaction(use_case.__qualname__)
        task = asyncio.create_task(_attempt_until_done(lambda: use_case(*args, **kwargs)))
        _running.add(task)
        task.add_done_callback(_forget)
        return await asyncio.shield(task)

    return wrapped


@asynccontextmanager
async def snapshot() -> AsyncIterator[None]:
    """Reads in here see one moment, whatever others write meanwhile; for commands, not doors.

    A BEGIN of its own on SQLite: the immediate one of a use case would stop every writer.
    """
    client = get_connection("default")
    if client.capabilities.dialect == "postgres":
        async with in_transaction("default"):
            await _say(get_connection("default"), REPEATABLE_READ)
            yield
        return
    await _say(client, "BEGIN")
    try:
        yield
    finally:
        await _say(client, "ROLLBACK")


async def _say(client: BaseDBAsyncClient, statement: str) -> None:
    # Not execute_script: on SQLite that commits what is open.
    async with client.acquire_connection() as connection:
        await connection.execute(statement)


def inside(use_case: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """A use case as part of the transaction that is open here, for work in bulk."""
    assert _inside.get(), "there is no transaction to be inside of"
    plain: Callable[P, Awaitable[T]] = inspect.unwrap(use_case)
    return plain


async def finish_transactions() -> None:
    """Wait until no transaction is under way; for shutdown."""
    while _running:
        await asyncio.wait(_running)


async def _attempt_until_done(body: Callable[[], Awaitable[T]]) -> T:
    gives_up_at = time.monotonic() + RETRY_SECONDS
    for attempt in range(1, ATTEMPTS):
        try:
            return await _attempt(body)
        except Exception as error:
            if not _is_worth_another_try(error) or time.monotonic() > gives_up_at:
                raise
        await asyncio.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311 - jitter
    return await _attempt(body)


async def _attempt(body: Callable[[], Awaitable[T]]) -> T:
    async with in_transaction("default") as client:
        token = _inside.set(True)
        is_postgres = client.capabilities.dialect == "postgres"
        connection = open_connection.set(client._connection if is_postgres else None)
        try:
            return await body()
        finally:
            open_connection.reset(connection)
            _inside.reset(token)


def _is_worth_another_try(error: BaseException) -> bool:
    if isinstance(error, WORTH_ANOTHER_TRY):
        return True
    busy = isinstance(error, OperationalError | sqlite3.OperationalError)
    return busy and ("locked" in str(error) or "busy" in str(error))


def _forget(task: "asyncio.Task[object]") -> None:
    _running.discard(task)
    if not task.cancelled():
        task.exception()  # Seen, even when the caller was cancelled meanwhile.
