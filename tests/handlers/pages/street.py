"""The street (街上): phones whose browser opens what their camera read."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from aiohttp import ClientResponse, ClientSession, CookieJar, web
from aiohttp.test_utils import TestServer

from bot.web import Pages
from handlers.pages.claim import ClaimPages
from handlers.pages.download import DownloadPages
from handlers.pages.gift import GiftPages
from handlers.pages.home import HomePages
from handlers.pages.login import Login, LoginFailed
from handlers.pages.subscribe import SubscribePages
from tests.cast import CAST
from tests.shop import ShopUnderTest

WECHAT = "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.50 NetType/WIFI Language/zh_CN"
PLACES = {"claim": "r", "gift": "g"}
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def exchange(code: str) -> str:
    """WeChat tells who a code belongs to: here codes are names."""
    if code not in CAST:
        raise LoginFailed
    return CAST[code].openid


@dataclass(frozen=True, slots=True)
class Page:
    status: int
    html: str
    location: str = ""

    @property
    def words(self) -> list[str]:
        body = re.sub(r"(?s)<(head|style).*?</\1>", " ", self.html)
        return re.sub(r"<[^>]+>", " ", body).split()


@dataclass(slots=True)
class Street:
    shop: ShopUnderTest
    base_url: str
    browsers: list[ClientSession] = field(default_factory=list)

    def browser(self, agent: str = WECHAT) -> ClientSession:
        """Nobody's cookies but its own."""
        made = ClientSession(headers={"User-Agent": agent}, cookie_jar=CookieJar(unsafe=True))
        self.browsers.append(made)
        return made

    async def get(self, browser: ClientSession, path: str) -> ClientResponse:
        response = await browser.get(self.base_url + path, allow_redirects=False)
        await response.read()
        return response

    async def open(self, path: str, browser: ClientSession | None = None) -> Page:
        response = await self.get(browser or self.browser(), path)
        location = response.headers.get("Location", "")
        return Page(response.status, await response.text(), location)

    async def way_back(
        self, name: str, token: str, browser: ClientSession, kind: str = "claim"
    ) -> str:
        """Where WeChat sends the browser after the silent login of this person."""
        asked = await self.open(f"/{PLACES[kind]}/{token}", browser)
        assert asked.status == 302, asked
        query = parse_qs(urlsplit(asked.location).query)
        assert query["redirect_uri"] == [f"http://shop.test/login/{kind}"]
        return f"/login/{kind}?code={name}&state={query['state'][0]}"

    async def claims(self, name: str, token: str) -> Page:
        browser = self.browser()
        return await self.open(await self.way_back(name, token, browser), browser)

    async def takes(self, name: str, token: str) -> Page:
        """This person opens the link of a gift in WeChat."""
        browser = self.browser()
        return await self.open(await self.way_back(name, token, browser, "gift"), browser)


@asynccontextmanager
async def open_street(shop_under_test: ShopUnderTest) -> AsyncIterator[Street]:
    """The claim pages and the home page, served on a port of their own."""
    shop, pages, app = shop_under_test.shop, Pages(), web.Application()
    login = Login(
        shop=shop,
        account="main",
        appid="wx5c0ffee000000001",
        oauth_base="http://wechat.test",
        exchange=exchange,
    )
    ClaimPages(shop, pages, login).add_to(app)
    GiftPages(shop, pages, login).add_to(app)
    DownloadPages(shop, pages).add_to(app)
    HomePages(shop, pages).add_to(app)
    SubscribePages(shop, pages, "http://wechat.test", {"main": "wx5c0ffee000000001"}).add_to(app)
    async with TestServer(app) as server:
        street = Street(shop_under_test, str(server.make_url("")).rstrip("/"))
        yield street
        for browser in street.browsers:
            await browser.close()
