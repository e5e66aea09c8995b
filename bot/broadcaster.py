"""The broadcaster (群发进程): works on group sends beside the delivery, until it is closed."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
# One step of each sending; False when nothing could be done.
WorkRound = Callable[[], Awaitable[bool]]


class Broadcaster:
    """`wake` tells the delivery that something was queued here."""

    def __init__(self, work_round: WorkRound, wake: Callable[[], None]) -> None:
        self._work_round = work_round
        self._wake = wake
        self._closing = asyncio.Event()
        self._at_it = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="broadcasts")

    async def close(self) -> None:
        """Finish the step under way; the rest is for whoever is there."""
        self._closing.set()
        if self._task is not None:
            await self._task

    async def work_all(self) -> None:
        """Everything that can be done by now; a jump of the clock waits for it."""
        while not self._closing.is_set() and await self._one_round():
            self._wake()

    async def _one_round(self) -> bool:
        # One at a time: who asks for everything also waits for what is under way here.
        async with self._at_it:
            return await self._work_round()

    async def _run(self) -> None:
        while not self._closing.is_set():
            try:
                await self.work_all()
            except Exception:
                # The edge of a job: a database that is away comes back.
                log.exception("broadcast_work_failed")
            await self._wait()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._closing.wait()
        except TimeoutError:
            pass
