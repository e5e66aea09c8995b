"""Purchases (消费): what a till reports, once per receipt number for ever.

The answer is kept with the purchase and given again, whatever happened since.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from loyalty.earning import deserved
from loyalty.receipts import claim_expires_at, minutes_at
from loyalty.refunds import NOTHING_RETURNED
from loyalty.refusals import Refusal
from services.org.tills import Till
from services.purchases.answers import claim_answer, member_answer, sequence_of
from services.purchases.categories import keep_categories
from services.purchases.claim_steps import credit_claim, void_claim
from services.purchases.earners import lock_earner
from services.purchases.earning import credit_purchase
from services.purchases.facts import earning_text, rule_of_purchase, sold
from services.purchases.payment import find_buyer, take_payment
from services.purchases.quotes import TakenQuote, take_quote
from services.purchases.recorded import Answer, Recorded, replayed
from services.purchases.refunds import apply_waiting_refunds
from services.shop import Shop
from storage.locks import lock_receipt, lock_receipt_no
from storage.purchases import (
    insert_purchase,
    keep_answer,
    purchase_by_id,
    purchase_by_receipt_no,
    unmatched_claim,
)
from storage.transactions import transactional

AHEAD_OF_CLOCK = timedelta(hours=24)


class SequenceTaken(Refusal):
    """This receipt_seq belongs to another receipt number."""

    wording = "tills/sequence_taken"
    status = 409


class PurchaseFromTheFuture(Refusal):
    wording = "tills/future_purchase"


@dataclass(frozen=True, slots=True)
class PurchaseReport:
    """What a till says of one paid basket; `fingerprint` is equal for equal JSON values."""

    receipt_no: str
    receipt_seq: int | None
    paid_at: datetime
    paid_fen: int
    lines: list[dict[str, Any]]
    member_code: str | None
    fingerprint: str
    quote_id: str | None = None


@transactional
async def record_purchase(shop: Shop, till: Till, report: PurchaseReport) -> Recorded:
    """Store a purchase and credit its member, or make the claim somebody may scan."""
    await lock_receipt_no(till.till_no, report.receipt_no)
    known = await purchase_by_receipt_no(till.till_no, report.receipt_no)
    if known is not None:
        return replayed(known, report.fingerprint)
    if report.paid_at > shop.now() + AHEAD_OF_CLOCK:
        raise PurchaseFromTheFuture
    claim = await _waiting_claim(till, report)
    quote = await _take_quote(shop, till, report)
    buyer = await find_buyer(shop, till, report.receipt_no, code=report.member_code, quote=quote)
    lines = quote.lines if quote is not None else report.lines
    purchase = await _insert(shop, till, replace(report, lines=lines), claim)
    purchase = await take_payment(shop, till, purchase, buyer, quote)
    answer = await _settle(shop, till, purchase, claim, buyer.member_id)
    await keep_answer(
        purchase["id"],
        receipt_seq=sequence_of(purchase),
        answer=json.dumps(answer, ensure_ascii=False),
    )
    await apply_waiting_refunds(shop, till, await purchase_by_id(purchase["id"]))
    return Recorded(answer, is_replay=False)


async def _waiting_claim(till: Till, report: PurchaseReport) -> dict[str, Any] | None:
    if report.receipt_seq is None:
        return None
    await lock_receipt(till.till_no, report.receipt_seq)
    return await unmatched_claim(till.till_no, till.epoch, report.receipt_seq, report.paid_at)


async def _take_quote(shop: Shop, till: Till, report: PurchaseReport) -> TakenQuote | None:
    if report.quote_id is None:
        return None
    return await take_quote(
        shop, till, report.quote_id, lines=report.lines, paid_fen=report.paid_fen
    )


async def _insert(
    shop: Shop, till: Till, report: PurchaseReport, claim: dict[str, Any] | None
) -> dict[str, Any]:
    rule = rule_of_purchase(shop, till.store_id, report.paid_at)
    sale = sold(report.paid_fen, report.lines)
    purchase_id = await insert_purchase(
        till_id=till.till_no,
        store_id=till.store_id,
        receipt_no=report.receipt_no,
        # A receipt printed under an earlier key keeps that key's epoch.
        key_epoch=claim["key_epoch"] if claim else till.epoch,
        receipt_seq=report.receipt_seq,
        paid_at=report.paid_at,
        paid_fen=report.paid_fen,
        lines=json.dumps(report.lines, ensure_ascii=False),
        points=deserved(rule, sale),
        earning=earning_text(rule),
        claim_until=claim_expires_at(minutes_at(report.paid_at), shop.rules.points.claim_days),
        fingerprint=report.fingerprint,
        recorded_at=shop.now(),
    )
    if purchase_id is None:
        # The number's lock is held, so it is the sequence that is taken.
        raise SequenceTaken
    await keep_categories(purchase_id, sale, NOTHING_RETURNED)
    return await purchase_by_id(purchase_id)


async def _settle(
    shop: Shop,
    till: Till,
    purchase: dict[str, Any],
    claim: dict[str, Any] | None,
    member_id: int | None,
) -> Answer:
    """Credit the member whose code was shown, else the one who scanned, else offer the claim."""
    waits = claim is not None and claim["state"] in ("pending", "void")
    if claim and waits and claim["member_id"] and member_id in (None, claim["member_id"]):
        # Also when the till was given up: a late upload brings what was promised.
        _, credit = await credit_claim(shop, claim, claim["member_id"], purchase)
        member_id = claim["member_id"]
    elif member_id is not None:
        if claim and claim["state"] in ("pending", "reserved"):
            # The code at the counter proves who paid; the scan was somebody else's.
            await void_claim(claim)
        credited = await credit_purchase(shop, purchase, await lock_earner(shop, member_id))
        assert credited is not None, "the purchase is new"
        credit = credited
    else:
        return claim_answer(shop, till, purchase, is_claimed=claim is not None)
    return await member_answer(shop, till, purchase, member_id=member_id, credit=credit)
