"""Queues (排队): whoever claims takes the first few in line, however many stand in it.

Whether or not the planner has seen these lines: a broadcast is fanned out faster than it looks,
and what it saw last may be gone.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Protocol

import pytest

import storage.broadcast_people
import storage.mass
import storage.outbox_claims
import storage.outbox_results
from services.messages.claiming import moment_of
from services.shop import Shop
from storage.broadcast_people import queued_now
from storage.database import is_postgres
from storage.mass import hold_group, waiting_groups
from storage.outbox_claims import LANES, Source, due_sources, hold_messages
from storage.outbox_results import newest_results
from storage.sql import Row, change, rows
from storage.transactions import transactional

LONG = 3_000
# What says that a whole line is sorted, of PostgreSQL and of SQLite.
SORTS = ("Sort", "TEMP B-TREE")


class Queue(Protocol):
    async def __call__(self, *, lane: int, broadcast: str = "NULL", channel: str = "") -> None: ...


async def fill(lane: int, broadcast: str, channel: str) -> None:
    await change(
        "INSERT INTO outbox (key, account, openid, class, lane, content, state, due_at, created_at,"
        " broadcast_id, channel) WITH RECURSIVE numbers (n) AS"
        f" (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {LONG})"
        f" SELECT 'q' || n, 'main', 'li', 'promotion', {lane}, '{{}}', 'queued', 0, 0, {broadcast},"
        f" NULLIF('{channel}', '') FROM numbers"
    )


@pytest.fixture
async def by_hand(shop: Shop) -> AsyncIterator[None]:
    """The planner sees what the test shows it, and nothing else."""
    if is_postgres():
        await rows("ALTER TABLE outbox SET (autovacuum_enabled = false)")
    yield
    if is_postgres():
        await rows("ALTER TABLE outbox RESET (autovacuum_enabled)")


@pytest.fixture(params=["this line", "a line of yesterday"])
async def queue(by_hand: None, request: pytest.FixtureRequest) -> Queue:
    """Puts a long line into the outbox; the planner has seen it, or only another one."""
    if request.param == "a line of yesterday":
        await fill(lane=2, broadcast="NULL", channel="")
        await rows("ANALYZE outbox")
        await change("DELETE FROM outbox")

    async def put(*, lane: int, broadcast: str = "NULL", channel: str = "") -> None:
        await fill(lane, broadcast, channel)
        if request.param == "this line":
            await rows("ANALYZE outbox")

    return put


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

    async def explain_row(statement: str, *values: Any) -> Row | None:
        return (await explain_first(statement, *values) or [None])[0]

    for module in (storage.outbox_claims, storage.outbox_results, storage.mass):
        monkeypatch.setattr(module, "rows", explain_first)
    monkeypatch.setattr(storage.broadcast_people, "row", explain_row)
    return noted


async def held(hold: Callable[[], Awaitable[list[Row]]]) -> int:
    return len(await transactional(hold)())


@pytest.mark.parametrize("lane", LANES)
async def test_the_first_of_a_lane_are_found_without_sorting_it(
    shop: Shop, queue: Queue, plans: list[str], lane: int
) -> None:
    await queue(lane=lane)
    assert await held(lambda: hold_messages(Source(lane), moment_of(shop), 20)) == 20
    assert not [line for line in plans if any(word in line for word in SORTS)], plans


async def test_the_first_of_a_broadcast_are_found_without_sorting_it(
    shop: Shop, queue: Queue, plans: list[str], running: str
) -> None:
    await queue(lane=2, broadcast=running)
    number = (await rows("SELECT MIN(id) AS id FROM broadcasts"))[0]["id"]
    assert await held(lambda: hold_messages(Source(2, number), moment_of(shop), 20)) == 20
    assert not [line for line in plans if any(word in line for word in SORTS)], plans


async def test_the_first_of_a_mass_send_are_found_without_sorting_it(
    shop: Shop, queue: Queue, plans: list[str], running: str
) -> None:
    await queue(lane=2, broadcast=running, channel="mass")
    number = (await rows("SELECT MIN(id) AS id FROM broadcasts"))[0]["id"]
    assert await held(lambda: hold_group(number, "main", moment_of(shop), 20)) == 20
    assert not [line for line in plans if any(word in line for word in SORTS)], plans


async def test_a_mass_send_is_looked_for_without_a_look_at_all_who_wait(
    shop: Shop, queue: Queue, plans: list[str], running: str
) -> None:
    await queue(lane=2, broadcast=running, channel="mass")
    [group] = await waiting_groups(moment_of(shop), enough=20)
    assert (group["people"], bool(group["grows"])) == (20, False)
    found = [line for line in plans if "outbox_queue_mass" in line]
    assert found
    assert not [line for line in plans if "Seq Scan on outbox" in line or "SCAN o" in line], plans


async def test_the_newest_results_are_found_without_sorting_them(
    shop: Shop, queue: Queue, plans: list[str], running: str
) -> None:
    await queue(lane=2, broadcast=running)
    await change("UPDATE outbox SET state = 'sent', finished_at = id")
    number = (await rows("SELECT MIN(id) AS id FROM broadcasts"))[0]["id"]
    assert len(await newest_results(number, 20)) == 20
    assert not [line for line in plans if any(word in line for word in SORTS)], plans


async def test_what_stands_in_other_lines_is_not_looked_at(
    shop: Shop, queue: Queue, plans: list[str], running: str
) -> None:
    await queue(lane=2, broadcast=running)
    number = (await rows("SELECT MIN(id) AS id FROM broadcasts"))[0]["id"]
    assert await queued_now(number + 1, shop.now(), enough=20) == 0
    assert await queued_now(number, shop.now(), enough=20) == 20
    assert await due_sources(moment_of(shop)) == [Source(2, number)]
    assert [line for line in plans if "outbox_queue_broadcast" in line]
    others = ("outbox_broadcast", "Seq Scan on outbox")
    assert not [line for line in plans if any(word in line for word in others)], plans
