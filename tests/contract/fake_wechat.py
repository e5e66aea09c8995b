"""WeChat's side of the line (api_base): hands out tokens, takes messages, writes each one down."""

import asyncio
import json
import secrets
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.contract.fake_sending import SENDING, Call, Sending
from tests.contract.fake_tags import DESK, tag_call
from tests.contract.fake_tokens import Refused
from tests.contract.send_journal import SendJournal
from tests.contract.wire import Account

TOKEN_SECONDS = 7200
Handler = Callable[[web.Request], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that WeChat accepted; `kind` is a customer-service kind or another API's name."""

    appid: str
    openid: str
    kind: str
    message: dict[str, Any]

    @property
    def text(self) -> str:
        """Every word a member can read in it."""
        return "\n".join(words_in(self.message))


def words_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from words_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from words_in(inner)


@dataclass(slots=True)
class FakeWeChat:
    """Lives in a thread of its own, so that it answers whatever the tests are busy with."""

    accounts: dict[str, Account]
    journal: list[Sent] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    media: dict[str, bytes] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    # Whom no message reaches, with the code it is refused with, and what was refused.
    unreachable: dict[str, int] = field(default_factory=dict)
    refused: list[Sent] = field(default_factory=list)
    unionids: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    asked_about: list[str] = field(default_factory=list)
    sending: Sending = field(default_factory=lambda: Sending(SendJournal()))
    url: str = ""

    def sent_to(self, openid: str, *, after: int = 0) -> list[Sent]:
        return [sent for sent in self.journal[after:] if sent.openid == openid]

    def forget_tokens(self) -> None:
        """As when another program fetched a newer token: ours is no longer the latest."""
        self.tokens.clear()

    def login_code(self, openid: str) -> str:
        """What the browser brings back from a silent login (snsapi_base)."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = openid
        return code

    def number_code(self, number: str) -> str:
        """What the phone number button of a mini-program hands over."""
        code = secrets.token_urlsafe(16)
        self.numbers[code] = number
        return code

    def fault(self, code: int, words: str) -> web.Response:
        return web.json_response({"errcode": code, "errmsg": f"{words} rid: 00000000-0-0"})

    async def stable_token(self, request: web.Request) -> web.Response:
        asked = json.loads(await request.read())
        account = self.accounts.get(asked.get("appid", ""))
        if account is None:
            return self.fault(40013, "invalid appid")
        if asked.get("secret") != account.secret:
            return self.fault(40001, "invalid credential")
        holders = [token for token, appid in self.tokens.items() if appid == account.appid]
        token = holders[0] if holders else f"63_{secrets.token_urlsafe(90)}"
        self.tokens[token] = account.appid
        return web.json_response({"access_token": token, "expires_in": TOKEN_SECONDS})

    async def custom_send(self, request: web.Request) -> web.Response:
        appid = self.tokens.get(request.query.get("access_token", ""))
        if appid is None:
            return self.fault(40001, "invalid credential, access_token is invalid or not latest")
        raw = await request.read()
        if b"\\u" in raw:
            self.faults.append(f"escaped characters: {raw[:200]!r}")
            return self.fault(40033, "invalid charset")
        message = json.loads(raw.decode())
        kind, openid = message["msgtype"], message["touser"]
        sent = Sent(appid, openid, kind, message[kind])
        if openid in self.unreachable:
            self.refused.append(sent)
            return self.fault(self.unreachable[openid], "refused")
        self.journal.append(sent)
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    async def other_sending(self, request: web.Request) -> web.Response:
        """Every other way to send: one Sent for each person it reaches, its kind the API's name."""
        appid = self.tokens.get(request.query.get("access_token", ""))
        if appid is None:
            return self.fault(40001, "invalid credential, access_token is invalid or not latest")
        raw, api = await request.read(), request.path.removeprefix("/cgi-bin/")
        call = Call(api, appid, raw, json.loads(raw or b"{}"), time.time())
        self.sending.refusals = {("*", each): code for each, code in self.unreachable.items()}
        try:
            if api in DESK:
                return web.json_response(tag_call(self.sending, call))
            taken = self.sending.take(call)
        except Refused as refusal:
            told = {"errcode": refusal.errcode, "errmsg": refusal.words, **refusal.more}
            return web.json_response(told)
        for openid in taken.entry.openids if taken.entry else ():
            self.journal.append(Sent(appid, openid, api, call.body))
        return web.json_response(taken.answer)

    async def upload(self, request: web.Request) -> web.Response:
        if request.query.get("access_token") not in self.tokens:
            return self.fault(40001, "invalid credential, access_token is invalid or not latest")
        form = await request.post()
        part = form["media"]
        assert isinstance(part, web.FileField)
        name = secrets.token_urlsafe(24)
        self.media[name] = part.file.read()
        about = {"type": request.query.get("type", ""), "media_id": name, "created_at": 1}
        return web.json_response(about)

    async def login(self, request: web.Request) -> web.Response:
        account = self.accounts.get(request.query.get("appid", ""))
        if account is None or request.query.get("secret") != account.secret:
            return self.fault(40125, "invalid appsecret")
        openid = self.codes.pop(request.query.get("code", ""), None)
        if openid is None:
            return self.fault(40029, "invalid code")
        token = {"access_token": secrets.token_hex(8), "refresh_token": secrets.token_hex(8)}
        who = {"openid": openid, "scope": "snsapi_base", "expires_in": TOKEN_SECONDS}
        return web.json_response(token | who)

    async def user(self, request: web.Request) -> web.Response:
        if request.query.get("access_token") not in self.tokens:
            return self.fault(40001, "invalid credential, access_token is invalid or not latest")
        openid = request.query.get("openid", "")
        self.asked_about.append(openid)
        return web.json_response({"subscribe": 1, "openid": openid} | self.union_of(openid))

    def union_of(self, openid: str) -> dict[str, str]:
        unionid = self.unionids.get(openid)
        return {"unionid": unionid} if unionid else {}

    async def mini_login(self, request: web.Request) -> web.Response:
        account = self.accounts.get(request.query.get("appid", ""))
        if account is None or request.query.get("secret") != account.secret:
            return self.fault(40125, "invalid appsecret")
        openid = self.codes.pop(request.query.get("js_code", ""), None)
        if openid is None:
            return self.fault(40029, "invalid code")
        who = {"openid": openid, "session_key": secrets.token_urlsafe(16)}
        return web.json_response(who | self.union_of(openid))

    async def phone_number(self, request: web.Request) -> web.Response:
        appid = self.tokens.get(request.query.get("access_token", ""))
        if appid is None:
            return self.fault(40001, "invalid credential, access_token is invalid or not latest")
        number = self.numbers.pop(json.loads(await request.read()).get("code", ""), None)
        if number is None:
            return self.fault(40029, "invalid code")
        told = {"phoneNumber": number, "purePhoneNumber": number, "countryCode": "86"}
        stamp = {"watermark": {"timestamp": int(time.time()), "appid": appid}}
        return web.json_response({"errcode": 0, "errmsg": "ok", "phone_info": told | stamp})

    async def anything_else(self, request: web.Request) -> web.Response:
        self.calls.append(f"{request.method} {request.path}")
        return self.fault(40066, "invalid url")

    def application(self) -> web.Application:
        application = web.Application(client_max_size=11 * 2**20)
        application.router.add_post("/cgi-bin/stable_token", self.stable_token)
        application.router.add_post("/cgi-bin/message/custom/send", self.custom_send)
        for api in sorted({*SENDING, *DESK} - {"message/custom/send"}):
            application.router.add_route("*", f"/cgi-bin/{api}", self.other_sending)
        application.router.add_post("/cgi-bin/media/upload", self.upload)
        application.router.add_get("/sns/oauth2/access_token", self.login)
        application.router.add_get("/sns/jscode2session", self.mini_login)
        application.router.add_post("/wxa/business/getuserphonenumber", self.phone_number)
        application.router.add_get("/cgi-bin/user/info", self.user)
        application.router.add_route("*", "/{anything:.*}", self.anything_else)
        return application


@contextmanager
def fake_wechat(*accounts: Account) -> Iterator[FakeWeChat]:
    wechat = FakeWeChat({account.appid: account for account in accounts})
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    runner = web.AppRunner(wechat.application(), access_log=None, shutdown_timeout=0)
    try:
        asyncio.run_coroutine_threadsafe(listen(wechat, runner), loop).result(10)
        yield wechat
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def listen(wechat: FakeWeChat, runner: web.AppRunner) -> None:
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    wechat.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
