"""A till for a fuzzer (签名代理): signs what comes, and gives it codes and numbers that exist.

A fuzzer cannot know a member's code of this minute or the number of a hold, so nearly all it asks
would end at the first look-up. What it sends stays as well-formed or wrong as it was: only a good
value is put in the place of a good value.
"""

import json
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from yarl import URL

from tests.contract.bench import Bench
from tests.contract.fuzz_supply import CODE_IN_PATH, HOLD_IN_PATH, Supply
from tests.contract.till import Till
from tests.server_process import HOST

PASSED_ON = ("Content-Type", "Idempotent-Replay")
DESCRIPTION = "/pos/v1/openapi.json"


@dataclass(slots=True)
class SigningProxy:
    """`answered` counts answers by call and status, so that a test sees how deep it went."""

    supply: Supply
    answered: dict[tuple[str, int], int] = field(default_factory=dict)
    sent: int = 0

    @property
    def till(self) -> Till:
        return self.supply.till

    async def handle(self, request: web.BaseRequest) -> web.Response:
        body = await request.read()
        if request.path == DESCRIPTION:
            return await self.description()
        # Equal requests are treated alike, so that a seed repeats a run.
        chance = zlib.crc32(request.raw_path.encode() + body)
        path = self.supply.path_that_exists(request.raw_path, chance)
        asked = object_in(body)
        if asked is not None:
            asked = await self.supply.with_what_exists(asked, path, chance)
            body = json.dumps(asked, ensure_ascii=False).encode()
        if chance % 8 == 1:  # a till that heard no answer asks again
            await self.passed_on(request, path, body)
        return await self.passed_on(request, path, body)

    async def passed_on(self, request: web.BaseRequest, path: str, body: bytes) -> web.Response:
        self.sent += 1
        headers = self.till.signed(request.method, path, body)
        headers["Content-Type"] = request.headers.get("Content-Type", "")
        url = URL(self.till.urls[self.sent % len(self.till.urls)] + path, encoded=True)
        call = self.till.session.request(request.method, url, data=body, headers=headers)
        async with call as response:
            answer = await response.read()
            self.learn(path, response.status, body, answer)
            passed_on = {n: v for n, v in response.headers.items() if n in PASSED_ON}
            return web.Response(body=answer, status=response.status, headers=passed_on)

    def learn(self, path: str, status: int, body: bytes, answer: bytes) -> None:
        call = CODE_IN_PATH.sub("*", HOLD_IN_PATH.sub("*", path.partition("?")[0]))
        self.answered[call, status] = self.answered.get((call, status), 0) + 1
        if status in (200, 201):
            self.supply.learn(path, object_in(body) or {}, json.loads(answer))

    async def description(self) -> web.Response:
        """The served one; but an answer has what it describes and no more, and we do sign."""
        async with self.till.session.get(self.till.urls[0] + DESCRIPTION) as response:
            described = closed(await response.json())
        for call in described["paths"].values():
            del call["post"]["security"]
        del described["components"]["securitySchemes"]
        return web.json_response(described)


def object_in(body: bytes) -> dict[str, Any] | None:
    """JSON Schema takes 1.0 for a whole number, the door does not: it is written as 1."""
    try:
        asked = json.loads(body, parse_float=whole_if_it_is)
    except (ValueError, RecursionError):
        return None
    return asked if isinstance(asked, dict) else None


def whole_if_it_is(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() else number


def closed(node: Any) -> Any:
    """Every object that is described takes no other fields than those."""
    if isinstance(node, list):
        return [closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    inner = {name: closed(value) for name, value in node.items()}
    is_schema = inner.get("type") == "object" and "properties" in inner
    return inner | {"additionalProperties": False} if is_schema else inner


@asynccontextmanager
async def signing_proxy(bench: Bench, till: Till) -> AsyncIterator[tuple[SigningProxy, str]]:
    """The proxy, and its address on a port of its own."""
    proxy = SigningProxy(Supply(bench, till))
    runner = web.ServerRunner(web.Server(proxy.handle))
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, 0).start()
        _, port = runner.addresses[0][:2]
        yield proxy, f"http://{HOST}:{port}"
    finally:
        await runner.cleanup()
