"""POST /refunds: a till gives back money or goods of a sale."""

from typing import Any

from aiohttp import web

from handlers.pos.calls import TillCall, recorded_answer
from handlers.pos.fields import Fields
from handlers.pos.purchases import LARGEST_FEN
from loyalty.fingerprints import fingerprint
from services.org.tills import Till
from services.purchases.refunds import RefundReport, record_refund
from services.shop import Shop


async def post_refund(shop: Shop, till: Till, call: TillCall) -> web.Response:
    return recorded_answer(await record_refund(shop, till, read_refund(call.body)))


def read_refund(body: Any) -> RefundReport:
    fields = Fields(body)
    fields.just_one_of("amount_fen", "lines")
    lines = fields.optional_objects("lines")
    report = RefundReport(
        refund_no=fields.text("refund_no"),
        receipt_no=fields.text("receipt_no"),
        amount_fen=fields.optional_number("amount_fen", lowest=1, highest=LARGEST_FEN),
        lines=None if lines is None else [_line(line) for line in lines],
        refunded_at=fields.instant("refunded_at"),
        fingerprint=fingerprint(body),
    )
    fields.no_more()
    return report


def _line(fields: Fields) -> dict[str, Any]:
    """As on the sale, whose discounts may stand on lines of their own."""
    line = {
        "sku": fields.text("sku"),
        "quantity": fields.number("quantity", lowest=1, highest=1_000_000),
        "amount_fen": fields.number("amount_fen", lowest=-LARGEST_FEN, highest=LARGEST_FEN),
    }
    fields.no_more()
    return line
