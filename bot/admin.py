"""The operator's door (运维入口): health, readiness, metrics and, in the sandbox, the clock."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from bot.metrics import as_text
from bot.web import BadJson, JsonFault, json_answer, new_request_id, read_strict_json

log = logging.getLogger(__name__)

LONGEST_JUMP = timedelta(days=3660)


class ClockStopped(Exception):
    """The clock was not moved all the way: the process has been asked to end."""


class AdminDoor:
    """`problems` names what keeps this process from being ready; no clock outside the sandbox."""

    def __init__(
        self,
        *,
        problems: Callable[[], Awaitable[list[str]]],
        gauges: Callable[[], Awaitable[bytes]],
        now: Callable[[], Awaitable[datetime]],
        play_until: Callable[[datetime], Awaitable[None]] | None,
    ) -> None:
        self._problems = problems
        self._gauges = gauges
        self._now = now
        self._play_until = play_until
        self._playing = asyncio.Lock()

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/healthz", self._alive)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", self._metrics)
        if self._play_until is not None:
            app.router.add_get("/clock", self._show_clock)
            app.router.add_post("/clock", self._move_clock)
        return app

    async def _alive(self, request: web.Request) -> web.Response:
        return json_answer({"status": "alive"})

    async def _ready(self, request: web.Request) -> web.Response:
        problems = await self._problems()
        status = {"status": "not ready" if problems else "ready", "reasons": problems}
        return json_answer(status, status=503 if problems else 200)

    async def _metrics(self, request: web.Request) -> web.Response:
        return web.Response(body=as_text() + await self._gauges(), content_type="text/plain")

    async def _show_clock(self, request: web.Request) -> web.Response:
        return await self._clock()

    async def _move_clock(self, request: web.Request) -> web.Response:
        assert self._play_until is not None
        body = await request.read()
        async with self._playing:
            try:
                target = _target(read_strict_json(body), await self._now())
            except BadJson as bad:
                return JsonFault(400, str(bad)).response(new_request_id())
            try:
                await self._play_until(target)
            except ClockStopped:
                fault = "the server ends; the clock stands where it got to, ask again"
                return JsonFault(503, fault).response(new_request_id())
            return await self._clock()

    async def _clock(self) -> web.Response:
        return json_answer({"now": (await self._now()).isoformat(timespec="seconds")})


def _target(wish: Any, now: datetime) -> datetime:
    """Forward only; the clock of a shop never goes back."""
    match wish:
        case {"advance_seconds": int(seconds), **rest} if not rest and seconds is not True:
            moved = timedelta(seconds=seconds) if 0 <= seconds < 10**9 else -LONGEST_JUMP
            target = now + moved
        case {"now": str(text), **rest} if not rest:
            target = _instant(text)
        case _:
            raise BadJson(
                'write {"now": "2027-02-01T09:00:00+08:00"} or {"advance_seconds": 86400}'
            )
    if not now <= target <= now + LONGEST_JUMP:
        raise BadJson(f"the clock only moves forward, at most ten years; now it is {now}")
    return target


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise BadJson(f"{text[:40]!r} is not a time") from None
    if instant.tzinfo is None:
        raise BadJson("a time needs its offset, such as +08:00")
    return instant
