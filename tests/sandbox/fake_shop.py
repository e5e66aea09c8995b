"""A tiny shop's server behind the sandbox: hears pushes and answers as it is told."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.config import Account
from sandbox.push.crypto import decrypt, encrypt, signature
from sandbox.push.wire import from_json, from_xml, to_json, to_xml


@dataclass
class Push:
    """One delivery as the shop got it, opened."""

    query: dict[str, str]
    message: dict[str, Any]
    raw: str


Answer = Callable[["Push"], Awaitable[web.Response] | web.Response]


@dataclass
class FakeShop:
    """A shop's server that answers each push with the next of `answers`, the last for ever."""

    account: Account
    answers: list[Answer] = field(default_factory=list)
    pushes: list[Push] = field(default_factory=list)
    echo: str | None = None

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/wechat/main", self.greet)
        app.router.add_post("/wechat/main", self.hear)
        return app

    async def greet(self, request: web.Request) -> web.Response:
        return web.Response(text=self.echo or request.query["echostr"])

    async def hear(self, request: web.Request) -> web.Response:
        raw = await request.text()
        push = Push(dict(request.query), self.opened(raw), raw)
        self.pushes.append(push)
        place = min(len(self.pushes), len(self.answers)) - 1
        answer = self.answers[place](push) if self.answers else web.Response(text="success")
        return answer if isinstance(answer, web.Response) else await answer

    def opened(self, raw: str) -> dict[str, Any]:
        read = from_json if self.account.format == "json" else from_xml
        outer = read(raw)
        if "Encrypt" not in outer:
            return outer
        return read(decrypt(self.account.aes_key, self.account.appid, outer["Encrypt"]))

    def reply(self, push: Push, **fields: Any) -> web.Response:
        """A good reply, encrypted where the account wants it."""
        body = {
            "ToUserName": push.message["FromUserName"],
            "FromUserName": push.message["ToUserName"],
            "CreateTime": 1,
            **fields,
        }
        written = to_json(body) if self.account.format == "json" else to_xml(body)
        return web.Response(text=written if self.account.mode == "plain" else self.sealed(written))

    def sealed(self, text: str) -> str:
        cipher_text = encrypt(self.account.aes_key, self.account.appid, text)
        sign = signature(self.account.token, "1", "n", cipher_text)
        body = {"Encrypt": cipher_text, "MsgSignature": sign, "TimeStamp": "1", "Nonce": "n"}
        return to_json(body) if self.account.format == "json" else to_xml(body)


def says(shop: FakeShop, text: str) -> Answer:
    return lambda push: shop.reply(push, MsgType="text", Content=text)


def bare(text: str, status: int = 200) -> Answer:
    return lambda _push: web.Response(text=text, status=status)


async def too_late(_push: Push) -> web.Response:
    """Answers long after the platform has hung up; ends with the connection."""
    await asyncio.Event().wait()
    return web.Response()
