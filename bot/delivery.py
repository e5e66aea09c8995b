"""Delivery (送达): claims due messages, sends them side by side, writes down what came of each.

A call is written down before it is made. One without an answer is `unknown`, never repeated,
unless the platform knows a key for it (reliability F11). One person's messages keep their order.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from typing import Any, Protocol

from bot.batching import Batching
from bot.delivery_errors import DeliveryFailed, DeliveryUncertain
from bot.mass import MassSender
from bot.metrics import count_send
from bot.pacing import Pacing, WayPaused, WayTooBusy
from bot.sending import Courier, Message, Sender
from loyalty.send_results import SendResult

__all__ = ["Courier", "Message"]

log = logging.getLogger(__name__)

BATCH = 200
# Claimed and not ended: enough that the next batch is claimed while this one is sent.
MOST_HELD = 600
# So many calls a killed process leaves unknown at most.
AT_ONCE = 96
POLL_SECONDS = 1.0
ATTEMPTS = 5
LONGEST_WAIT_SECONDS = 60
START_WITHIN_SECONDS = 15  # of a lease of 27; one send takes ten at most
RECORD_AGAIN_SECONDS = 1.0
RECORD_TRIES = 15

Result = SendResult[Message]


class Outbox(Protocol):
    """The stored outbox, bound to this worker by the composition root."""

    async def take_due(self, limit: int) -> Sequence[Message]: ...
    async def begin(self, messages: Sequence[Any]) -> set[int]: ...
    async def record(self, results: Sequence[Any]) -> set[int]: ...


class Delivery:
    """Runs until closed; `wake` tells it that something was just queued here."""

    def __init__(
        self, outbox: Outbox, sender: Sender, pacing: Pacing, mass: MassSender | None = None
    ) -> None:
        self._outbox = outbox
        self._mass = mass
        self._sender = sender
        self._pacing = pacing
        self._begin = Batching(self._begin_all, most=BATCH)
        self._record = Batching(self._record_all, most=BATCH)
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._queues: dict[object, deque[tuple[Message, float]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._held = 0
        self._woken = asyncio.Event()
        self._has_room = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None
        self._mass_task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="delivery")

    def wake(self) -> None:
        self._woken.set()

    async def close(self) -> None:
        """Finish what is under way; what is still queued waits for the next start."""
        self._closing = True
        if self._mass is not None:
            self._mass.close()
        self.wake()
        if self._task is not None:
            await self._task
        await self._ended()
        if self._mass_task is not None:
            await self._mass_task

    async def deliver_due(self) -> int:
        """Send one batch to its end, and what can be said to many; how many were taken."""
        taken = await self._take()
        await self._ended()
        if taken or self._mass is None:
            return taken
        return await self._mass.send_ready()

    async def _run(self) -> None:
        while not self._closing:
            try:
                if await self._take():
                    await self._make_room()
                    continue
                self._begin_mass_sends()
            except Exception:
                # The edge of a job: a database that is away comes back.
                log.exception("delivery_failed")
            await self._wait()

    async def _take(self) -> int:
        messages = await self._outbox.take_due(BATCH)
        begin_by = asyncio.get_running_loop().time() + START_WITHIN_SECONDS
        for message in messages:
            self._hold(message, begin_by)
        return len(messages)

    def _begin_mass_sends(self) -> None:
        """Beside all else: people are tagged for a minute. What is gathered waits until nothing
        else is due, for others may still join it."""
        if self._mass is not None and (self._mass_task is None or self._mass_task.done()):
            self._mass_task = asyncio.create_task(self._send_to_many(self._mass))

    async def _send_to_many(self, mass: MassSender) -> None:
        try:
            await mass.send_ready()
        except Exception:
            # The edge of a job, too.
            log.exception("delivery_failed")

    def _hold(self, message: Message, begin_by: float) -> None:
        person = message.member_id or (message.account, message.openid)
        self._held += 1
        if (queue := self._queues.get(person)) is not None:
            return queue.append((message, begin_by))
        self._queues[person] = deque([(message, begin_by)])
        task = asyncio.create_task(self._deliver_in_order(person))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _make_room(self) -> None:
        while self._held > MOST_HELD - BATCH:
            self._has_room.clear()
            await self._has_room.wait()

    async def _ended(self) -> None:
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            pass
        self._woken.clear()

    async def _deliver_in_order(self, person: object) -> None:
        queue = self._queues[person]
        try:
            while queue:
                await self._deliver_alone(*queue.popleft())
        finally:
            del self._queues[person]
            self._let_go(len(queue))

    async def _deliver_alone(self, message: Message, begin_by: float) -> None:
        try:
            async with self._at_once:
                await self._deliver(message, begin_by)
        except Exception:
            # Its lease ends by itself, and tells whether the call was begun.
            log.exception("delivery_failed")
        finally:
            self._let_go(1)

    def _let_go(self, messages: int) -> None:
        self._held -= messages
        if self._held <= MOST_HELD - BATCH:
            self._has_room.set()

    async def _deliver(self, message: Message, begin_by: float) -> None:
        """What cannot be begun well within its lease goes back to the queue, untried."""
        if self._closing or asyncio.get_running_loop().time() > begin_by:
            await self._record.do(SendResult(message, "queued", "not_begun", counts=False))
            return
        result = await self._turn(message)
        if result is None:
            if not await self._begin.do(message):
                return
            result = await self._sent(message)
            count_send(message.account, self._sender.api_of(message), result.state)
        await self._record.do(result)

    async def _turn(self, message: Message) -> Result | None:
        """None when it may be called now."""
        try:
            await self._pacing.turn(message.account, self._sender.api_of(message), message.lane)
        except WayPaused as paused:
            return SendResult(message, "queued", "paused", wait_until=paused.until, counts=False)
        except WayTooBusy:
            return SendResult(message, "queued", "too_busy", after_seconds=1, counts=False)
        return None

    async def _sent(self, message: Message) -> Result:
        try:
            platform_id = await self._sender.send(message)
        except DeliveryFailed as failed:
            return await self._refused(message, failed)
        except DeliveryUncertain as uncertain:
            return SendResult(message, "unknown", uncertain.reason)
        return SendResult(message, "sent", platform_id=platform_id)

    async def _refused(self, message: Message, failed: DeliveryFailed) -> Result:
        reason = failed.mark or str(failed.errcode or failed.errmsg)[:100]
        api = self._sender.api_of(message)
        until = await self._pacing.note_refusal(message.account, api, failed)
        if until is not None:
            return SendResult(message, "queued", reason, wait_until=until, counts=False)
        if failed.kind != "try_again" or message.attempt >= ATTEMPTS:
            log.warning("not_delivered", extra={"facts": {"reason": reason}})
            return SendResult(message, "failed", reason, mark=failed.mark)
        wait_seconds = max(failed.wait_seconds, min(2**message.attempt, LONGEST_WAIT_SECONDS))
        return SendResult(message, "queued", reason, after_seconds=wait_seconds)

    async def _begin_all(self, messages: Sequence[Message]) -> list[bool]:
        begun = await self._outbox.begin(messages)
        return [message.id in begun for message in messages]

    async def _record_all(self, results: Sequence[Result]) -> list[bool]:
        """A database that is away for a moment must not turn what was sent into unknown."""
        for _ in range(RECORD_TRIES):
            try:
                ours = await self._outbox.record(results)
                return [result.message.id in ours for result in results]
            except Exception:
                log.exception("result_not_recorded")
            await asyncio.sleep(RECORD_AGAIN_SECONDS)
        raise TimeoutError("the database did not take the results of these calls")
