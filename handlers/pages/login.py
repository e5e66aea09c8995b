"""Silent login (静默登录): WeChat tells who opened a page, without asking the person anything."""

import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from services.shop import Shop

STATE_SECONDS = 300


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
            raise LoginFailed
        expected_browser, carried = json.loads(kept)
        if not secrets.compare_digest(expected_browser.encode(), browser.encode(errors="replace")):
            raise LoginFailed
        return Arrival(self.account, await self.exchange(code), carried)
