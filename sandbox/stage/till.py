"""The till (收银台): rings up baskets online or offline, as a till of a vendor would."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import ClientSession, ClientTimeout, web
from aiohttp.client_exceptions import ClientError

from sandbox.keys import WORLD
from sandbox.records import JsonObject, Receipt
from sandbox.stage.door import StageFault, told, wish_of
from sandbox.stage.enrolment import Enrolment, enrolment_or_none
from sandbox.stage.till_codes import receipt_token, signed_headers, written
from sandbox.stage.qr import qr_address
from sandbox.world import World

PURCHASES_PATH = "/pos/v1/purchases"
CHINA = ZoneInfo("Asia/Shanghai")
PATIENCE = ClientTimeout(total=15)
KEPT_RECEIPTS = 200
MOST_OF_ONE = 999


@dataclass(frozen=True, slots=True)
class BasketLine:
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Basket:
    lines: list[BasketLine]
    member_code: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    body: Any


async def ring_up(request: web.Request) -> web.Response:
    world, enrolment = _at_till(request)
    basket = await wish_of(request, Basket)
    receipt = _new_receipt(world, enrolment, _lines(world, basket))
    if basket.member_code:
        receipt.request["member_code"] = basket.member_code
    answer = await _post(world, enrolment, receipt.request)
    _note_answer(receipt, answer)
    world.changed()
    shown = {
        "request": receipt.request,
        "status": answer.status,
        "answer": answer.body,
        "receipt_no": receipt.receipt_no,
    }
    claim = {"claim_qr_url": qr_address(receipt.claim_url)} if receipt.claim_url else {}
    return told(shown | claim)


async def ring_up_offline(request: web.Request) -> web.Response:
    """The till alone makes the token; the purchase reaches the shop's server by `upload`."""
    world, enrolment = _at_till(request)
    basket = await wish_of(request, Basket)
    receipt = _new_receipt(world, enrolment, _lines(world, basket))
    sequence = _next_sequence(world, enrolment)
    receipt.sequence = receipt.request["receipt_seq"] = sequence
    token = receipt_token(
        enrolment, sequence=sequence, sold_at=receipt.made_at, amount_fen=receipt.amount_fen
    )
    receipt.state, receipt.claim_url = "offline", enrolment.claim_url + token
    world.changed()
    return told(
        {
            "token": token,
            "url": receipt.claim_url,
            "qr_url": qr_address(receipt.claim_url),
            "receipt_no": receipt.receipt_no,
            "sequence": sequence,
        }
    )


async def upload_offline(request: web.Request) -> web.Response:
    world, enrolment = _at_till(request)
    waiting = [r for r in world.state.till.receipts if r.state == "offline"]
    results = []
    for receipt in waiting:
        answer = await _post(world, enrolment, receipt.request)
        if answer.status < 500:
            receipt.status = answer.status
            receipt.state = "uploaded" if answer.status in (200, 201) else "refused"
        results.append(
            {
                "receipt_no": receipt.receipt_no,
                "status": answer.status,
                "answer": answer.body,
                "state": receipt.state,
            }
        )
    world.changed()
    done = [entry for entry in results if entry["state"] == "uploaded"]
    return told({"uploaded": len(done), "failed": len(results) - len(done), "receipts": results})


async def show_receipts(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    newest_first = reversed(world.state.till.receipts)
    return told({"receipts": [_shown(receipt) for receipt in newest_first]})


def _at_till(request: web.Request) -> tuple[World, Enrolment]:
    world = request.app[WORLD]
    enrolment = enrolment_or_none(world.config)
    if enrolment is None:
        raise StageFault(409, "no till is enrolled: `enrolment` of [till] names no file")
    return world, enrolment


def _lines(world: World, basket: Basket) -> list[JsonObject]:
    """`amount_fen` of a line is for its whole quantity."""
    goods = {entry.sku: entry for entry in world.config.goods}
    if not basket.lines or any(line.sku not in goods for line in basket.lines):
        raise StageFault(400, "lines: each needs a sku of the goods")
    if any(not 1 <= line.quantity <= MOST_OF_ONE for line in basket.lines):
        raise StageFault(400, f"quantity: 1 to {MOST_OF_ONE}")
    return [
        {
            "sku": line.sku,
            "name": goods[line.sku].name,
            "category": goods[line.sku].category,
            "quantity": line.quantity,
            "amount_fen": goods[line.sku].amount_fen * line.quantity,
        }
        for line in basket.lines
    ]


def _new_receipt(world: World, enrolment: Enrolment, lines: list[JsonObject]) -> Receipt:
    till, now = world.state.till, world.clock.now().replace(microsecond=0)
    till.receipt_count += 1
    sold_at = now.astimezone(CHINA)
    receipt_no = f"{enrolment.till}-{sold_at:%Y%m%d%H%M%S}-{till.receipt_count:04d}"
    amount_fen = sum(line["amount_fen"] for line in lines)
    body: JsonObject = {
        "receipt_no": receipt_no,
        "paid_at": sold_at.isoformat(),
        "lines": lines,
        "paid_fen": amount_fen,
    }
    receipt = Receipt(receipt_no, enrolment.till, body, "unclaimed", amount_fen, made_at=now)
    till.receipts.append(receipt)
    del till.receipts[:-KEPT_RECEIPTS]
    return receipt


def _next_sequence(world: World, enrolment: Enrolment) -> int:
    """Counted per epoch: a renewed till starts anew without repeating what it once made."""
    sequences = world.state.till.sequences
    name = f"{enrolment.till}/{enrolment.epoch}"
    sequences[name] = sequences.get(name, 0) + 1
    return sequences[name]


def _note_answer(receipt: Receipt, answer: Answered) -> None:
    receipt.status = answer.status
    if answer.status not in (200, 201) or not isinstance(answer.body, dict):
        receipt.state = "refused"
        return
    claim = answer.body.get("claim")
    receipt.claim_url = str(claim["url"]) if isinstance(claim, dict) else ""
    receipt.state = "unclaimed" if receipt.claim_url else "member"


async def _post(world: World, enrolment: Enrolment, body: JsonObject) -> Answered:
    text = written(body)
    headers = signed_headers(enrolment, "POST", PURCHASES_PATH, body=text)
    address = world.config.shuke.url.rstrip("/") + PURCHASES_PATH
    try:
        async with ClientSession(timeout=PATIENCE) as session:
            async with session.post(address, data=text, headers=headers) as response:
                return Answered(response.status, await _body(response))
    except (ClientError, TimeoutError, OSError) as fault:
        return Answered(503, {"error": f"the shop's server was not reached: {type(fault).__name__}"})


async def _body(response: Any) -> Any:
    try:
        return await response.json(content_type=None)
    except ValueError:
        return await response.text(errors="replace")


def _shown(receipt: Receipt) -> JsonObject:
    shown: JsonObject = {
        "receipt_no": receipt.receipt_no,
        "state": receipt.state,
        "amount_fen": receipt.amount_fen,
        "at": _in_china(receipt.made_at),
        "sequence": receipt.sequence,
        "lines": receipt.request["lines"],
        "claim_url": receipt.claim_url or None,
        "qr_url": qr_address(receipt.claim_url) if receipt.claim_url else None,
    }
    return shown


def _in_china(moment: datetime) -> str:
    return moment.astimezone(CHINA).isoformat()
