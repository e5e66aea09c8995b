"""/wallet: tills hold stored value for a receipt, capture or void it, and take top-ups."""

from aiohttp import web

from handlers.pos.calls import TillCall, recorded_answer
from handlers.pos.fields import Fields
from loyalty.fingerprints import fingerprint
from services.org.tills import Till
from services.shop import Shop
from services.wallet.hold_endings import HoldUnknown, capture, void
from services.wallet.holds import HoldRequest, hold
from services.wallet.topups import TopUpRequest, top_up

LARGEST_FEN = 100_000_000
LONGEST_ID = 18


async def post_hold(shop: Shop, till: Till, call: TillCall) -> web.Response:
    fields = Fields(call.body)
    request = HoldRequest(
        receipt_no=fields.text("receipt_no"),
        member_code=fields.text("member_code"),
        amount_fen=fields.number("amount_fen", lowest=1, highest=LARGEST_FEN),
        fingerprint=fingerprint(call.body),
    )
    fields.no_more()
    return recorded_answer(await hold(shop, till, request))


async def post_capture(shop: Shop, till: Till, call: TillCall) -> web.Response:
    amount_fen = _amount(call)
    return recorded_answer(await capture(shop, till, _hold_id(call), amount_fen))


async def post_void(shop: Shop, till: Till, call: TillCall) -> web.Response:
    amount_fen = _amount(call)
    return recorded_answer(await void(shop, till, _hold_id(call), amount_fen))


async def post_topup(shop: Shop, till: Till, call: TillCall) -> web.Response:
    fields = Fields(call.body)
    request = TopUpRequest(
        topup_no=fields.text("topup_no"),
        member_code=fields.text("member_code"),
        paid_fen=fields.number("paid_fen", lowest=1, highest=LARGEST_FEN),
        bonus_fen=fields.optional_number("bonus_fen", lowest=0, highest=LARGEST_FEN),
        fingerprint=fingerprint(call.body),
    )
    fields.no_more()
    return recorded_answer(await top_up(shop, till, request))


def _amount(call: TillCall) -> int | None:
    fields = Fields(call.body)
    amount_fen = fields.optional_number("amount_fen", lowest=1, highest=LARGEST_FEN)
    fields.no_more()
    return amount_fen


def _hold_id(call: TillCall) -> int:
    text = call.path["id"]
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_ID):
        raise HoldUnknown
    return int(text)
