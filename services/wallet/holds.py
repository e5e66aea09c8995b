"""Holds (冻结): stored value kept for a receipt, until the till ends it or it is overdue.

The same receipt again is answered as it was answered first.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from loyalty.refusals import Refusal
from loyalty.wallet import shares_of_payment
from services.each import each_of
from services.ledger.posting import lock_accounts
from services.org.tills import Till
from services.purchases.member_codes import read_code, use_code
from services.purchases.recorded import Answer, Recorded, replayed
from services.shop import Shop
from services.wallet.hold_consents import ask_member
from services.wallet.hold_steps import WALLET_UNITS, pairs_of, release_overdue, reserve
from storage.holds import (
    hold_of_receipt,
    insert_hold,
    is_paid,
    keep_hold_answer,
    overdue_holds,
)
from storage.locks import lock_receipt_no
from storage.transactions import transactional

SWEEP = 200


class ReceiptPaid(Refusal):
    """The purchase of this receipt has arrived; nothing can be held for it any more."""

    wording = "tills/receipt_paid"
    status = 409


@dataclass(frozen=True, slots=True)
class HoldRequest:
    """`fingerprint` is equal for equal JSON values."""

    receipt_no: str
    member_code: str
    amount_fen: int
    fingerprint: str


@transactional
async def hold(shop: Shop, till: Till, request: HoldRequest) -> Recorded:
    """Keep an amount of the code's member for this receipt."""
    await lock_receipt_no(till.till_no, request.receipt_no)
    known = await hold_of_receipt(till.till_no, request.receipt_no)
    if known is not None:
        return replayed(known, request.fingerprint)
    if await is_paid(till.till_no, request.receipt_no):
        raise ReceiptPaid
    reading = read_code(shop, request.member_code)
    member_id = await use_code(shop, reading, till, purpose="hold", reference=request.receipt_no)
    accounts = await lock_accounts(member_id, WALLET_UNITS)
    await release_overdue(shop, member_id, accounts)
    shares = shares_of_payment(await pairs_of(accounts), request.amount_fen, shop.today())
    hold_id, answer = await _insert(shop, till, request, member_id=member_id)
    await reserve(hold_id, shares, accounts)
    if answer["state"] == "awaiting_member":
        await ask_member(shop, till, hold_id, member_id=member_id, amount_fen=request.amount_fen)
    await keep_hold_answer(hold_id, json.dumps(answer, ensure_ascii=False))
    return Recorded(answer, is_replay=False)


async def _insert(
    shop: Shop, till: Till, request: HoldRequest, *, member_id: int
) -> tuple[int, Answer]:
    awaits_member = request.amount_fen > shop.rules.wallet.confirm_above_fen
    expires_at = shop.now() + timedelta(minutes=shop.rules.wallet.hold_minutes)
    hold_id = await insert_hold(
        till_id=till.till_no,
        receipt_no=request.receipt_no,
        member_id=member_id,
        amount_fen=request.amount_fen,
        state="open",
        awaits_member=awaits_member,
        expires_at=expires_at,
        fingerprint=request.fingerprint,
        recorded_at=shop.now(),
    )
    assert hold_id is not None, "the receipt number is locked"
    return hold_id, {
        "hold_id": hold_id,
        "state": "awaiting_member" if awaits_member else "open",
        "amount_fen": request.amount_fen,
        "expires_at": shop.clock.local(expires_at).isoformat(timespec="seconds"),
    }


async def expire_holds(shop: Shop) -> int:
    """Free what overdue holds keep; how many there were."""
    ended, last_id = 0, 0
    while batch := await overdue_holds(shop.now(), after_id=last_id, limit=SWEEP):
        members = sorted({found["member_id"] for found in batch})
        await each_of(members, partial(_expire_of_one, shop))
        ended, last_id = ended + len(batch), batch[-1]["id"]
    return ended


async def _expire_of_one(shop: Shop, member_id: int) -> bool:
    await expire_holds_of(shop, member_id)
    return True


@transactional
async def expire_holds_of(shop: Shop, member_id: int) -> None:
    await release_overdue(shop, member_id, await lock_accounts(member_id, WALLET_UNITS))
