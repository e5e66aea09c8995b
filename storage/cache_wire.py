"""The wire to Redis (缓存线路): one connection, one exchange at a time, never waited for long.

Commands given in the same turn of the loop, or while an exchange is under way, leave together as
the next one. The connection belongs to the wire's own task: a caller that is cancelled leaves only
its own future behind, so an answer can never reach the wrong caller (CVE-2023-28858/28859).
"""

import asyncio
import contextlib
from typing import cast

from redis.asyncio.connection import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

Word = bytes | str | int
Command = tuple[Word, ...]
Answer = asyncio.Future[object]

EXCHANGE_SECONDS = 0.2  # a Redis that is slower than this is slower than doing without it
POST_SECONDS = 0.005  # what nobody waits for travels with the next exchange, or after this
FAILURES_TO_OPEN = 5
OPEN_SECONDS = 2.0
MOST_WAITING = 10_000


class CacheUnavailable(Exception):
    """Redis did not answer, or answered that it cannot serve."""


class RedisWire:
    def __init__(self, url: str, *, exchange_seconds: float = EXCHANGE_SECONDS) -> None:
        pool = ConnectionPool.from_url(
            url, protocol=2, socket_timeout=None, retry=Retry(NoBackoff(), 0), driver_info=None
        )
        self._connection = pool.connection_class(**pool.connection_kwargs)
        self._exchange_seconds = exchange_seconds
        self._waiting: list[tuple[Command, Answer]] = []
        self._exchanging: asyncio.Task[None] | None = None
        self._posting: asyncio.TimerHandle | None = None
        self._failures = 0
        self._open_until = 0.0

    async def call(self, *command: Word) -> object:
        """The answer to one command."""
        answer = self._add(command)
        self._start()
        return await answer

    def post(self, *command: Word) -> Answer:
        """Send without waiting. Whatever is called afterwards is executed afterwards."""
        answer = self._add(command)
        if not answer.done() and self._exchanging is None and self._posting is None:
            self._posting = asyncio.get_running_loop().call_later(POST_SECONDS, self._start)
        return answer

    async def close(self) -> None:
        """Send what is posted, then hang up."""
        self._start()
        if self._exchanging is not None:
            await self._exchanging
        self._failures, self._open_until = FAILURES_TO_OPEN, float("inf")
        with contextlib.suppress(RedisError, OSError):
            await self._connection.disconnect()

    def _add(self, command: Command) -> Answer:
        """A text that cannot be written is its caller's fault: it must not fail a batch."""
        for word in command:
            if isinstance(word, str):
                word.encode()
        answer: Answer = asyncio.get_running_loop().create_future()
        if self._is_open() or len(self._waiting) >= MOST_WAITING:
            answer.set_exception(CacheUnavailable("Redis is left alone for a moment"))
        else:
            self._waiting.append((command, answer))
        return answer

    def _is_open(self) -> bool:
        """After the pause one exchange tries; all others go without until it has worked."""
        if self._failures < FAILURES_TO_OPEN:
            return False
        is_pausing = asyncio.get_running_loop().time() < self._open_until
        return is_pausing or bool(self._waiting) or self._exchanging is not None

    def _start(self) -> None:
        if self._posting is not None:
            self._posting.cancel()
            self._posting = None
        if self._waiting and self._exchanging is None:
            self._exchanging = asyncio.create_task(self._exchange_all())

    async def _exchange_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                await self._exchange(batch)
        finally:
            self._exchanging = None

    async def _exchange(self, batch: list[tuple[Command, Answer]]) -> None:
        try:
            async with asyncio.timeout(self._exchange_seconds):
                await self._send([command for command, _ in batch])
                for _, answer in batch:
                    await self._receive(answer)
        except (RedisError, OSError, TimeoutError) as fault:
            await self._fail(batch, fault)
        except BaseException as fault:
            await self._fail(batch, fault)
            raise
        else:
            self._failures = 0

    async def _send(self, commands: list[Command]) -> None:
        connection = self._connection
        # A server that was restarted since has closed this connection: that is no failure.
        if connection.is_connected and await connection.can_read():
            await connection.disconnect(nowait=True)
        packed = connection.pack_commands(commands)
        await connection.send_packed_command(packed, check_health=False)  # connects when needed

    async def _receive(self, answer: Answer) -> None:
        try:
            value = cast(object, await self._connection.read_response())
        except ResponseError as fault:  # an answer as well: the next one is still in step
            if not answer.done():
                answer.set_exception(CacheUnavailable(str(fault)))
            return
        if not answer.done():
            answer.set_result(value)

    async def _fail(self, batch: list[tuple[Command, Answer]], fault: BaseException) -> None:
        """Those who wait behind the failed exchange fail with it, or their waits would add up."""
        self._failures += 1
        self._open_until = asyncio.get_running_loop().time() + OPEN_SECONDS
        batch, self._waiting = batch + self._waiting, []
        for _, answer in batch:
            if not answer.done():
                answer.set_exception(CacheUnavailable(f"{type(fault).__name__}: {fault}"))
        with contextlib.suppress(RedisError, OSError):  # what it still sends must reach nobody
            await self._connection.disconnect(nowait=True)
