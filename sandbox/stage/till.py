"""The till (收银台): rings up baskets online or offline, as a till of a vendor would."""

from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, ClientTimeout, web
from aiohttp.client_exceptions import ClientError

from sandbox.keys import WORLD
from sandbox.records import JsonObject, Receipt
from sandbox.stage.door import StageFault, told, wish_of
from sandbox.stage.enrolment import Enrolment, enrolment_or_none
from sandbox.stage.qr import qr_address
from sandbox.stage.till_codes import receipt_token, signed_headers, written
from sandbox.stage.till_sales import Basket, new_receipt, next_sequence, receipt_shown
from sandbox.world import World

PURCHASES_PATH = "/pos/v1/purchases"
PATIENCE = ClientTimeout(total=15)


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    body: Any


async def ring_up(request: web.Request) -> web.Response:
    world, enrolment = _at_till(request)
    basket = await wish_of(request, Basket)
    receipt = new_receipt(world, enrolment, basket)
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
    receipt = new_receipt(world, enrolment, basket)
    sequence = next_sequence(world, enrolment)
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
    return told({"receipts": [receipt_shown(receipt) for receipt in newest_first]})


def _at_till(request: web.Request) -> tuple[World, Enrolment]:
    world = request.app[WORLD]
    enrolment = enrolment_or_none(world.config)
    if enrolment is None:
        raise StageFault(409, "no till is enrolled: `enrolment` of [till] names no file")
    return world, enrolment


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
        async with (
            ClientSession(timeout=PATIENCE) as session,
            session.post(address, data=text, headers=headers) as response,
        ):
            return Answered(response.status, await _body(response))
    except (ClientError, TimeoutError, OSError) as fault:
        return Answered(
            503, {"error": f"the shop's server was not reached: {type(fault).__name__}"}
        )


async def _body(response: Any) -> Any:
    try:
        return await response.json(content_type=None)
    except ValueError:
        return await response.text(errors="replace")
