"""Delivery (送达): sends outbox rows as customer-service messages and records what came of each.

The row is `sending` in the database before the call. A call without an answer is `unknown`,
never repeated: the platform knows no idempotency key for these messages (reliability F11).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from bot.delivery_errors import DeliveryFailed, DeliveryUncertain
from bot.qr_image import qr_png
from bot.replies import fit_text
from bot.wechat import WeChatGateway

log = logging.getLogger(__name__)

BATCH = 20
POLL_SECONDS = 1.0
ATTEMPTS = 5
LONGEST_WAIT_SECONDS = 60
START_WITHIN_SECONDS = 15  # of a lease of 30; one send takes ten at most


class Message(Protocol):
    """What delivery sees of an outbox row."""

    @property
    def id(self) -> int: ...
    @property
    def account(self) -> str: ...
    @property
    def openid(self) -> str: ...
    @property
    def content(self) -> dict[str, Any]: ...
    @property
    def attempt(self) -> int: ...


class Outbox(Protocol):
    """The stored outbox, bound to this worker by the composition root."""

    async def take_due(self, limit: int) -> Sequence[Message]: ...
    async def finish(self, message: Message, state: str, reason: str | None) -> None: ...
    async def put_back(self, message: Message, after_seconds: float, reason: str) -> None: ...


# Carries one kind of content in a way of its own; raises DeliveryFailed or DeliveryUncertain.
Courier = Callable[[WeChatGateway, Message], Awaitable[None]]


class Delivery:
    """Runs until closed; `wake` tells it that something was just queued here.

    Besides texts and QR pictures there are the kinds of content that `couriers` name.
    """

    def __init__(
        self,
        outbox: Outbox,
        gateways: Mapping[str, WeChatGateway],
        couriers: Mapping[str, Courier] | None = None,
    ) -> None:
        self._outbox = outbox
        self._gateways = gateways
        self._couriers = couriers or {}
        self._woken = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="delivery")

    def wake(self) -> None:
        self._woken.set()

    async def close(self) -> None:
        """Finish what is under way; what is still queued waits for the next start."""
        self._closing = True
        self.wake()
        if self._task is not None:
            await self._task

    async def deliver_due(self) -> int:
        """Send one batch; how many were taken."""
        messages = await self._outbox.take_due(BATCH)
        by_person: dict[tuple[str, str], list[Message]] = {}
        for message in messages:
            by_person.setdefault((message.account, message.openid), []).append(message)
        await asyncio.gather(*(self._deliver_in_order(queue) for queue in by_person.values()))
        return len(messages)

    async def _run(self) -> None:
        while not self._closing:
            try:
                if await self.deliver_due() == BATCH:
                    continue
            except Exception:
                # The edge of a job: a database that is away comes back.
                log.exception("delivery_failed")
            await self._wait()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            pass
        self._woken.clear()

    async def _deliver_in_order(self, messages: list[Message]) -> None:
        """What cannot be begun well within its lease goes back to the queue, untried."""
        loop = asyncio.get_running_loop()
        last_start_at = loop.time() + START_WITHIN_SECONDS
        for message in messages:
            if self._closing or loop.time() > last_start_at:
                await self._outbox.put_back(message, 0, "not_begun")
            else:
                await self._deliver(message)

    async def _deliver(self, message: Message) -> None:
        try:
            await self._send(message)
        except DeliveryFailed as failed:
            return await self._refused(message, failed)
        except DeliveryUncertain as uncertain:
            return await self._outbox.finish(message, "unknown", uncertain.reason)
        await self._outbox.finish(message, "sent", None)

    async def _send(self, message: Message) -> None:
        gateway = self._gateways.get(message.account)
        if gateway is None:
            raise DeliveryFailed("permanent", None, "account is not configured")
        courier = self._couriers.get(message.content["kind"])
        if courier is not None:
            return await courier(gateway, message)
        value = str(message.content["value"])
        if message.content["kind"] == "text":
            return await gateway.send_text(message.openid, fit_text(value))
        picture = await asyncio.to_thread(qr_png, value)
        try:
            media_id = await gateway.upload_image(picture, "code.png")
        except DeliveryUncertain as uncertain:
            # A lost upload disturbs nobody: it may be made again.
            raise DeliveryFailed("try_again", None, uncertain.reason) from None
        await gateway.send_image(message.openid, media_id)

    async def _refused(self, message: Message, failed: DeliveryFailed) -> None:
        reason = failed.mark or str(failed.errcode or failed.errmsg)[:100]
        if failed.kind != "try_again" or message.attempt >= ATTEMPTS:
            log.warning("not_delivered", extra={"facts": {"reason": reason}})
            return await self._outbox.finish(message, "failed", reason)
        wait_seconds = max(failed.wait_seconds, min(2**message.attempt, LONGEST_WAIT_SECONDS))
        await self._outbox.put_back(message, wait_seconds, reason)
