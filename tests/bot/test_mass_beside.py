"""Mass sends beside the outbox: people are tagged for a minute, and nobody else waits for it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import cast

import pytest

from bot import delivery
from bot.delivery import Delivery
from bot.mass import MassSender
from bot.pacing import Pacing
from bot.sending import Sender
from bot.wechat import WeChatGateway
from tests.bot.sending import NOON, FakeGateway, FakeOutbox, OpenWays, Row

SOON_SECONDS = 5


@dataclass
class SlowMass:
    """Sends until it is let go, or fails so often first."""

    faults: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    is_closed: bool = False
    has_ended: bool = False

    async def send_ready(self) -> int:
        if self.faults:
            self.faults -= 1
            raise ConnectionError
        self.begun.set()
        await self.may_end.wait()
        self.has_ended = True
        return 1

    def close(self) -> None:
        self.is_closed = True
        self.may_end.set()


@pytest.fixture
def outbox() -> FakeOutbox:
    return FakeOutbox([])


@pytest.fixture
def mass() -> SlowMass:
    return SlowMass(faults=2)


@pytest.fixture
async def running(
    outbox: FakeOutbox, mass: SlowMass, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Delivery]:
    monkeypatch.setattr(delivery, "POLL_SECONDS", 0.01)
    gateways = {"main": cast(WeChatGateway, FakeGateway())}
    pacing = Pacing(OpenWays(), now=lambda: NOON)
    made = Delivery(outbox, Sender(gateways), pacing, cast(MassSender, mass))
    made.start()
    yield made
    await made.close()


async def test_what_is_due_leaves_while_a_mass_send_takes_its_time(
    running: Delivery, outbox: FakeOutbox, mass: SlowMass
) -> None:
    async with asyncio.timeout(SOON_SECONDS):
        await mass.begun.wait()
        outbox.due, outbox.total = [Row(1)], 1
        await outbox.is_empty.wait()
    assert outbox.outcomes == [(1, "sent", None)]
    assert not mass.has_ended


async def test_who_closes_tells_the_mass_send_and_waits_for_its_end(
    running: Delivery, mass: SlowMass
) -> None:
    async with asyncio.timeout(SOON_SECONDS):
        await mass.begun.wait()
        await running.close()
    assert (mass.is_closed, mass.has_ended) == (True, True)


async def test_a_mass_send_that_failed_is_tried_again(running: Delivery, mass: SlowMass) -> None:
    async with asyncio.timeout(SOON_SECONDS):
        await mass.begun.wait()
    assert mass.faults == 0
