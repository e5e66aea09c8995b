"""小票: a purchase where there is no till, whose points the customer claims from staff's screen."""

from datetime import timedelta

from loyalty.confirmations import Confirmed, Proposal
from loyalty.fingerprints import fingerprint
from loyalty.money import fen_from_text, yuan_text
from loyalty.refusals import Refusal
from loyalty.staff import Right, largest_amount_fen
from services.counter.kinds import Action, Done, Kind, Request
from services.counter.own_till import counter_till
from services.org.staff import Counter, counter_of
from services.purchases.refunds import RefundReport, record_refund
from services.purchases.reporting import PurchaseReport, record_purchase
from services.shop import Shop
from storage.counters import take_amount
from storage.staff import limit_claim, member_of_purchase
from storage.transactions import inside

CLAIMABLE_FOR = timedelta(minutes=5)
GOODS = "counter"
# Of the largest amount a role may write at once.
RECEIPTS_OF_A_DAY = 4


class TooManyReceipts(Refusal):
    wording = "staff/receipts_too_many"


async def propose_receipt(shop: Shop, request: Request) -> Proposal:
    limit = largest_amount_fen(request.person.role)
    amount_fen = fen_from_text(request.argument(0), maximum_fen=limit)
    counter = counter_of(shop, request.person, request.argument(1))
    facts = {"yuan": yuan_text(amount_fen), "store": counter.place.store_name}
    content = {"amount_fen": amount_fen, "store_id": counter.store_id}
    return Proposal(content, shop.phrase("staff/receipt_summary", facts))


async def perform_receipt(shop: Shop, confirmed: Confirmed) -> Done:
    amount_fen, store_id = confirmed.content["amount_fen"], confirmed.content["store_id"]
    counter = Counter(store_id, shop.rules.places[store_id])
    till = await counter_till(shop, counter)
    await _count(shop, confirmed, amount_fen)
    recorded = await inside(record_purchase)(shop, till, _report(shop, confirmed, amount_fen))
    answer = recorded.answer
    await limit_claim(answer["purchase_id"], shop.now() + CLAIMABLE_FOR)
    text = shop.phrase(
        "staff/receipt_done",
        {
            "yuan": yuan_text(amount_fen),
            "store": counter.place.store_name,
            "points": answer["points_earned"],
            "minutes": CLAIMABLE_FOR // timedelta(minutes=1),
            "url": answer["claim"]["url"],
        },
    )
    facts = {"receipt_no": confirmed.reference, "purchase_id": answer["purchase_id"]}
    return Done(text, facts=facts, qr=answer["claim"]["url"])


async def _count(shop: Shop, confirmed: Confirmed, amount_fen: int) -> None:
    """What one person writes in a day stays within reason (field-rules D11)."""
    limit = RECEIPTS_OF_A_DAY * largest_amount_fen(confirmed.role)
    counter = f"counter-receipts:{confirmed.staff_id}:{shop.today()}"
    if not await take_amount(counter, amount_fen, limit):
        raise TooManyReceipts(limit=yuan_text(limit))


def _report(shop: Shop, confirmed: Confirmed, amount_fen: int) -> PurchaseReport:
    line = {"sku": GOODS, "name": GOODS, "category": GOODS, "quantity": 1}
    return PurchaseReport(
        receipt_no=confirmed.reference,
        receipt_seq=None,
        paid_at=shop.now(),
        paid_fen=amount_fen,
        lines=[{**line, "amount_fen": amount_fen}],
        member_code=None,
        fingerprint=fingerprint(confirmed.content),
    )


async def undo_receipt(shop: Shop, confirmed: Confirmed, action: Action) -> Done:
    """All of it is returned; points that were claimed go back, spent ones as debt."""
    store_id, amount_fen = action.facts["store_id"], action.facts["amount_fen"]
    counter = Counter(store_id, shop.rules.places[store_id])
    report = RefundReport(
        refund_no=confirmed.reference,
        receipt_no=action.facts["receipt_no"],
        amount_fen=amount_fen,
        lines=None,
        refunded_at=shop.now(),
        fingerprint=fingerprint(confirmed.content),
    )
    recorded = await inside(record_refund)(shop, await counter_till(shop, counter), report)
    facts = {
        "yuan": yuan_text(amount_fen),
        "store": counter.place.store_name,
        "points": recorded.answer["points_reversed"],
    }
    member_id = await member_of_purchase(action.facts["purchase_id"])
    return Done(
        shop.phrase("staff/receipt_undone", facts),
        member_id=member_id,
        member_text=shop.phrase("staff/member_receipt_undone", facts),
    )


RECEIPT = Kind(Right.RECEIPT, propose_receipt, perform_receipt, undo_receipt)
