"""Receipt claims (扫小票): a person scans a signed receipt and gets its points, once for ever.

A claim is `reserved` for a follower who has yet to join, `pending` until the till has reported
the purchase, `credited`, or `void` when the till never did. Locks are always taken in the order
follower, receipt, ledger account.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from loyalty.money import yuan_text
from loyalty.person import Person
from loyalty.receipts import (
    FoundToken,
    Receipt,
    ReceiptClaimed,
    ReceiptRefused,
    TooManyReceiptTries,
    UnverifiedReceipt,
    is_claimable,
    is_online_sequence,
    paid_at,
    token_in,
)
from services.earning import credit_purchase, points_of_amount
from services.points import points_balance
from services.shop import Shop
from services.tills import till_that_signed
from storage.instants import from_ms
from storage.limits import RECEIPT_FAILURES, is_spent, is_within
from storage.locks import lock_receipt
from storage.people import lock_follower
from storage.purchases import (
    claim_of_receipt,
    claims_before_joining,
    insert_claim,
    overdue_claims,
    purchase_of_claim,
    update_claim,
    void_overdue_claim,
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

RESERVED_FOR = timedelta(hours=24)
PENDING_FOR = timedelta(hours=72)

ClaimRow = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """What the person is told; the same again however often the receipt is scanned."""

    state: str
    points: int
    amount_fen: int
    balance: int = 0
    until: str = ""

    def as_text(self) -> str:
        return json.dumps([self.state, self.points, self.amount_fen, self.balance, self.until])

    def facts(self) -> dict[str, object]:
        return {
            "points": self.points,
            "yuan": yuan_text(self.amount_fen),
            "balance": self.balance,
            "until": self.until,
        }


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
        if unverified is None or await till_that_signed(shop, unverified) is None:
            raise ReceiptRefused
        return await claim_genuine(shop, person, unverified.receipt)
    except ReceiptRefused:
        await is_within(shop.cache, RECEIPT_FAILURES, subject)
        raise


async def check_on_its_face(shop: Shop, unverified: UnverifiedReceipt | None) -> None:
    """Raise ReceiptRefused for what no person at all could claim; writes nothing."""
    if unverified is None or await till_that_signed(shop, unverified) is None:
        raise ReceiptRefused
    _refuse_unclaimable(shop, unverified.receipt)


@transactional
async def claim_genuine(shop: Shop, person: Person, receipt: Receipt) -> ClaimAnswer:
    """Claim a receipt whose signature was checked."""
    member_id = await lock_follower(person.follower_id)
    await lock_receipt(receipt.till_no, receipt.sequence)
    claim = await claim_of_receipt(receipt.till_no, receipt.epoch, receipt.sequence)
    if claim is None:
        claim = await _new_claim(shop, person, receipt, member_id)
    elif not _is_theirs(claim, person.follower_id, member_id):
        claim = await _take_over_lapsed(shop, person, receipt, claim)
    return await settle(shop, claim, member_id)


async def settle(shop: Shop, claim: ClaimRow, member_id: int | None) -> ClaimAnswer:
    """Move a claim as far as it can go now, and say how far that is.

    A helper for use cases that hold the receipt's lock.
    """
    if claim["state"] in ("credited", "void"):
        return _told(claim)
    if member_id is None:
        return await _reserve(shop, claim)
    purchase = await purchase_of_claim(
        claim["till_id"], claim["key_epoch"], claim["receipt_seq"], from_ms(claim["paid_at"])
    )
    if purchase is None:
        return await _wait_for_upload(shop, claim, member_id)
    return await credit_claim(shop, claim, member_id, purchase)


async def credit_claim(
    shop: Shop, claim: ClaimRow, member_id: int, purchase: dict[str, Any]
) -> ClaimAnswer:
    """Credit what the till reported: its amount counts, whatever the token said."""
    credit = await credit_purchase(shop, purchase, member_id)
    if credit is None:
        raise ReceiptClaimed
    answer = ClaimAnswer("credited", credit.points, purchase["paid_fen"], credit.balance)
    await update_claim(
        claim["id"],
        claim["state"],
        state="credited",
        member_id=member_id,
        purchase_id=purchase["id"],
        points=credit.points,
        told=answer.as_text(),
        due_at=None,
    )
    return answer


async def settle_reserved(
    shop: Shop, follower_id: int, member_id: int, joined_at: datetime
) -> list[ClaimAnswer]:
    """At joining: what the follower scanned within the last day is credited by itself."""
    answers = []
    for claim in await claims_before_joining(follower_id, joined_at, shop.now()):
        await lock_receipt(claim["till_id"], claim["receipt_seq"])
        try:
            answers.append(await settle(shop, claim, member_id))
        except ReceiptClaimed:
            # Another member's after all: that must not keep anybody from joining.
            await void_claim(claim)
    return answers


async def void_claim(claim: ClaimRow) -> None:
    """A helper for use cases that hold the receipt's lock."""
    await update_claim(claim["id"], claim["state"], state="void", points=0, due_at=None)


async def void_overdue(shop: Shop) -> int:
    """Pending claims whose till stayed silent are void; how many."""
    voided = 0
    for claim in await overdue_claims(shop.now()):
        voided += await _void_if_overdue(shop, claim)
    return voided


@transactional
async def _void_if_overdue(shop: Shop, claim: ClaimRow) -> bool:
    """Under the receipt's lock, because its upload may be arriving at this moment."""
    await lock_receipt(claim["till_id"], claim["receipt_seq"])
    return await void_overdue_claim(claim["id"], shop.now())


async def _new_claim(
    shop: Shop, person: Person, receipt: Receipt, member_id: int | None
) -> ClaimRow:
    _refuse_unclaimable(shop, receipt)
    purchase = await purchase_of_claim(
        receipt.till_no, receipt.epoch, receipt.sequence, paid_at(receipt.minutes)
    )
    if purchase is None and is_online_sequence(receipt.sequence):
        # Such a token leaves only with the answer to its purchase.
        raise ReceiptRefused
    if purchase is not None and purchase["member_id"] not in (None, member_id):
        raise ReceiptClaimed
    claim_id = await insert_claim(
        person,
        till_id=receipt.till_no,
        key_epoch=receipt.epoch,
        receipt_seq=receipt.sequence,
        state="reserved",
        amount_fen=purchase["paid_fen"] if purchase else receipt.amount_fen,
        paid_at=paid_at(receipt.minutes),
        claimed_at=shop.now(),
        due_at=shop.now() + RESERVED_FOR,
    )
    assert claim_id is not None, "the receipt's lock is held"
    return await _read_again(receipt)


async def _take_over_lapsed(
    shop: Shop, person: Person, receipt: Receipt, claim: ClaimRow
) -> ClaimRow:
    """A reservation whose day went by without joining is free for the next person."""
    if claim["state"] != "reserved" or from_ms(claim["due_at"]) >= shop.now():
        raise ReceiptClaimed
    _refuse_unclaimable(shop, receipt)
    await update_claim(
        claim["id"],
        "reserved",
        follower_id=person.follower_id,
        claimed_at=shop.now(),
        due_at=shop.now() + RESERVED_FOR,
        told=None,
    )
    return await _read_again(receipt)


async def _read_again(receipt: Receipt) -> ClaimRow:
    claim = await claim_of_receipt(receipt.till_no, receipt.epoch, receipt.sequence)
    assert claim is not None
    return claim


async def _reserve(shop: Shop, claim: ClaimRow) -> ClaimAnswer:
    until = from_ms(claim["due_at"])
    if until < shop.now():
        until = shop.now() + RESERVED_FOR
        await update_claim(claim["id"], "reserved", due_at=until)
    return ClaimAnswer("reserved", 0, claim["amount_fen"], until=_clock_text(shop, until))


async def _wait_for_upload(shop: Shop, claim: ClaimRow, member_id: int) -> ClaimAnswer:
    if claim["state"] == "pending":
        return _told(claim)
    points = points_of_amount(shop, claim["amount_fen"])
    balance = await points_balance(shop, member_id)
    answer = ClaimAnswer("pending", points, claim["amount_fen"], balance.points)
    await update_claim(
        claim["id"],
        claim["state"],
        state="pending",
        member_id=member_id,
        points=points,
        told=answer.as_text(),
        due_at=shop.now() + PENDING_FOR,
    )
    return answer


def _told(claim: ClaimRow) -> ClaimAnswer:
    if claim["state"] == "void":
        return ClaimAnswer("void", 0, claim["amount_fen"])
    return ClaimAnswer(*json.loads(claim["told"]))


def _is_theirs(claim: ClaimRow, follower_id: int, member_id: int | None) -> bool:
    same_member = member_id is not None and claim["member_id"] == member_id
    return bool(claim["follower_id"] == follower_id or same_member)


def _refuse_unclaimable(shop: Shop, receipt: Receipt) -> None:
    if not is_claimable(receipt.minutes, shop.now(), claim_days=shop.rules.points.claim_days):
        raise ReceiptRefused


def _clock_text(shop: Shop, instant: datetime) -> str:
    return shop.clock.local(instant).strftime("%m-%d %H:%M")
