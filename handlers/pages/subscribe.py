"""One-time subscriptions (一次性订阅) /s/ACCOUNT/SCENE: to the platform's page that asks, and back.

What comes back names an openid that only the platform vouches for: the browser must be the one
that was sent there. Who cheats holds a subscription that the platform does not know.
"""

import json
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from bot.web import Pages
from services.messages.subscriptions import ASKING_PATH, NoticeForm, asked_form, note_one_time
from services.people.callers import identify
from services.shop import Shop

log = logging.getLogger(__name__)

STATE_SECONDS = 600
COOKIE = "subscribe_state"
WAY_BACK = f"{ASKING_PATH}back"


@dataclass(frozen=True, slots=True)
class SubscribePages:
    """`appids` of the service accounts, by name."""

    shop: Shop
    pages: Pages
    mp_base: str
    appids: Mapping[str, str]

    def add_to(self, app: web.Application) -> None:
        app.router.add_get(WAY_BACK, self.answered)
        app.router.add_get(ASKING_PATH + r"{account}/{scene:\d{1,5}}", self.ask)

    async def ask(self, request: web.Request) -> web.Response:
        """Only WeChat's own browser can be asked."""
        await self.shop.keep_up()
        account, scene = request.match_info["account"], int(request.match_info["scene"])
        form = asked_form(self.shop, account, scene)
        if form is None or account not in self.appids:
            return self._page("subscribe_failed", 404)
        if "MicroMessenger" not in request.headers.get("User-Agent", ""):
            return self._page("subscribe_elsewhere", 200)
        browser, state = secrets.token_urlsafe(16), secrets.token_hex(16)
        kept = json.dumps([browser, account, scene]).encode()
        await self.shop.cache.put(f"subscribe:{state}", kept, STATE_SECONDS)
        address = self._asking_address(account, form, state)
        response = web.Response(status=302, headers={"Location": address})
        is_https = self.shop.public_url.startswith("https:")
        response.set_cookie(
            COOKIE, browser, httponly=True, samesite="Lax", max_age=STATE_SECONDS, secure=is_https
        )
        return response

    def _asking_address(self, account: str, form: NoticeForm, state: str) -> str:
        query = urlencode(
            {
                "action": "get_confirm",
                "appid": self.appids[account],
                "scene": form.scene,
                "template_id": form.template_id,
                "redirect_url": self.shop.public_url + WAY_BACK,
                "reserved": state,
            }
        )
        return f"{self.mp_base}/mp/subscribemsg?{query}#wechat_redirect"

    async def answered(self, request: web.Request) -> web.Response:
        """The platform sends the person back here with what they chose."""
        await self.shop.keep_up()
        state, openid = request.query.get("reserved", ""), request.query.get("openid", "")
        kept = await self.shop.cache.take(f"subscribe:{state}")
        if kept is None or not openid:
            return self._refused("state")
        browser, account, scene = json.loads(kept)
        cookie = request.cookies.get(COOKIE, "")
        if not secrets.compare_digest(browser.encode(), cookie.encode(errors="replace")):
            return self._refused("browser")
        form = asked_form(self.shop, account, scene)
        if form is None or request.query.get("template_id") != form.template_id:
            return self._refused("form")
        if request.query.get("action") != "confirm":
            return self._page("not_subscribed", 200)
        caller = await identify(self.shop, account, openid, "")
        await note_one_time(self.shop, caller.person, form, key=f"one_time:{state}")
        return self._page("subscribed", 200)

    def _refused(self, reason: str) -> web.Response:
        log.info("login_refused", extra={"facts": {"reason": f"subscribe_{reason}"}})
        return self._page("subscribe_failed", 400)

    def _page(self, name: str, status: int) -> web.Response:
        return self.pages.page(
            "claim_result",
            status=status,
            brand=self.shop.rules.brand_name,
            title=self.shop.phrase(f"pages/{name}", {}),
            number="",
            text=self.shop.phrase(f"pages/{name}_text", {}),
        )
