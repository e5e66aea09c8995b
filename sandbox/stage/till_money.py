"""What a till does besides selling (收银台其他): refunds, top-ups, holds, coupons by their code."""

from dataclasses import dataclass, field

from aiohttp import web

from sandbox.records import JsonObject, Receipt
from sandbox.stage.door import StageFault, told, wish_of
from sandbox.stage.till_calls import Answered, asked_and_told, at_till, call_door
from sandbox.stage.till_sales import BasketLine, keep_slip, new_number, shop_time
from sandbox.world import World


@dataclass(frozen=True, slots=True)
class RefundWish:
    """An amount of the sale, or goods of it; neither: all that is left of it."""

    receipt_no: str
    amount_fen: int = 0
    lines: list[BasketLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TopUpWish:
    member_code: str
    paid_fen: int
    bonus_fen: int | None = None


@dataclass(frozen=True, slots=True)
class HoldWish:
    """Without a receipt number a new one is taken, which the purchase then names."""

    member_code: str
    amount_fen: int
    receipt_no: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptWish:
    receipt_no: str = ""


async def refund(request: web.Request) -> web.Response:
    world, enrolment = at_till(request)
    wish = await wish_of(request, RefundWish)
    sale = _sale(world, wish.receipt_no)
    refund_no = new_number(world, enrolment, "R")
    body: JsonObject = {
        "refund_no": refund_no,
        "receipt_no": sale.receipt_no,
        "refunded_at": shop_time(world),
        **_given_back(sale, wish),
    }
    answer = await call_door(world, enrolment, "/refunds", body)
    if answer.is_done:
        back_fen = int(answer.body.get("refunded_fen", 0))
        sale.refunded_fen += back_fen
        slip = keep_slip(world, sale.till, kind="refund", number=refund_no, amount_fen=-back_fen)
        slip.answer = answer.body
        slip.state = "waiting" if answer.status == 202 else "done"
    return told(asked_and_told(body, answer) | {"receipt_no": refund_no})


async def top_up(request: web.Request) -> web.Response:
    world, enrolment = at_till(request)
    wish = await wish_of(request, TopUpWish)
    topup_no = new_number(world, enrolment, "C")
    body: JsonObject = {
        "topup_no": topup_no,
        "member_code": wish.member_code,
        "paid_fen": wish.paid_fen,
    }
    if wish.bonus_fen is not None:
        body["bonus_fen"] = wish.bonus_fen
    answer = await call_door(world, enrolment, "/wallet/topups", body)
    if answer.is_done:
        till, paid_fen = enrolment.till, wish.paid_fen
        slip = keep_slip(world, till, kind="topup", number=topup_no, amount_fen=paid_fen)
        slip.answer = answer.body
    return told(asked_and_told(body, answer) | {"receipt_no": topup_no})


async def hold(request: web.Request) -> web.Response:
    world, enrolment = at_till(request)
    wish = await wish_of(request, HoldWish)
    body: JsonObject = {
        "receipt_no": wish.receipt_no or new_number(world, enrolment),
        "member_code": wish.member_code,
        "amount_fen": wish.amount_fen,
    }
    answer = await call_door(world, enrolment, "/wallet/holds", body)
    return told(asked_and_told(body, answer) | {"receipt_no": body["receipt_no"]})


async def capture_hold(request: web.Request) -> web.Response:
    return await _end_hold(request, "capture")


async def void_hold(request: web.Request) -> web.Response:
    return await _end_hold(request, "void")


async def redeem(request: web.Request) -> web.Response:
    return await _use_coupon(request, "redeem")


async def release(request: web.Request) -> web.Response:
    return await _use_coupon(request, "release")


async def _end_hold(request: web.Request, verb: str) -> web.Response:
    world, enrolment = at_till(request)
    path = f"/wallet/holds/{request.match_info['hold']}/{verb}"
    return told(asked_and_told({}, await call_door(world, enrolment, path, {})))


async def _use_coupon(request: web.Request, verb: str) -> web.Response:
    world, enrolment = at_till(request)
    wish = await wish_of(request, ReceiptWish)
    body: JsonObject = {"receipt_no": wish.receipt_no or new_number(world, enrolment)}
    path = f"/coupons/{request.match_info['code']}/{verb}"
    answer: Answered = await call_door(world, enrolment, path, body)
    return told(asked_and_told(body, answer) | {"receipt_no": body["receipt_no"]})


def _sale(world: World, receipt_no: str) -> Receipt:
    for receipt in world.state.till.receipts:
        if receipt.receipt_no == receipt_no and receipt.kind == "sale":
            return receipt
    raise StageFault(404, "there is no such sale")


def _given_back(sale: Receipt, wish: RefundWish) -> JsonObject:
    if wish.lines:
        return {"lines": [_line_back(sale, line) for line in wish.lines]}
    return {"amount_fen": wish.amount_fen or sale.amount_fen - sale.refunded_fen}


def _line_back(sale: Receipt, line: BasketLine) -> JsonObject:
    """So many of one thing that was sold, at the price it was sold for."""
    sold = next((each for each in sale.request["lines"] if each["sku"] == line.sku), None)
    if sold is None:
        raise StageFault(400, "lines: each needs a sku of the sale")
    amount_fen = sold["amount_fen"] * line.quantity // sold["quantity"]
    return {"sku": line.sku, "quantity": line.quantity, "amount_fen": amount_fen}
