"""Transactions (事务) the database sends back are tried again as a whole (reliability P5, F31)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import asyncpg
import pytest
from tortoise.backends.base.client import TransactionalDBClient
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

from services.messages.outbox import outbox_states, queue_replies
from services.shop import Shop
from storage.backend_postgres import CommitRefused, PlainTransaction
from storage.backend_sqlite import ImmediateTransaction
from storage.counters import take_from_counter
from storage.database import DatabaseAddress, is_postgres
from storage.sql import row, rows
from storage.transactions import transactional
from tests.databases import only_postgres


@pytest.fixture
async def outside(database: DatabaseAddress) -> AsyncIterator[asyncpg.Connection]:
    """A session of somebody else's."""
    connection = await asyncpg.connect(database.url)
    yield connection
    await connection.close()


class Attempts:
    """How often a use case was begun; a fault may be meant for the first time only."""

    def __init__(self) -> None:
        self.begun = 0

    def is_first(self) -> bool:
        self.begun += 1
        return self.begun == 1


async def used(name: str) -> int:
    found = await row("SELECT used FROM counters WHERE name = $1", name)
    return found["used"] if found else 0


async def setting(name: str, value: str) -> None:
    await rows("SELECT set_config($1, $2, TRUE)", name, value)


@only_postgres
async def test_two_that_wait_for_each_other_both_get_through(shop: Shop) -> None:
    meeting = asyncio.Barrier(2)
    attempts = Attempts()

    @transactional
    async def count_both(first: str, second: str) -> None:
        await setting("deadlock_timeout", "20ms")
        await take_from_counter(first, 10)
        attempts.is_first()
        if attempts.begun <= 2:
            await meeting.wait()
        await take_from_counter(second, 10)

    await take_from_counter("a", 10)
    await take_from_counter("b", 10)
    await asyncio.gather(count_both("a", "b"), count_both("b", "a"))
    assert attempts.begun == 3, "one of the two was sent back"
    assert (await used("a"), await used("b")) == (3, 3)


@only_postgres
async def test_a_serialization_failure_is_tried_again(
    shop: Shop, outside: asyncpg.Connection
) -> None:
    attempts = Attempts()
    await take_from_counter("a", 10)

    @transactional
    async def count() -> None:
        await rows("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        await rows("SELECT used FROM counters")
        if attempts.is_first():
            await outside.execute("UPDATE counters SET used = used + 1")
        await take_from_counter("a", 10)

    await count()
    assert attempts.begun == 2
    assert await used("a") == 3


@only_postgres
async def test_a_lock_that_comes_too_late_is_waited_for_again(
    shop: Shop, outside: asyncpg.Connection
) -> None:
    attempts = Attempts()
    await take_from_counter("a", 10)
    holding = outside.transaction()
    await holding.start()
    await outside.execute("UPDATE counters SET used = used + 1")

    @transactional
    async def count() -> None:
        await setting("lock_timeout", "30ms")
        if not attempts.is_first():
            await holding.commit()
        await take_from_counter("a", 10)

    await count()
    assert attempts.begun == 2
    assert await used("a") == 3


@only_postgres
async def test_a_connection_that_dies_in_the_middle_costs_nothing(
    shop: Shop, outside: asyncpg.Connection
) -> None:
    attempts = Attempts()

    @transactional
    async def count() -> None:
        await take_from_counter("a", 10)
        found = await row("SELECT pg_backend_pid() AS pid")
        assert found is not None
        if attempts.is_first():
            await outside.execute("SELECT pg_terminate_backend($1)", found["pid"])
        await take_from_counter("b", 10)

    await count()
    assert attempts.begun == 2
    assert (await used("a"), await used("b")) == (1, 1)


async def test_a_commit_whose_answer_is_lost_has_its_effect_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend: Any = PlainTransaction if is_postgres() else ImmediateTransaction
    commit, attempts = backend.commit, Attempts()

    async def commit_and_vanish(self: TransactionalDBClient) -> None:
        await commit(self)
        if attempts.is_first():
            raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle")

    monkeypatch.setattr(backend, "commit", commit_and_vanish)
    await queue_replies(shop, account="main", openid="li", key="m1", contents=[{"text": "hello"}])
    assert attempts.begun == 2
    assert await outbox_states() == {"queued": 1}


@only_postgres
async def test_going_on_after_a_failed_statement_is_no_success(shop: Shop) -> None:
    @transactional
    async def swallow() -> None:
        await take_from_counter("a", 10)
        with suppress(OperationalError):
            await rows("SELECT no_such_column FROM counters")

    with pytest.raises(CommitRefused):
        await swallow()
    assert await used("a") == 0


@only_postgres
async def test_a_transaction_inside_one_is_no_outage(shop: Shop) -> None:
    @transactional
    async def nest() -> None:
        async with in_transaction("default"):
            await take_from_counter("a", 10)

    with pytest.raises(AssertionError, match="no transactions inside"):
        await nest()


async def test_what_the_business_refuses_is_not_tried_again(shop: Shop) -> None:
    attempts = Attempts()

    @transactional
    async def refuse() -> None:
        attempts.is_first()
        await take_from_counter("a", 10)
        raise ValueError("not today")

    with pytest.raises(ValueError, match="not today"):
        await refuse()
    assert attempts.begun == 1
    assert await used("a") == 0
