"""WeChat's end of the interface, for tests: remembers every call and answers as it is told."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from bot.tokens import Token


@dataclass
class MemoryTokens:
    """A TokenStore inside this process; two gateways may share it as two processes would."""

    tokens: dict[str, Token] = field(default_factory=dict)
    is_locked: bool = False

    async def get(self, appid: str) -> Token | None:
        await asyncio.sleep(0)
        return self.tokens.get(appid)

    async def put(self, appid: str, token: Token, ttl_seconds: int) -> None:
        await asyncio.sleep(0)
        self.tokens[appid] = token

    @asynccontextmanager
    async def lock(self, appid: str) -> AsyncIterator[bool]:
        is_mine, self.is_locked = not self.is_locked, True
        try:
            yield is_mine
        finally:
            if is_mine:
                self.is_locked = False


@dataclass
class Call:
    path: str
    query: dict[str, str]
    body: bytes
    content_type: str

    @property
    def data(self) -> object:
        return json.loads(self.body)


@dataclass
class FakePlatform:
    """`answers` holds what to say for a path, or what makes it of the call.

    A token counts as good while it is `current`.
    """

    calls: list[Call] = field(default_factory=list)
    answers: dict[str, web.Response | object] = field(default_factory=dict)
    token_number: int = 1
    hangs: asyncio.Event | None = None

    @property
    def token(self) -> str:
        return f"token-{self.token_number}"

    def paths(self) -> list[str]:
        return [call.path for call in self.calls]

    def fetches(self) -> int:
        return self.paths().count("/cgi-bin/stable_token")

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.handle)
        return app

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        call = Call(
            request.path, dict(request.query), body, request.headers.get("Content-Type", "")
        )
        self.calls.append(call)
        if self.hangs is not None and "stable_token" not in call.path:
            await self.hangs.wait()
        answer = self.answer(call)
        if answer is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return web.json_response(answer) if isinstance(answer, dict) else answer  # type: ignore[return-value]

    def answer(self, call: Call) -> web.Response | object:
        if call.path in self.answers:
            answer = self.answers[call.path]
            return answer(call) if callable(answer) else answer
        if call.path == "/cgi-bin/stable_token":
            return {"access_token": self.token, "expires_in": 7200}
        if call.path.startswith("/cgi-bin/") and call.query.get("access_token") != self.token:
            return {"errcode": 40001, "errmsg": "invalid credential rid: 0-0-0"}
        return {"errcode": 0, "errmsg": "ok"}
