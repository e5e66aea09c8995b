"""POST /coupons/{code}/redeem and /release: a till uses a coupon, or takes that back."""

from aiohttp import web

from handlers.pos.calls import TillCall, recorded_answer
from handlers.pos.fields import Fields
from services.coupons.redeeming import redeem_coupon, release_coupon
from services.org.tills import Till
from services.shop import Shop


async def post_redeem(shop: Shop, till: Till, call: TillCall) -> web.Response:
    receipt_no = _receipt_no(call)
    return recorded_answer(await redeem_coupon(shop, till, call.path["code"], receipt_no))


async def post_release(shop: Shop, till: Till, call: TillCall) -> web.Response:
    receipt_no = _receipt_no(call)
    return recorded_answer(await release_coupon(shop, till, call.path["code"], receipt_no))


def _receipt_no(call: TillCall) -> str:
    fields = Fields(call.body)
    receipt_no = fields.text("receipt_no")
    fields.no_more()
    return receipt_no
