"""A mini-program for tests (小程序): the mini door over HTTP, and a WeChat that knows the cast."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from handlers.mini.codes import CodeRefused, MiniPlatform, PlatformBusy
from handlers.mini.routes import MiniDoor
from storage.database import is_outage
from tests.cast import CAST
from tests.shop import ShopUnderTest

PHONE = "+8613800138000"
NAME = "小程序的小王"


@dataclass(slots=True)
class PretendWeChat:
    """A login code is `NAME:anything`, a phone code `NUMBER:anything`; each is good once."""

    used: set[str] = field(default_factory=set)
    unionids: dict[str, str] = field(default_factory=dict)
    is_busy: bool = False

    async def user_of(self, account: str, code: str) -> tuple[str, str | None]:
        person = CAST.get(self._take(code))
        if person is None or account != "mini":
            raise CodeRefused
        return person.openid, self.unionids.get(person.name)

    async def phone_of(self, account: str, code: str) -> str:
        number = self._take(code)
        if account != "mini" or not number.startswith("+"):
            raise CodeRefused
        return number

    def _take(self, code: str) -> str:
        if self.is_busy:
            raise PlatformBusy
        if code in self.used:
            raise CodeRefused
        self.used.add(code)
        return code.partition(":")[0]


@dataclass(slots=True)
class Told:
    status: int
    body: dict[str, Any]

    @property
    def error(self) -> str:
        return str(self.body["error"]["code"])


@dataclass(slots=True)
class Programme:
    shop: ShopUnderTest
    wechat: PretendWeChat
    base_url: str
    client: ClientSession
    session: str = ""
    codes: int = 0

    async def post(self, path: str, body: object, *, session: str | None = None) -> Told:
        bearer = self.session if session is None else session
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        async with self.client.post(self.base_url + path, json=body, headers=headers) as answer:
            return Told(answer.status, await answer.json())

    async def log_in(self, name: str = NAME) -> Told:
        """Opens the mini-program; later calls carry its session."""
        told = await self.post("/mini/login", {"account": "mini", "code": self.code(name)})
        self.session = told.body.get("session", "")
        return told

    async def hand_over(self, phone: str = PHONE) -> Told:
        return await self.post("/mini/phone", {"code": self.code(phone)})

    def code(self, what: str) -> str:
        self.codes += 1
        return f"{what}:{self.codes}"

    async def join(self, name: str = NAME) -> None:
        for words in ("入会", "同意"):
            await self.shop.hear(name, words)


@asynccontextmanager
async def open_programme(shop: ShopUnderTest) -> AsyncIterator[Programme]:
    wechat, app = PretendWeChat(), web.Application()
    platform = MiniPlatform(wechat.user_of, wechat.phone_of)
    MiniDoor(shop.shop, platform, is_outage=is_outage).add_to(app)
    async with TestServer(app) as server, ClientSession() as client:
        yield Programme(shop, wechat, str(server.make_url("")).rstrip("/"), client)
