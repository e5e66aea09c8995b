"""POST /purchases: a till reports a paid basket."""

from typing import Any

from aiohttp import web

from handlers.pos.calls import TillCall, recorded_answer
from handlers.pos.fields import Fields
from loyalty.fingerprints import fingerprint
from services.org.tills import Till
from services.purchases.reporting import PurchaseReport, record_purchase
from services.shop import Shop

LARGEST_FEN = 100_000_000
LARGEST_SEQUENCE = 2**31 - 1


async def post_purchase(shop: Shop, till: Till, call: TillCall) -> web.Response:
    return recorded_answer(await record_purchase(shop, till, read_purchase(call.body)))


def read_purchase(body: Any) -> PurchaseReport:
    fields = Fields(body)
    report = PurchaseReport(
        receipt_no=fields.text("receipt_no"),
        receipt_seq=fields.optional_number("receipt_seq", lowest=0, highest=LARGEST_SEQUENCE),
        paid_at=fields.instant("paid_at"),
        paid_fen=fields.number("paid_fen", lowest=0, highest=LARGEST_FEN),
        lines=[read_line(line) for line in fields.objects("lines")],
        member_code=fields.optional_text("member_code"),
        quote_id=fields.optional_text("quote_id"),
        fingerprint=fingerprint(body),
    )
    fields.no_more()
    return report


def read_line(fields: Fields) -> dict[str, Any]:
    line = {
        "sku": fields.text("sku"),
        "name": fields.text("name", longest=200),
        "category": fields.text("category"),
        "quantity": fields.number("quantity", lowest=1, highest=1_000_000),
        "amount_fen": fields.number("amount_fen", lowest=-LARGEST_FEN, highest=LARGEST_FEN),
    }
    fields.no_more()
    return line
