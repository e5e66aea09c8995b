"""Claim links (领取链接) /r/TOKEN: in WeChat a silent login and the claim, elsewhere a QR to scan.

A token refused on its face is a 404 page and nothing is written.
"""

from dataclasses import dataclass

from aiohttp import web

from bot.web import Pages
from handlers.pages.login import Login, LoginFailed
from loyalty.money import yuan_text
from loyalty.refusals import Refusal
from services.ledger.told import note_told
from services.people.callers import identify
from services.people.visitors import too_many_or
from services.purchases.awaited import receipt_reference
from services.purchases.claims import ReceiptRefused, check_on_its_face, claim_receipt, find_token
from services.shop import Shop


@dataclass(frozen=True, slots=True)
class ClaimPages:
    shop: Shop
    pages: Pages
    # Only a service account can tell who opened a page; without one, links show their QR.
    login: Login | None

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/r/{token:[^/]*}", self.open_link)
        if self.login is not None:
            app.router.add_get("/login/claim", self.claim)

    async def open_link(self, request: web.Request) -> web.Response:
        await self.shop.keep_up()
        token = request.match_info["token"]
        wants_picture = token.endswith(".png")
        found = find_token(self.shop, self.shop.claim_url + token.removesuffix(".png"))
        receipt = found.receipt if found else None
        try:
            await check_on_its_face(self.shop, receipt)
        except ReceiptRefused as refusal:
            # A good receipt is never held up by what others tried from the same address.
            return self._refused(await too_many_or(self.shop, refusal, request.remote or ""))
        link = self.shop.claim_url + token.removesuffix(".png")
        if wants_picture:
            return await self.pages.qr_picture(link)
        if self.login and self.login.serves(request):
            return await self.login.begin("/login/claim", token)
        assert receipt is not None
        yuan = yuan_text(receipt.receipt.amount_fen)
        brand = self.shop.rules.brand_name
        return self.pages.page("claim_elsewhere", brand=brand, picture=f"{link}.png", yuan=yuan)

    async def claim(self, request: web.Request) -> web.Response:
        """WeChat sends the person back here with a code that tells who it is."""
        await self.shop.keep_up()
        assert self.login is not None, "the route exists only with a login"
        try:
            arrival = await self.login.finish(request)
        except LoginFailed:
            return self._result("login_failed", self._phrase("pages/login_failed_text"), 400)
        caller = await identify(self.shop, arrival.account, arrival.openid, "")
        found = find_token(self.shop, self.shop.claim_url + arrival.carried)
        receipt = found.receipt if found else None
        try:
            answer = await claim_receipt(self.shop, caller.person, receipt)
        except Refusal as refusal:
            return self._refused(refusal)
        assert receipt is not None, "it was claimed"
        grounds = {"receipt": receipt_reference(receipt.receipt)}
        await note_told(self.shop, caller.person, f"claims/{answer.wording}_page", grounds)
        text = self._phrase(f"claims/{answer.wording}_page", **answer.facts(self.shop))
        number = f"+{answer.points}" if answer.points else ""
        return self._result(answer.wording, text, 200, number=number)

    def _refused(self, refusal: Refusal) -> web.Response:
        name = refusal.wording.partition("/")[2]
        return self._result(name, self._phrase(refusal.wording, **refusal.facts), refusal.status)

    def _result(self, title: str, text: str, status: int, number: str = "") -> web.Response:
        return self.pages.page(
            "claim_result",
            status=status,
            brand=self.shop.rules.brand_name,
            title=self._phrase(f"pages/{title}"),
            number=number,
            text=text,
        )

    def _phrase(self, name: str, **facts: object) -> str:
        return self.shop.phrase(name, facts)
