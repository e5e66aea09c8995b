"""Silent login (静默登录): WeChat tells who opened a page, without asking the person anything.

A login's state is kept on our side, bound to the browser by a cookie and good once
(reliability B51).
"""

import json
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from services.shop import Shop

log = logging.getLogger(__name__)

STATE_SECONDS = 300
COOKIE = "login_state"


class LoginFailed(Exception):
    """Missing, foreign, used or expired state or code; begin again."""


@dataclass(frozen=True, slots=True)
class Arrival:
    account: str
    openid: str
    carried: str


@dataclass(frozen=True, slots=True)
class Login:
    """`exchange` turns WeChat's code into an openid and raises LoginFailed."""

    shop: Shop
    account: str
    appid: str
    oauth_base: str
    exchange: Callable[[str], Awaitable[str]]

    @property
    def is_https(self) -> bool:
        return self.shop.public_url.startswith("https:")

    def serves(self, request: web.Request) -> bool:
        """Only WeChat's own browser can log anybody in."""
        return "MicroMessenger" in request.headers.get("User-Agent", "")

    async def begin(self, back_to: str, carried: str) -> web.Response:
        """Send the browser to WeChat, which sends it on to `back_to`."""
        browser = secrets.token_urlsafe(16)
        address = await self.address(back_to, browser, carried)
        # Made by hand: returning aiohttp's HTTPFound is deprecated, raising it drops the cookie.
        response = web.Response(status=302, headers={"Location": address})
        response.set_cookie(
            COOKIE,
            browser,
            httponly=True,
            samesite="Lax",
            max_age=STATE_SECONDS,
            secure=self.is_https,
        )
        return response

    async def finish(self, request: web.Request) -> Arrival:
        """Who it is that WeChat sent back. Raises LoginFailed."""
        return await self.arrive(request.query, request.cookies.get(COOKIE, ""))

    async def address(self, back_to: str, browser: str, carried: str) -> str:
        """Where to send the browser; `carried` comes back with it, kept on our side."""
        state = secrets.token_urlsafe(16)
        kept = json.dumps([browser, carried]).encode()
        await self.shop.cache.put(f"login:{state}", kept, STATE_SECONDS)
        # WeChat is particular about the order of these (wechat-platform 4.12).
        query = urlencode(
            {
                "appid": self.appid,
                "redirect_uri": self.shop.public_url + back_to,
                "response_type": "code",
                "scope": "snsapi_base",
                "state": state,
            }
        )
        return f"{self.oauth_base}/connect/oauth2/authorize?{query}#wechat_redirect"

    async def arrive(self, query: Mapping[str, str], browser: str) -> Arrival:
        kept = await self.shop.cache.take(f"login:{query.get('state', '')}")
        code = query.get("code", "")
        if kept is None or not code:
            raise _refused("state")
        expected_browser, carried = json.loads(kept)
        if not secrets.compare_digest(expected_browser.encode(), browser.encode(errors="replace")):
            raise _refused("browser")
        return Arrival(self.account, await self.exchange(code), carried)


def _refused(reason: str) -> LoginFailed:
    log.info("login_refused", extra={"facts": {"reason": reason}})
    return LoginFailed()
