"""Writing behind (后写): what pushes let us note is written in batches, beside their path."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

FLUSH_SECONDS = 2.0


class WriteBehind:
    """Runs `flush` every so often until closed, and once more then."""

    def __init__(
        self, flush: Callable[[], Awaitable[object]], *, seconds: float = FLUSH_SECONDS
    ) -> None:
        self._flush = flush
        self._seconds = seconds
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="write-behind")

    async def close(self) -> None:
        self._closing.set()
        if self._task is not None:
            await self._task
        await self._flush_safely()

    async def _run(self) -> None:
        while not self._closing.is_set():
            await self._pause()
            await self._flush_safely()

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await self._closing.wait()
        except TimeoutError:
            pass

    async def _flush_safely(self) -> None:
        try:
            await self._flush()
        except Exception:
            # The edge of a job: a database that is away comes back, and nothing is forgotten.
            log.exception("not_written_behind")
