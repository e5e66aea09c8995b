"""运维入口: health, readiness with reasons, metrics, and a clock that only moves forward."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.admin import AdminDoor, ClockStopped
from bot.metrics import PUSHES, state_gauges
from services.clock import SHOP_ZONE

START = datetime(2027, 1, 11, 10, 0, tzinfo=SHOP_ZONE)
Door = TestClient[web.Request, web.Application]


@dataclass
class Plant:
    """What the operator looks at."""

    clock: datetime = START
    troubles: list[str] = field(default_factory=list)
    is_sandbox: bool = True

    async def problems(self) -> list[str]:
        return self.troubles

    async def gauges(self) -> bytes:
        return state_gauges({"queued": 3, "sent": 5}, is_degraded=True)

    async def now(self) -> datetime:
        return self.clock

    async def play_until(self, target: datetime) -> None:
        self.clock = target.astimezone(SHOP_ZONE)

    @asynccontextmanager
    async def door(self) -> AsyncIterator[Door]:
        admin = AdminDoor(
            problems=self.problems,
            gauges=self.gauges,
            now=self.now,
            play_until=self.play_until if self.is_sandbox else None,
        )
        async with TestClient(TestServer(admin.app())) as client:
            yield client


@pytest.fixture
def plant() -> Plant:
    return Plant()


@pytest.fixture
async def door(plant: Plant) -> AsyncIterator[Door]:
    async with plant.door() as door:
        yield door


async def test_a_living_process_says_so_whatever_is_wrong(door: Door, plant: Plant) -> None:
    plant.troubles = ["the database does not answer"]
    response = await door.get("/healthz")
    assert (response.status, await response.json()) == (200, {"status": "alive"})


async def test_ready_means_that_nothing_is_in_the_way(door: Door, plant: Plant) -> None:
    response = await door.get("/readyz")
    assert (response.status, await response.json()) == (200, {"status": "ready", "reasons": []})
    plant.troubles = ["the schema is old", "the database does not answer"]
    response = await door.get("/readyz")
    assert response.status == 503
    assert await response.json() == {"status": "not ready", "reasons": plant.troubles}


async def test_metrics_are_prometheus_text(door: Door) -> None:
    PUSHES.labels("test account", "answered").inc()
    response = await door.get("/metrics")
    text = await response.text()
    assert response.content_type == "text/plain"
    assert 'shuke_outbox_messages{state="queued"} 3.0' in text
    assert "shuke_cache_degraded 1.0" in text
    assert 'shuke_pushes_total{account="test account",outcome="answered"}' in text
    names = [line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("wish", "shown"),
    [
        ({"advance_seconds": 86400}, "2027-01-12T10:00:00+08:00"),
        ({"advance_seconds": 0}, "2027-01-11T10:00:00+08:00"),
        ({"now": "2027-02-01T09:00:00+08:00"}, "2027-02-01T09:00:00+08:00"),
        ({"now": "2027-02-01T09:00:00Z"}, "2027-02-01T17:00:00+08:00"),
        ({"now": "2027-01-11T10:00:00+08:00"}, "2027-01-11T10:00:00+08:00"),
    ],
)
async def test_the_clock_moves_forward(door: Door, wish: dict[str, Any], shown: str) -> None:
    response = await door.post("/clock", json=wish)
    assert (response.status, await response.json()) == (200, {"now": shown})
    assert await (await door.get("/clock")).json() == {"now": shown}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'"2027-02-01T09:00:00+08:00"',
        b'{"now": "2027-01-11T09:59:59+08:00"}',
        b'{"now": "2027-02-01T09:00:00"}',
        b'{"now": "2027-02-01"}',
        b'{"now": "tomorrow"}',
        b'{"now": 1800000000}',
        b'{"now": "2038-01-01T00:00:00+08:00"}',
        b'{"now": "9999-12-31T23:59:59-23:59"}',
        b'{"now": "0001-01-01T00:00:00+23:59"}',
        b'{"advance_seconds": -1}',
        b'{"advance_seconds": true}',
        b'{"advance_seconds": 1.5}',
        b'{"advance_seconds": 1e999}',
        b'{"advance_seconds": NaN}',
        b'{"advance_seconds": "86400"}',
        b'{"advance_seconds": 999999999999999999}',
        b'{"advance_seconds": 1' + b"0" * 5000 + b"}",
        b'{"advance_seconds": 1, "now": "2027-02-01T09:00:00+08:00"}',
        b'{"advance_seconds": 1, "advance_seconds": 2}',
        b'{"seconds": 1}',
        b"[" * 100_000,
    ],
    ids=lambda body: body[:44].decode(),
)
async def test_a_wish_that_makes_no_sense_moves_nothing(
    door: Door, plant: Plant, body: bytes
) -> None:
    response = await door.post("/clock", data=body)
    assert response.status == 400
    assert (await response.json())["error"]["code"] == "bad_request"
    assert plant.clock == START


async def test_ten_years_are_the_longest_way(door: Door, plant: Plant) -> None:
    seconds = int(timedelta(days=3660).total_seconds())
    assert (await door.post("/clock", json={"advance_seconds": seconds + 1})).status == 400
    assert (await door.post("/clock", json={"advance_seconds": seconds})).status == 200
    assert plant.clock == START + timedelta(days=3660)


async def test_the_clock_can_be_read_while_it_is_moved(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    half_way, may_go_on = asyncio.Event(), asyncio.Event()

    async def slowly(target: datetime) -> None:
        plant.clock = START + timedelta(days=1)
        half_way.set()
        await may_go_on.wait()
        plant.clock = target

    monkeypatch.setattr(plant, "play_until", slowly)
    async with plant.door() as door:
        moving = asyncio.ensure_future(door.post("/clock", json={"advance_seconds": 172_800}))
        await half_way.wait()
        seen = await (await door.get("/clock")).json()
        may_go_on.set()
        assert (await moving).status == 200
    assert seen == {"now": "2027-01-12T10:00:00+08:00"}


async def test_a_process_that_ends_says_that_the_clock_is_not_there_yet(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stop(target: datetime) -> None:
        raise ClockStopped

    monkeypatch.setattr(plant, "play_until", stop)
    async with plant.door() as door:
        response = await door.post("/clock", json={"advance_seconds": 1})
        assert response.status == 503
        assert "ask again" in (await response.json())["error"]["message"]


async def test_outside_the_sandbox_there_is_no_clock(plant: Plant) -> None:
    plant.is_sandbox = False
    async with plant.door() as door:
        assert (await door.get("/clock")).status == 404
        assert (await door.post("/clock", json={"advance_seconds": 1})).status == 404
        assert (await door.get("/healthz")).status == 200
