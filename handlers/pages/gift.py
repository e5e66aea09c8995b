"""Gift links (转赠链接) /g/TOKEN: in WeChat a silent login and the coupon, elsewhere a QR."""

from dataclasses import dataclass

from aiohttp import web

from bot.web import Pages
from handlers.pages.login import Login, LoginFailed
from loyalty.refusals import Refusal
from services.coupons.gift_claims import GiftRefused, claim_gift, find_gift
from services.coupons.gifts import gift_url
from services.people.callers import identify
from services.people.visitors import is_guessing_gifts
from services.shop import Shop


@dataclass(frozen=True, slots=True)
class GiftPages:
    shop: Shop
    pages: Pages
    # Only a service account can tell who opened a page; without one, links show their QR.
    login: Login | None

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/g/{token:[^/]*}", self.open_link)
        if self.login is not None:
            app.router.add_get("/login/gift", self.take)

    async def open_link(self, request: web.Request) -> web.Response:
        await self.shop.keep_up()
        token = request.match_info["token"].removesuffix(".png")
        try:
            gift = await find_gift(self.shop, token)
        except GiftRefused as refusal:
            too_many = await is_guessing_gifts(self.shop, request.remote or "")
            return self._refused(refusal, 429 if too_many else refusal.status)
        link = gift_url(self.shop) + token
        if request.path.endswith(".png"):
            return await self.pages.qr_picture(link)
        if self.login and self.login.serves(request):
            return await self.login.begin("/login/gift", token)
        return self.pages.page(
            "gift_elsewhere",
            brand=self.shop.rules.brand_name,
            picture=f"{link}.png",
            coupon=gift.name,
            last_day=gift.last_day,
            token=token,
        )

    async def take(self, request: web.Request) -> web.Response:
        """WeChat sends the friend back here with a code that tells who it is."""
        await self.shop.keep_up()
        assert self.login is not None, "the route exists only with a login"
        try:
            arrival = await self.login.finish(request)
        except LoginFailed:
            text = self._phrase("pages/gift_login_failed_text")
            return self._page(self._phrase("pages/login_failed"), text, 400)
        caller = await identify(self.shop, arrival.account, arrival.openid, "")
        try:
            gift = await claim_gift(self.shop, caller.person, arrival.carried)
        except Refusal as refusal:
            return self._refused(refusal, refusal.status)
        text = self._phrase(f"gifts/{gift.state}_page", code=gift.code, last_day=gift.last_day)
        return self._page(self._phrase(f"pages/gift_{gift.state}", name=gift.name), text, 200)

    def _refused(self, refusal: Refusal, status: int) -> web.Response:
        title = self._phrase(f"pages/gift_{refusal.wording.partition('/')[2]}")
        return self._page(title, self._phrase(refusal.wording, **refusal.facts), status)

    def _page(self, title: str, text: str, status: int) -> web.Response:
        brand = self.shop.rules.brand_name
        return self.pages.page(
            "claim_result", status=status, brand=brand, title=title, number="", text=text
        )

    def _phrase(self, wording: str, /, **facts: object) -> str:
        return self.shop.phrase(wording, facts)
