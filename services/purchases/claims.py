"""Receipt claims (扫小票): a person scans a signed receipt and gets its points, once for ever.

Locks are always taken in the order follower, receipt, ledger account.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loyalty.person import Person
from loyalty.receipts import (
    FoundToken,
    Receipt,
    ReceiptClaimed,
    ReceiptRefused,
    TooManyReceiptTries,
    UnverifiedReceipt,
    claim_expires_at,
    is_claimable,
    is_online_sequence,
    paid_at,
    token_in,
)
from services.counter.own_till import is_counter
from services.org.tills import Till, till_that_signed
from services.purchases.claim_limits import count_claim
from services.purchases.claim_steps import (
    RESERVED_FOR,
    ClaimAnswer,
    ClaimRow,
    credit_receipt,
    settle,
    settle_with,
)
from services.purchases.earners import Earner, lock_scanner, unclaimed_of
from services.shop import Shop
from storage.instants import from_ms
from storage.limits import RECEIPT_FAILURES, is_spent, is_within
from storage.purchases import (
    claim_of_receipt,
    insert_claim,
    new_claim,
    purchase_of_claim,
    update_claim,
)
from storage.transactions import transactional

__all__ = [
    "ClaimAnswer",
    "FoundToken",
    "ReceiptRefused",
    "check_on_its_face",
    "claim_receipt",
    "find_token",
]


@dataclass(frozen=True, slots=True)
class Scan:
    """One person's try at a receipt of this store, held with the person."""

    person: Person
    member_id: int | None
    receipt: Receipt
    store_id: int


def find_token(shop: Shop, text: str, *, is_scene: bool = False) -> FoundToken | None:
    """The receipt token a person sent or scanned; None where the text is about something else."""
    return token_in(text.strip(), link_base=shop.claim_url, is_scene=is_scene)


async def claim_receipt(
    shop: Shop, person: Person, unverified: UnverifiedReceipt | None
) -> ClaimAnswer:
    """Claim for this person. Raises ReceiptRefused with one text for every fault, ReceiptClaimed
    when somebody else was first; failures are counted, ten an hour a person."""
    subject = str(person.follower_id)
    if await is_spent(shop.cache, RECEIPT_FAILURES, subject):
        raise TooManyReceiptTries
    try:
        till = await till_that_signed(shop, unverified) if unverified else None
        if unverified is None or till is None or _is_own_counter(person, till):
            raise ReceiptRefused
        return await claim_genuine(shop, person, unverified.receipt, store_id=till.store_id)
    except ReceiptRefused:
        await is_within(shop.cache, RECEIPT_FAILURES, subject)
        raise


def _is_own_counter(person: Person, till: Till) -> bool:
    """Staff get no points for receipts their own counter writes (field-rules D11)."""
    is_here = person.store_id in (None, till.store_id)
    return person.staff_id is not None and is_here and is_counter(till)


async def check_on_its_face(shop: Shop, unverified: UnverifiedReceipt | None) -> None:
    """Raise ReceiptRefused for what no person at all could claim; writes nothing."""
    if unverified is None or await till_that_signed(shop, unverified) is None:
        raise ReceiptRefused
    _refuse_unclaimable(shop, unverified.receipt, await _purchase_of(unverified.receipt))


@transactional
async def claim_genuine(
    shop: Shop, person: Person, receipt: Receipt, *, store_id: int
) -> ClaimAnswer:
    """Claim a receipt whose signature was checked."""
    scanner = await lock_scanner(person, receipt)
    scan = Scan(person, scanner.member_id, receipt, store_id)
    purchase, earner = await unclaimed_of(shop, scanner, receipt)
    if purchase is not None:
        return await _new_claim(shop, scan, earner=earner, purchase=purchase)
    claim = await claim_of_receipt(receipt.till_no, receipt.epoch, receipt.sequence)
    if claim is None:
        purchase = await _purchase_of(receipt)
        return await _new_claim(shop, scan, earner=earner, purchase=purchase)
    member_id = scanner.member_id
    if not _is_theirs(claim, person.follower_id, member_id):
        claim = await _take_over_lapsed(shop, scan, claim)
    return await settle(shop, claim, member_id)


async def _new_claim(
    shop: Shop, scan: Scan, *, earner: Earner | None, purchase: dict[str, Any] | None
) -> ClaimAnswer:
    person, receipt, member_id = scan.person, scan.receipt, scan.member_id
    until = _refuse_unclaimable(shop, receipt, purchase)
    if purchase is None and is_online_sequence(receipt.sequence):
        # Such a token leaves only with the answer to its purchase.
        raise ReceiptRefused
    if purchase is not None and purchase["member_id"] not in (None, member_id):
        raise ReceiptClaimed
    if purchase is None or purchase["member_id"] is None:
        await _count(shop, scan, until)
    values = {
        "till_id": receipt.till_no,
        "key_epoch": receipt.epoch,
        "receipt_seq": receipt.sequence,
        "state": "reserved",
        "amount_fen": purchase["paid_fen"] if purchase else receipt.amount_fen,
        "paid_at": paid_at(receipt.minutes),
        "claimed_at": shop.now(),
        "due_at": shop.now() + RESERVED_FOR,
    }
    if earner is not None and purchase is not None:
        answer, _ = await credit_receipt(
            shop, earner, purchase, claim=lambda credited: new_claim(person, values | credited)
        )
        return answer
    claim = await insert_claim(person, **values)
    assert claim is not None, "the receipt's lock is held"
    return await settle_with(shop, claim, member_id, purchase)


async def _take_over_lapsed(shop: Shop, scan: Scan, claim: ClaimRow) -> ClaimRow:
    """A reservation whose day went by without joining is free for the next person."""
    if claim["state"] != "reserved" or from_ms(claim["due_at"]) >= shop.now():
        raise ReceiptClaimed
    receipt = scan.receipt
    await _count(shop, scan, _refuse_unclaimable(shop, receipt, await _purchase_of(receipt)))
    await update_claim(
        claim["id"],
        "reserved",
        follower_id=scan.person.follower_id,
        claimed_at=shop.now(),
        due_at=shop.now() + RESERVED_FOR,
        told=None,
    )
    taken_over = await claim_of_receipt(receipt.till_no, receipt.epoch, receipt.sequence)
    assert taken_over is not None, "it was there a moment ago"
    return taken_over


async def _count(shop: Shop, scan: Scan, until: datetime) -> None:
    await count_claim(shop, scan.person, scan.member_id, store_id=scan.store_id, until=until)


def _is_theirs(claim: ClaimRow, follower_id: int, member_id: int | None) -> bool:
    same_member = member_id is not None and claim["member_id"] == member_id
    return bool(claim["follower_id"] == follower_id or same_member)


async def _purchase_of(receipt: Receipt) -> dict[str, Any] | None:
    return await purchase_of_claim(
        receipt.till_no, receipt.epoch, receipt.sequence, paid_at(receipt.minutes)
    )


def _refuse_unclaimable(shop: Shop, receipt: Receipt, purchase: dict[str, Any] | None) -> datetime:
    """Until when it may be claimed: a reported purchase keeps the last moment its receipt was
    printed with."""
    if purchase is not None:
        until = from_ms(purchase["claim_until"])
    else:
        until = claim_expires_at(receipt.minutes, shop.rules.points.claim_days)
    if not is_claimable(receipt.minutes, shop.now(), until=until):
        raise ReceiptRefused
    return until
