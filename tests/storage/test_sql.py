"""Plain SQL (语句): row counts, RETURNING, duplicates, contexts alike on both databases."""

import asyncio
import contextvars
import sys
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from services.shop import Shop
from storage.counters import take_from_counter
from storage.database import DatabaseAddress, is_outage
from storage.jobs import begin_run
from storage.models import Region
from storage.outbox import put_in_outbox
from storage.sql import change, row, rows
from storage.transactions import NestedTransaction, transactional
from tests.databases import only_postgres, only_sqlite
from tests.source_code import ROOT

pytestmark = pytest.mark.usefixtures("shop")

INSERT = "INSERT INTO counters (name, used) VALUES ($1, $2)"


async def test_a_change_says_how_many_rows_it_touched() -> None:
    assert await change(INSERT, "a", 1) == 1
    assert await change(f"{INSERT} ON CONFLICT (name) DO NOTHING", "a", 9) == 0
    assert await change("INSERT INTO counters (name) VALUES ('b'), ('c')") == 2
    assert await change("INSERT INTO counters (name) SELECT name || 'x' FROM counters") == 3
    assert await change("UPDATE counters SET used = used + 1") == 6
    assert await change("UPDATE counters SET used = used + 1 WHERE name = $1", "none") == 0
    assert await change("DELETE FROM counters WHERE name <> $1", "a") == 5


async def test_a_change_counts_alike_inside_a_transaction() -> None:
    @transactional
    async def counts() -> list[int]:
        inserted = await change(INSERT, "a", 1)
        again = await change(f"{INSERT} ON CONFLICT DO NOTHING", "a", 1)
        updated = await change("UPDATE counters SET used = 7")
        return [inserted, again, updated, await change("DELETE FROM counters")]

    assert await counts() == [1, 0, 1, 1]


@pytest.mark.parametrize(
    ("statement", "returned"),
    [
        ("INSERT INTO counters (name, used) VALUES ('b', 2) RETURNING name, used", [("b", 2)]),
        ("INSERT INTO counters (name) VALUES ('a') ON CONFLICT DO NOTHING RETURNING name", []),
        ("UPDATE counters SET used = used + 5 WHERE name = 'a' RETURNING name, used", [("a", 6)]),
        ("UPDATE counters SET used = 0 WHERE name = 'none' RETURNING name", []),
        ("DELETE FROM counters RETURNING name, used", [("a", 1)]),
    ],
)
async def test_claim_and_return_returns_its_rows(
    statement: str, returned: list[tuple[object, ...]]
) -> None:
    await change(INSERT, "a", 1)
    assert [tuple(line.values()) for line in await rows(statement)] == returned


async def test_more_than_nine_values_reach_their_places() -> None:
    places = " || ".join(f"CAST(${number} AS TEXT)" for number in range(1, 13))
    found = await row(f"SELECT {places} AS text", *[str(number) for number in range(1, 13)])
    assert found == {"text": "123456789101112"}


async def test_one_value_may_stand_in_two_places() -> None:
    await change(INSERT, "a", 5)
    assert await change("UPDATE counters SET used = used + $1 WHERE used + $1 <= $2", 5, 10) == 1
    assert await change("UPDATE counters SET used = used + $1 WHERE used + $1 <= $2", 5, 10) == 0


async def test_a_duplicate_does_not_poison_the_transaction_it_is_found_in(shop: Shop) -> None:
    now = shop.now()
    message: dict[str, Any] = {
        "account": "main",
        "openid": "li",
        "message_class": "reply",
        "now": now,
    }

    @transactional
    async def twice() -> list[bool]:
        return [
            *[await put_in_outbox(key="k", content_sealed=b"", **message) for _ in range(2)],
            *[await begin_run("job", now, worker="w", now=now) for _ in range(2)],
            *[await take_from_counter("one", 1) for _ in range(2)],
            bool(await change(INSERT, "after", 1)),
        ]

    assert await twice() == [True, False, True, False, True, False, True]
    assert await rows("SELECT name FROM counters ORDER BY name") == [
        {"name": "after"},
        {"name": "one"},
    ]


async def test_a_unique_column_that_is_hit_blindly_undoes_the_whole_use_case() -> None:
    @transactional
    async def insert_twice() -> None:
        await Region.create(code="new", name="new")
        await Region.create(code="new", name="again")

    with pytest.raises(IntegrityError):
        await insert_twice()
    assert not await Region.exists(code="new")


async def test_a_use_case_inside_another_is_refused_and_undone() -> None:
    @transactional
    async def inner() -> None:
        await change(INSERT, "inner", 1)

    @transactional
    async def outer() -> None:
        await change(INSERT, "outer", 1)
        await inner()

    with pytest.raises(NestedTransaction):
        await outer()
    assert await rows("SELECT name FROM counters") == []
    await inner()
    assert await rows("SELECT name FROM counters") == [{"name": "inner"}]


async def test_a_task_begun_inside_a_transaction_is_refused_another() -> None:
    @transactional
    async def inner() -> None: ...

    @transactional
    async def outer() -> None:
        await asyncio.ensure_future(inner())

    with pytest.raises(NestedTransaction):
        await outer()


async def test_a_fresh_context_finds_the_database() -> None:
    """As jobs, workers and handlers have contexts of their own (reliability P9)."""

    @transactional
    async def write() -> int:
        await Region.create(code="new", name="new")
        await change(INSERT, "a", 1)
        return await Region.filter(code="new").count()

    async def begin_to_write() -> int:
        return await write()

    fresh = contextvars.Context()
    assert await asyncio.create_task(begin_to_write(), context=fresh) == 1
    found = await asyncio.create_task(rows("SELECT name FROM counters"), context=fresh)
    assert found == [{"name": "a"}]


@only_sqlite
async def test_two_processes_that_read_and_then_write_never_find_it_locked(
    database: DatabaseAddress,
) -> None:
    command = [sys.executable, "-m", "tests.storage.second_process", database.url, "count", "150"]
    processes = [
        await asyncio.create_subprocess_exec(*command, cwd=ROOT, stderr=asyncio.subprocess.PIPE)
        for _ in range(2)
    ]
    for process in processes:
        _, faults = await process.communicate()
        assert process.returncode == 0, faults.decode()
    assert await rows("SELECT used FROM counters WHERE name = 'shared'") == [{"used": 300}]


@only_postgres
async def test_a_server_that_is_gone_is_an_outage_and_a_bad_statement_is_not() -> None:
    with pytest.raises(Exception, match="terminating connection") as cut:
        await rows("SELECT pg_terminate_backend(pg_backend_pid())")
    assert is_outage(cut.value)
    with pytest.raises(Exception, match="nonsense") as bad:
        await rows("SELECT nonsense")
    assert not is_outage(bad.value)
