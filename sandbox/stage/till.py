"""The till (收银台): rings up baskets online or offline, as a till of a vendor would."""

from aiohttp import web

from sandbox.keys import WORLD
from sandbox.records import Receipt
from sandbox.stage.door import told, wish_of
from sandbox.stage.qr import qr_address
from sandbox.stage.till_calls import Answered, asked_and_told, at_till, call_door
from sandbox.stage.till_codes import receipt_token
from sandbox.stage.till_sales import Basket, new_receipt, next_sequence, receipt_shown


async def ring_up(request: web.Request) -> web.Response:
    """A basket is paid: plainly, or as it was quoted."""
    world, enrolment = at_till(request)
    basket = await wish_of(request, Basket)
    receipt = new_receipt(world, enrolment, basket)
    if basket.member_code:
        receipt.request["member_code"] = basket.member_code
    if basket.quote_id:
        receipt.request["quote_id"] = basket.quote_id
    answer = await call_door(world, enrolment, "/purchases", receipt.request)
    _note_answer(receipt, answer)
    world.changed()
    shown = asked_and_told(receipt.request, answer) | {"receipt_no": receipt.receipt_no}
    claim = {"claim_qr_url": qr_address(receipt.claim_url)} if receipt.claim_url else {}
    return told(shown | claim)


async def ring_up_offline(request: web.Request) -> web.Response:
    """The till alone makes the token; the purchase reaches the shop's server by `upload`."""
    world, enrolment = at_till(request)
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
    world, enrolment = at_till(request)
    waiting = [r for r in world.state.till.receipts if r.state == "offline"]
    results = []
    for receipt in waiting:
        answer = await call_door(world, enrolment, "/purchases", receipt.request)
        if answer.status < 500:
            receipt.status = answer.status
            receipt.state = "uploaded" if answer.is_done else "refused"
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


def _note_answer(receipt: Receipt, answer: Answered) -> None:
    receipt.status = answer.status
    if not answer.is_done:
        receipt.state = "refused"
        return
    receipt.answer = answer.body
    claim = answer.body.get("claim")
    receipt.claim_url = str(claim["url"]) if isinstance(claim, dict) else ""
    receipt.state = "unclaimed" if receipt.claim_url else "member"
