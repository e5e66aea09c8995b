"""首页 and the page with a member code as a large picture."""

from dataclasses import dataclass

from aiohttp import web

from bot.web import Pages
from services.purchases.member_codes import is_member_code
from services.shop import Shop


@dataclass(frozen=True, slots=True)
class HomePages:
    shop: Shop
    pages: Pages

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/", self.home)
        app.router.add_get("/member-code/{code}", self.member_code)
        app.router.add_get("/member-code/{code}/picture.png", self.picture)

    async def home(self, request: web.Request) -> web.Response:
        return self.pages.page("home", brand=self.shop.rules.brand_name or "Shuke")

    async def member_code(self, request: web.Request) -> web.Response:
        code = _code(request)
        brand = self.shop.rules.brand_name
        return self.pages.page(
            "member_code", brand=brand, code=code, picture=f"{request.path}/picture.png"
        )

    async def picture(self, request: web.Request) -> web.Response:
        return await self.pages.qr_picture(_code(request))


def _code(request: web.Request) -> str:
    """Any 18 digits of the right shape: the page only draws what its address says."""
    code = request.match_info["code"]
    if not is_member_code(code):
        raise web.HTTPNotFound
    return code
