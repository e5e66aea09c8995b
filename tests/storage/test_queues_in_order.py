"""Queues (排队): whoever claims takes the first few in line, however many stand in it."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

import storage.mass
import storage.outbox_claims
from services.claiming import moment_of
from services.shop import Shop
from storage.bulk import refresh_statistics
from storage.database import is_postgres
from storage.mass import hold_group
from storage.outbox_claims import Source, hold_messages
from storage.sql import Row, change, rows
from storage.transactions import transactional

IN_LINE = 3_000
# What says that a whole line is sorted, of PostgreSQL and of SQLite.
SORTS = ("Sort", "TEMP B-TREE")


async def queue(shop: Shop, *, lane: int, broadcast: str = "NULL", channel: str = "") -> None:
    await change(
        "INSERT INTO outbox (key, account, openid, class, lane, content, state, due_at, created_at,"
        " broadcast_id, channel) WITH RECURSIVE numbers (n) AS"
        f" (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {IN_LINE})"
        f" SELECT 'q' || n, 'main', 'li', 'promotion', {lane}, '{{}}', 'queued', 0, 0, {broadcast},"
        f" NULLIF('{channel}', '') FROM numbers"
    )
    await refresh_statistics(["outbox", "broadcasts"])


@pytest.fixture
async def running(shop: Shop) -> str:
    await change(
        "INSERT INTO broadcasts (key, state, audience, filter, content, topic, people, created_at)"
        " VALUES ('b', 'running', 'all', '{}', '{}', 'offers', 1, 0)"
    )
    return "(SELECT MIN(id) FROM broadcasts)"


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How the database means to find what is held."""
    noted: list[str] = []

    async def explain_first(statement: str, *values: Any) -> list[Row]:
        word = "EXPLAIN" if is_postgres() else "EXPLAIN QUERY PLAN"
        for line in await rows(f"{word} {statement}", *values):
            noted.append(str(line.get("QUERY PLAN", line.get("detail"))))
        return await rows(statement, *values)

    for module in (storage.outbox_claims, storage.mass):
        monkeypatch.setattr(module, "rows", explain_first)
    return noted


async def held(hold: Callable[[], Awaitable[list[Row]]]) -> int:
    return len(await transactional(hold)())


async def test_the_first_of_a_lane_are_found_without_sorting_it(
    shop: Shop, plans: list[str]
) -> None:
    await queue(shop, lane=1)
    assert await held(lambda: hold_messages(Source(1), moment_of(shop), 20)) == 20
    assert not [line for line in plans if any(word in line for word in SORTS)]


async def test_the_first_of_a_broadcast_are_found_without_sorting_it(
    shop: Shop, plans: list[str], running: str
) -> None:
    await queue(shop, lane=2, broadcast=running)
    number = (await rows("SELECT MIN(id) AS id FROM broadcasts"))[0]["id"]
    assert await held(lambda: hold_messages(Source(2, number), moment_of(shop), 20)) == 20
    assert not [line for line in plans if any(word in line for word in SORTS)]


async def test_the_first_of_a_mass_send_are_found_without_sorting_it(
    shop: Shop, plans: list[str], running: str
) -> None:
    await queue(shop, lane=2, broadcast=running, channel="mass")
    number = (await rows("SELECT MIN(id) AS id FROM broadcasts"))[0]["id"]
    assert await held(lambda: hold_group(number, "main", moment_of(shop), 20)) == 20
    assert not [line for line in plans if any(word in line for word in SORTS)]
