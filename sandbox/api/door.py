"""The API's door (接口入口): admits a call by its token, runs it, answers as the platform."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from sandbox.api.errors import PlatformError
from sandbox.api.quotas import count_accepted, count_call
from sandbox.api.token_check import account_of_token
from sandbox.config import Account
from sandbox.faults import Fault
from sandbox.identifiers import new_rid
from sandbox.journal import shortened
from sandbox.keys import PUSHER, WORLD
from sandbox.records import AccountRecord, Contact, JsonObject
from sandbox.world import World

# As the real servers declare it; careless clients trip over the unusual parameter name.
JSON_TYPE = "application/json; encoding=utf-8"
# A backslash that is not itself escaped, before the u and four digits of an escape.
ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}")
SECRET_PARAMETERS = ("secret", "access_token", "refresh_token")
SECRET_IN_BODY = re.compile(r'("(?:app)?secret"\s*:\s*")[^"]*')
SENT = web.RequestKey("sent", bytes)
OUTCOME = web.RequestKey("outcome", str)
HTML_FAULT = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"

EVERY_KIND = ("service", "subscription", "mini", "test")
OFFICIAL = ("service", "subscription", "test")
SERVICE = ("service", "test")
MINI = ("mini",)


@dataclass(frozen=True, slots=True)
class ApiCall:
    world: World
    account: Account
    query: Mapping[str, str]
    body: JsonObject
    request: web.Request

    @property
    def record(self) -> AccountRecord:
        return self.world.record(self.account)

    @property
    def outcome(self) -> str:
        """How what was taken shall end, where the stage has planned it."""
        return str(self.request.get(OUTCOME, ""))

    def push_event(self, contact: Contact, body: JsonObject) -> None:
        """Tells the shop's server afterwards; nobody waits for its answer."""
        pusher = self.request.app[PUSHER]
        seconds = self.world.config.platform.outcome_seconds
        pusher.start(self.account, contact, {"MsgType": "event", **body}, after_seconds=seconds)


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A call without an access token: it says itself whose it is, if at all."""

    world: World
    query: Mapping[str, str]
    body: JsonObject
    request: web.Request


Answer = JsonObject | web.StreamResponse


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`raw_text`: the body must be raw UTF-8; `sends_file`: the body is no JSON."""

    method: str
    path: str
    act: Callable[[ApiCall], Awaitable[Answer]]
    kinds: tuple[str, ...] = EVERY_KIND
    raw_text: bool = False
    sends_file: bool = False


@dataclass(frozen=True, slots=True)
class OpenEndpoint:
    method: str
    path: str
    act: Callable[[OpenCall], Awaitable[Answer]]
    raw_text: bool = field(default=False)
    sends_file: bool = field(default=False)


def door_of(
    endpoint: Endpoint | OpenEndpoint,
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The handler of one path: faults first, then the call, then its line in the journal."""

    async def handle(request: web.Request) -> web.StreamResponse:
        world = request.app[WORLD]
        if world.catch_up is not None:
            await world.catch_up()
        fault = world.faults.take(request.path)
        if fault is not None and fault.delay_seconds:
            await asyncio.sleep(fault.delay_seconds)
        if fault is not None and (planned := _planned(world, fault)) is not None:
            _note(request, "", planned)
            return planned
        request[OUTCOME] = fault.outcome if fault else ""
        account, answer = await _run(endpoint, request)
        _note(request, account, answer)
        if fault is not None:
            await _spoil_answer(request, fault)
        return answer

    return handle


async def _spoil_answer(request: web.Request, fault: Fault) -> None:
    """What was asked for is done by now; only the caller does not hear of it in time."""
    if fault.delay_after_seconds:
        await asyncio.sleep(fault.delay_after_seconds)
    if fault.cut_after_accept and request.transport is not None:
        request.transport.abort()


async def unknown_address(request: web.Request) -> web.StreamResponse:
    answer = _refusal(request.app[WORLD], PlatformError(40066))
    _note(request, "", answer)
    return answer


def answered(body: JsonObject) -> web.Response:
    text = json.dumps(body, ensure_ascii=False)
    return web.Response(body=text.encode(), headers={"Content-Type": JSON_TYPE})


async def _run(
    endpoint: Endpoint | OpenEndpoint, request: web.Request
) -> tuple[str, web.StreamResponse]:
    world, account_name = request.app[WORLD], ""
    try:
        if isinstance(endpoint, Endpoint):
            account = account_of_token(world, request.query.get("access_token", ""))
            account_name = account.name
        _check_method(endpoint, request)
        body = await _body(endpoint, request)
        if isinstance(endpoint, Endpoint):
            if account.kind not in endpoint.kinds or not account.verified:
                raise PlatformError(48001)
            count_call(world, account, endpoint.path)
            answer = await endpoint.act(ApiCall(world, account, request.query, body, request))
            count_accepted(world, account, endpoint.path)
        else:
            answer = await endpoint.act(OpenCall(world, request.query, body, request))
    except PlatformError as refusal:
        return account_name, _refusal(world, refusal)
    return account_name, answered(answer) if isinstance(answer, dict) else answer


def _check_method(endpoint: Endpoint | OpenEndpoint, request: web.Request) -> None:
    if request.method != endpoint.method:
        raise PlatformError(43001 if endpoint.method == "GET" else 43002)


async def _body(endpoint: Endpoint | OpenEndpoint, request: web.Request) -> JsonObject:
    if endpoint.method == "GET" or endpoint.sends_file:
        return {}
    content = request[SENT] = await request.read()
    if not content:
        raise PlatformError(44002)
    if endpoint.raw_text and ESCAPED.search(content):
        raise PlatformError(40033)
    try:
        body = json.loads(content.decode("utf-8"))
    except ValueError:
        raise PlatformError(47001) from None
    if not isinstance(body, dict):
        raise PlatformError(47001)
    return body


def _refusal(world: World, refusal: PlatformError) -> web.Response:
    rid = new_rid(world.clock.unix())
    body = {"errcode": refusal.errcode, "errmsg": f"{refusal.errmsg} rid: {rid}"}
    return answered({**body, **refusal.more})


def _planned(world: World, fault: Fault) -> web.Response | None:
    if fault.html:
        return web.Response(text=HTML_FAULT, content_type="text/html", status=fault.status or 502)
    if fault.status is not None:
        return web.Response(status=fault.status)
    if fault.errcode is not None:
        return _refusal(world, PlatformError(fault.errcode, fault.errmsg))
    return None


def _note(request: web.Request, account: str, answer: web.StreamResponse) -> None:
    world = request.app[WORLD]
    text, told = _readable(answer), str(answer.status)
    if answer.status == 200 and (errcode := re.search(r'"errcode": (-?\d+)', text)):
        told = f"errcode {errcode[1]}"
    summary = f"{request.method} {request.path} → {told}"
    row = world.journal.add("api", account, summary, at=world.clock.now())
    query = {
        name: "…" if name in SECRET_PARAMETERS else value for name, value in request.query.items()
    }
    row.request = {"query": query, "body": _sent(request)}
    row.answer = text


def _sent(request: web.Request) -> str:
    """Not a file's bytes, which are nothing to look at, and no secret."""
    text = request.get(SENT, b"").decode("utf-8", "replace")
    return shortened(SECRET_IN_BODY.sub(r"\1…", text))


def _readable(answer: web.StreamResponse) -> str:
    if isinstance(answer, web.Response) and "json" in answer.headers.get("Content-Type", ""):
        content = answer.body
        return shortened(content.decode()) if isinstance(content, bytes) else ""
    return f"({answer.headers.get('Content-Type', 'no content')})"
