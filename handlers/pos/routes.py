"""The till door (收银台接口) /pos/v1: who may enter, which call goes where, how errors look."""

import json
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from bot.web import BadJson, JsonFault, json_answer, new_request_id, read_body, read_strict_json
from handlers.pos.calls import TillCall
from handlers.pos.coupons import post_redeem, post_release
from handlers.pos.members import post_identify
from handlers.pos.purchases import post_purchase
from handlers.pos.quotes import post_quote
from handlers.pos.refunds import post_refund
from handlers.pos.wallet import post_capture, post_hold, post_topup, post_void
from loyalty.refusals import Refusal
from services.org.tills import SignedRequest, Till, authenticate
from services.shop import Shop

log = logging.getLogger(__name__)

LARGEST_BODY_KB = 256
OPENAPI = json.loads((Path(__file__).parent / "openapi.json").read_text(encoding="utf-8"))

Call = Callable[[Shop, Till, TillCall], Awaitable[web.Response]]
NO_FIELDS = b"{}"
CALLS: dict[str, Call] = {
    "/pos/v1/coupons/{code}/redeem": post_redeem,
    "/pos/v1/coupons/{code}/release": post_release,
    "/pos/v1/members/identify": post_identify,
    "/pos/v1/purchases": post_purchase,
    "/pos/v1/quotes": post_quote,
    "/pos/v1/refunds": post_refund,
    "/pos/v1/wallet/holds": post_hold,
    "/pos/v1/wallet/holds/{id}/capture": post_capture,
    "/pos/v1/wallet/holds/{id}/void": post_void,
    "/pos/v1/wallet/topups": post_topup,
}


class TillDoor:
    """`count` is told the status of every answer."""

    def __init__(
        self,
        shop: Shop,
        *,
        is_outage: Callable[[BaseException], bool],
        count: Callable[[int], None],
    ) -> None:
        self._shop = shop
        self._count = count
        self._is_outage = is_outage

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/pos/v1/openapi.json", self._openapi)
        for path, call in CALLS.items():
            app.router.add_post(path, self._handler(call))
        # Whatever it is, also with a line break in it: errors are JSON here.
        app.router.add_route("*", r"/pos/v1/{unknown:[\s\S]*}", self._not_found)

    def _handler(self, call: Call) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            response = await self._guarded(request, call)
            self._count(response.status)
            return response

        return handle

    async def _guarded(self, request: web.Request, call: Call) -> web.Response:
        request_id = new_request_id()
        try:
            return await self._answer(request, call)
        except JsonFault as fault:
            return fault.response(request_id)
        except Refusal as refusal:
            message = self._shop.phrase(refusal.wording, refusal.facts)
            return JsonFault(refusal.status, message).response(request_id)
        except Exception as error:
            # Every call is idempotent, so whatever it was, the till may send it again.
            log.exception("till_request_failed", extra={"facts": {"request_id": request_id}})
            reason = "the database is away" if self._is_outage(error) else "this failed here"
            return JsonFault(503, f"{reason}: send it again").response(request_id)

    async def _answer(self, request: web.Request, call: Call) -> web.Response:
        body = await read_body(request, most_kb=LARGEST_BODY_KB)
        till = await authenticate(self._shop, _signed(request, body))
        try:
            content = read_strict_json(body or NO_FIELDS)
        except BadJson as bad:
            raise JsonFault(400, str(bad)) from None
        await self._shop.keep_up()
        return await call(self._shop, till, TillCall(content, request.match_info))

    async def _openapi(self, request: web.Request) -> web.Response:
        return json_answer(OPENAPI)

    async def _not_found(self, request: web.Request) -> web.Response:
        return JsonFault(404, "there is no such call").response(new_request_id())


def _signed(request: web.Request, body: bytes) -> SignedRequest:
    header = request.headers
    return SignedRequest(
        method=request.method,
        path_with_query=request.raw_path,
        till=header.get("X-Till", ""),
        timestamp=header.get("X-Timestamp", ""),
        nonce=header.get("X-Nonce", ""),
        signature=header.get("X-Signature", ""),
        body=body,
    )
