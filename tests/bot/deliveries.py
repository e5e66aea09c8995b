"""Deliveries as the inbox tests make them: work that ends on command, one or two processes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from bot.inbox import Inbox
from storage.cache import Cache
from storage.cache_twin import ADMITTED, Admission
from tests.caches import make_cache, opened

SOON = 0.05
AMPLE = 20.0


class Work:
    """Work that counts its runs and ends when the test says so."""

    def __init__(self, reply: bytes = b"reply") -> None:
        self.reply = reply
        self.runs = 0
        self.begun = asyncio.Event()
        self.may_end = asyncio.Event()
        self.said_late: list[bytes] = []
        self.was_said_late = asyncio.Event()

    async def __call__(self) -> bytes:
        self.runs += 1
        self.begun.set()
        await self.may_end.wait()
        return self.reply

    async def late(self, reply: bytes) -> None:
        self.said_late.append(reply)
        self.was_said_late.set()


class Yielding:
    """A cache that admits all and counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.renewed_count = 0
        self.kept: list[bytes | None] = []

    async def admit(self, message_key: str, person_key: str, owner: str) -> Admission:
        self.asked.append(message_key)
        return ADMITTED

    async def renew(self, message_key: str, person_key: str, owner: str) -> bool:
        self.renewed_count += 1
        return True

    async def finish(
        self, message_key: str, person_key: str, owner: str, *, reply: bytes | None
    ) -> None:
        self.kept.append(reply)


def quick(reply: bytes = b"reply") -> Work:
    work = Work(reply)
    work.may_end.set()
    return work


def deliver(
    inbox: Inbox, work: Work, message: str = "m1", *, person: str = "小王", within: float = AMPLE
) -> "asyncio.Task[bytes | None]":
    run = inbox.run(message, person, work, late=work.late, deadline_seconds=within)
    return asyncio.create_task(run)


Processes = tuple[Inbox, Inbox]


@asynccontextmanager
async def two_caches(
    kind: str, request: pytest.FixtureRequest
) -> AsyncIterator[tuple[Cache, Cache]]:
    """What two processes see: two connections to one Redis, or one twin for both."""
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(opened(make_cache(kind, request)))
        if kind == "twin":
            yield one, one
        else:
            yield one, await stack.enter_async_context(opened(make_cache(kind, request)))
