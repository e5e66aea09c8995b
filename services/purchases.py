"""Purchases (消费): what a till reports, once per receipt number for ever.

The answer is kept with the purchase and given again, whatever happened since.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from loyalty.people import mask_name
from loyalty.receipts import (
    Receipt,
    claim_expires_at,
    minutes_at,
    online_sequence,
    sign_receipt,
)
from loyalty.refusals import Refusal
from services.claim_steps import credit_claim, void_claim
from services.details import member_name
from services.earning import Credit, credit_purchase, points_of_purchase
from services.member_codes import read_code, use_code
from services.recorded import Answer, Recorded, replayed
from services.shop import Shop
from services.tills import Till
from storage.instants import from_ms
from storage.locks import lock_receipt
from storage.models import Member
from storage.purchases import (
    insert_purchase,
    keep_answer,
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


@transactional
async def record_purchase(shop: Shop, till: Till, report: PurchaseReport) -> Recorded:
    """Store a purchase and credit its member, or make the claim somebody may scan."""
    known = await purchase_by_receipt_no(till.till_no, report.receipt_no)
    if known is not None:
        return replayed(known, report.fingerprint)
    if report.paid_at > shop.now() + AHEAD_OF_CLOCK:
        raise PurchaseFromTheFuture
    claim = await _waiting_claim(till, report)
    member_id = await _member_of_code(shop, till, report)
    purchase = await _insert(shop, till, report, claim)
    if purchase is None:
        known = await purchase_by_receipt_no(till.till_no, report.receipt_no)
        if known is None:
            raise SequenceTaken
        return replayed(known, report.fingerprint)
    answer = await _settle(shop, till, purchase, claim, member_id)
    await keep_answer(
        purchase["id"],
        receipt_seq=_sequence(purchase),
        answer=json.dumps(answer, ensure_ascii=False),
    )
    return Recorded(answer, is_replay=False)


async def _waiting_claim(till: Till, report: PurchaseReport) -> dict[str, Any] | None:
    if report.receipt_seq is None:
        return None
    await lock_receipt(till.till_no, report.receipt_seq)
    return await unmatched_claim(till.till_no, till.epoch, report.receipt_seq, report.paid_at)


async def _member_of_code(shop: Shop, till: Till, report: PurchaseReport) -> int | None:
    if report.member_code is None:
        return None
    reading = read_code(shop, report.member_code)
    return await use_code(shop, reading, till, purpose="purchase", reference=report.receipt_no)


async def _insert(
    shop: Shop, till: Till, report: PurchaseReport, claim: dict[str, Any] | None
) -> dict[str, Any] | None:
    purchase_id = await insert_purchase(
        till_id=till.till_no,
        receipt_no=report.receipt_no,
        # A receipt printed under an earlier key keeps that key's epoch.
        key_epoch=claim["key_epoch"] if claim else till.epoch,
        receipt_seq=report.receipt_seq,
        paid_at=report.paid_at,
        paid_fen=report.paid_fen,
        lines=json.dumps(report.lines, ensure_ascii=False),
        points=points_of_purchase(shop, report.paid_fen, report.lines),
        claim_until=claim_expires_at(minutes_at(report.paid_at), shop.rules.points.claim_days),
        fingerprint=report.fingerprint,
        recorded_at=shop.now(),
    )
    if purchase_id is None:
        return None
    return await purchase_by_receipt_no(till.till_no, report.receipt_no)


async def _settle(
    shop: Shop,
    till: Till,
    purchase: dict[str, Any],
    claim: dict[str, Any] | None,
    member_id: int | None,
) -> Answer:
    """Credit the member whose code was shown, else the one who scanned, else offer the claim."""
    state = claim["state"] if claim else ""
    if claim and state == "pending" and member_id in (None, claim["member_id"]):
        told = await credit_claim(shop, claim, claim["member_id"], purchase)
        credit = Credit(told.points, told.balance)
        return await _member_answer(shop, till, purchase, claim["member_id"], credit)
    if member_id is not None:
        if claim and state in ("pending", "reserved"):
            # The code at the counter proves who paid; the scan was somebody else's.
            await void_claim(claim)
        credited = await credit_purchase(shop, purchase, member_id)
        assert credited is not None, "the purchase is new"
        return await _member_answer(shop, till, purchase, member_id, credited)
    return _claim_answer(shop, till, purchase, is_claimed=claim is not None)


async def _member_answer(
    shop: Shop, till: Till, purchase: dict[str, Any], member_id: int, credit: Credit
) -> Answer:
    member = await Member.get(id=member_id)
    facts = {
        "brand": shop.rules.brand_name,
        "store": till.store_name,
        "member_no": member.member_no,
        "points": credit.points,
        "balance": credit.balance,
    }
    return {
        "purchase_id": purchase["id"],
        "member": {
            "member_no": member.member_no,
            "name_masked": mask_name(member_name(shop, member)),
            "tier": shop.rules.base_tier,
        },
        "points_earned": credit.points,
        "points_balance": credit.balance,
        "receipt_text": shop.phrase("tills/receipt_member", facts),
    }


def _claim_answer(shop: Shop, till: Till, purchase: dict[str, Any], *, is_claimed: bool) -> Answer:
    points, days = purchase["points"], shop.rules.points.claim_days
    facts = {
        "brand": shop.rules.brand_name,
        "store": till.store_name,
        "points": points,
        "days": days,
    }
    answer = {
        "purchase_id": purchase["id"],
        "points_earned": points,
        "receipt_text": shop.phrase("tills/receipt_claim", facts),
    }
    return answer if is_claimed else {**answer, "claim": _claim(shop, till, purchase)}


def _claim(shop: Shop, till: Till, purchase: dict[str, Any]) -> dict[str, str]:
    minutes = minutes_at(from_ms(purchase["paid_at"]))
    receipt = Receipt(
        epoch=till.epoch,
        till_no=till.till_no,
        sequence=_sequence(purchase),
        minutes=minutes,
        amount_fen=purchase["paid_fen"],
    )
    token = sign_receipt(
        receipt, till.key, brand=shop.rules.brand_code, environment=shop.environment
    )
    expires_at = shop.clock.local(from_ms(purchase["claim_until"]))
    return {
        "token": token,
        "url": shop.claim_url + token,
        "qr_url": f"{shop.claim_url}{token}.png",
        "expires_at": expires_at.isoformat(),
    }


def _sequence(purchase: dict[str, Any]) -> int:
    """The till's own sequence, else one that tills do not use."""
    own: int | None = purchase["receipt_seq"]
    return online_sequence(purchase["id"]) if own is None else own
