"""Refunds (退货): what a till gives back of a sale, once per refund number for ever.

One that comes before its sale waits for it and is applied as if they had come in order.
"""

import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from loyalty.money import yuan_text
from loyalty.refunds import RefundExceedsSale
from loyalty.refusals import Refusal
from services.campaigns.cues import cue
from services.ledger.points import points_balance
from services.org.tills import Till
from services.purchases.facts import PurchaseRow
from services.purchases.recorded import Answer, Recorded, replayed
from services.purchases.refund_steps import Refunded, apply_refund
from services.shop import Shop
from storage.locks import lock_receipt, lock_receipt_no
from storage.purchases import purchase_by_id, purchase_by_receipt_no
from storage.refunds import (
    count_waiting_refunds,
    end_refund,
    insert_refund,
    keep_waiting_answer,
    refund_by_no,
    waiting_refunds,
)
from storage.transactions import transactional

log = logging.getLogger(__name__)

AHEAD_OF_CLOCK = timedelta(hours=24)
SALE_EXPECTED_WITHIN = timedelta(days=7)


class RefundFromTheFuture(Refusal):
    wording = "tills/future_refund"


@dataclass(frozen=True, slots=True)
class RefundReport:
    """What a till says of one refund: an amount of the whole, or the goods that came back."""

    refund_no: str
    receipt_no: str
    amount_fen: int | None
    lines: list[dict[str, Any]] | None
    refunded_at: datetime
    fingerprint: str


@transactional
async def record_refund(shop: Shop, till: Till, report: RefundReport) -> Recorded:
    """Store a refund and apply it, or let it wait for its sale. Raises RefundExceedsSale."""
    await lock_receipt_no(till.till_no, report.receipt_no)
    known = await refund_by_no(till.till_no, report.refund_no)
    if known is not None:
        return _told_again(known, report)
    if report.refunded_at > shop.now() + AHEAD_OF_CLOCK:
        raise RefundFromTheFuture
    refund = await _insert(shop, till, report)
    if refund is None:
        known = await refund_by_no(till.till_no, report.refund_no)
        assert known is not None, "the number is taken"
        return _told_again(known, report)
    purchase = await purchase_by_receipt_no(till.till_no, report.receipt_no)
    if purchase is None:
        answer = _waiting_answer(shop, till, refund)
        await keep_waiting_answer(refund["id"], _text(answer))
        return Recorded(answer, is_replay=False, status=202)
    await lock_receipt(till.till_no, purchase["receipt_seq"])
    # A claim may have moved it since it was read.
    purchase = await purchase_by_id(purchase["id"])
    answer = await _apply(shop, till, refund, purchase)
    return Recorded(answer, is_replay=False)


async def apply_waiting_refunds(shop: Shop, till: Till, purchase: PurchaseRow) -> PurchaseRow:
    """The sale is here: what waited for it happens now; how the purchase stands then.

    A helper for use cases that hold the receipt's locks. One that asks for more than the sale
    is refused for ever, as it would have been after the sale.
    """
    for refund in await waiting_refunds(till.till_no, purchase["receipt_no"]):
        try:
            await _apply(shop, till, refund, purchase)
        except RefundExceedsSale:
            await end_refund(refund["id"], state="refused", answer="{}")
        purchase = await purchase_by_id(purchase["id"])
    return purchase


async def refunds_waiting(shop: Shop) -> int:
    """Report refunds whose sale has not come within a week (F63); how many."""
    waiting = await count_waiting_refunds(shop.now() - SALE_EXPECTED_WITHIN)
    if waiting:
        log.warning("refunds_without_sale", extra={"facts": {"waiting": waiting}})
    return waiting


def _told_again(known: dict[str, Any], report: RefundReport) -> Recorded:
    recorded = replayed(known, report.fingerprint)
    if known["state"] == "refused":
        raise RefundExceedsSale
    return recorded


async def _insert(shop: Shop, till: Till, report: RefundReport) -> dict[str, Any] | None:
    refund_id = await insert_refund(
        till_id=till.till_no,
        refund_no=report.refund_no,
        receipt_no=report.receipt_no,
        amount_fen=report.amount_fen,
        lines=None if report.lines is None else _text(report.lines),
        state="waiting",
        refunded_at=report.refunded_at,
        fingerprint=report.fingerprint,
        recorded_at=shop.now(),
    )
    return await refund_by_no(till.till_no, report.refund_no) if refund_id else None


async def _apply(shop: Shop, till: Till, refund: dict[str, Any], purchase: PurchaseRow) -> Answer:
    refunded = await apply_refund(shop, purchase, refund)
    answer = await _answer(shop, till, refund, refunded)
    await end_refund(
        refund["id"],
        state="done",
        answer=_text(answer),
        purchase_id=purchase["id"],
        refunded_fen=refunded.fen,
    )
    member_id = refunded.purchase["member_id"]
    if member_id is not None:
        store_id = refunded.purchase["store_id"]
        await cue(shop, "refund", member_id, key=f"refund:{refund['id']}", store_id=store_id)
    return answer


async def _answer(shop: Shop, till: Till, refund: dict[str, Any], refunded: Refunded) -> Answer:
    facts: dict[str, object] = {
        "brand": shop.rules.brand_name,
        "store": till.store_name,
        "yuan": yuan_text(refunded.fen),
        "points": refunded.points,
    }
    answer: Answer = {
        "refund_id": refund["id"],
        "points_reversed": refunded.points,
        "points_debt": 0,
        "refunded_fen": refunded.fen,
        "stored_fen": refunded.stored_fen,
    }
    member_id = refunded.purchase["member_id"]
    if member_id is None:
        return {**answer, "receipt_text": shop.phrase("tills/refund", facts)}
    balance = await points_balance(shop, member_id)
    facts |= {"balance": balance.points}
    lines = [shop.phrase("tills/refund_member", facts), *_back_lines(shop, refunded)]
    if balance.debt:
        lines.append(shop.phrase("tills/debt", {"debt": balance.debt}))
    standing = {"points_debt": balance.debt, "points_balance": balance.points}
    return {**answer, **standing, "receipt_text": "\n".join(lines)}


def _back_lines(shop: Shop, refunded: Refunded) -> list[str]:
    """What came back to the member besides cash."""
    lines = []
    if points := refunded.points_returned:
        lines.append(shop.phrase("tills/refund_points", {"points": points}))
    if refunded.stored_fen:
        lines.append(shop.phrase("tills/refund_stored", {"yuan": yuan_text(refunded.stored_fen)}))
    return lines


def _waiting_answer(shop: Shop, till: Till, refund: dict[str, Any]) -> Answer:
    facts = {"brand": shop.rules.brand_name, "store": till.store_name}
    return {
        "refund_id": refund["id"],
        "state": "waiting_for_sale",
        "receipt_text": shop.phrase("tills/refund_waiting", facts),
    }


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
