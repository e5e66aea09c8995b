"""POST /quotes: a till asks what a basket costs before it is paid."""

from typing import Any

from aiohttp import web

from bot.web import json_answer
from handlers.pos.calls import TillCall
from handlers.pos.fields import Fields
from handlers.pos.purchases import LARGEST_FEN, read_line
from services.org.tills import Till
from services.purchases.quoting import QuoteRequest, make_quote
from services.shop import Shop

MOST_CODES = 20


async def post_quote(shop: Shop, till: Till, call: TillCall) -> web.Response:
    return json_answer(await make_quote(shop, till, read_quote(call.body)))


def read_quote(body: Any) -> QuoteRequest:
    fields = Fields(body)
    request = QuoteRequest(
        lines=[read_line(line) for line in fields.objects("lines")],
        member_code=fields.optional_text("member_code"),
        coupon_codes=fields.texts("coupon_codes", most=MOST_CODES),
        points=fields.optional_number("points", lowest=0, highest=LARGEST_FEN) or 0,
        stored_fen=fields.optional_number("stored_fen", lowest=0, highest=LARGEST_FEN) or 0,
    )
    fields.no_more()
    return request
