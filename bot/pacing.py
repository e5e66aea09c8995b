"""Pacing (发送节奏): one call at a time is let through to an API, at the pace of the whole fleet.

A quota that is used up closes the API of that account for everybody until it begins anew; other
APIs, and other accounts, go on (reliability F14).
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.delivery_errors import DeliveryFailed
from loyalty.platform_quotas import quota_resets_at

log = logging.getLogger(__name__)

# What would wait longer goes back to the queue.
LONGEST_WAIT_SECONDS = 5.0
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Turn(Protocol):
    @property
    def wait_ms(self) -> int: ...
    @property
    def paused_until_ms(self) -> int: ...


class Ways(Protocol):
    """The fleet's common count of calls, bound by the composition root."""

    async def take(self, account: str, api: str, lane: int) -> Turn: ...
    async def pause(self, account: str, api: str, until: datetime) -> None: ...


class WayPaused(Exception):
    """Nothing goes this way before `until`, by the shop's clock."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class WayTooBusy(Exception):
    """Its turn does not come soon."""


class Pacing:
    def __init__(self, ways: Ways, *, now: Callable[[], datetime]) -> None:
        self._ways = ways
        self._now = now
        self._paused: dict[tuple[str, str], datetime] = {}

    async def turn(self, account: str, api: str, lane: int) -> None:
        """Wait for a turn and take it. Raises WayPaused and WayTooBusy."""
        waited_seconds = 0.0
        while True:
            self.refuse_paused(account, api)
            turn = await self._ways.take(account, api, lane)
            if turn.paused_until_ms:
                until = EPOCH + timedelta(milliseconds=turn.paused_until_ms)
                self._paused[account, api] = until
                raise WayPaused(until)
            if not turn.wait_ms:
                # A refusal may have come while we asked.
                return self.refuse_paused(account, api)
            waited_seconds += turn.wait_ms / 1000
            if waited_seconds > LONGEST_WAIT_SECONDS:
                raise WayTooBusy
            await asyncio.sleep(turn.wait_ms / 1000)

    def soon(self, seconds: float = LONGEST_WAIT_SECONDS) -> datetime:
        """When to come again with what was too busy a way, by the shop's clock."""
        return self._now() + timedelta(seconds=seconds)

    def refuse_paused(self, account: str, api: str) -> None:
        """Raises WayPaused where this process knows of a pause; takes no turn."""
        until = self._paused.get((account, api))
        if until is None:
            return
        if until > self._now():
            raise WayPaused(until)
        del self._paused[account, api]

    async def note_refusal(
        self, account: str, api: str, failed: DeliveryFailed, *, is_daily: bool = False
    ) -> datetime | None:
        """Until when the way is closed to everybody; None when this was no matter of quota."""
        until = quota_resets_at(failed.errcode, self._now(), is_daily=is_daily)
        if until is None:
            return None
        if (account, api) not in self._paused:
            facts = {"account": account, "api": api, "errcode": failed.errcode}
            log.warning("api_paused", extra={"facts": {**facts, "until": until.isoformat()}})
        # Known here at once, whatever the cache does.
        self._paused[account, api] = until
        await self._ways.pause(account, api, until)
        return until
