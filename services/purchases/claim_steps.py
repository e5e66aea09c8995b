"""The life of a claim (领取进度): reserved → pending → credited, or void.

A claim is `reserved` for a follower who has yet to join, `pending` until the till has reported
the purchase, `credited`, or `void` while the till has not done so in time: a report that comes
after all credits it. Whoever moves one holds the receipt's lock.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from loyalty.earning import NoPoints
from loyalty.money import yuan_text
from loyalty.receipts import ReceiptClaimed
from services.each import each_of
from services.ledger.points import points_balance
from services.purchases.earners import Earner, lock_earner
from services.purchases.earning import Credit, credit_purchase
from services.purchases.facts import estimated
from services.shop import Shop
from storage.instants import from_ms
from storage.locks import lock_receipt
from storage.purchases import (
    claim_change,
    claims_before_joining,
    overdue_claims,
    purchase_of_claim,
    update_claim,
    void_overdue_claim,
)
from storage.sql import Part
from storage.transactions import transactional

log = logging.getLogger(__name__)

RESERVED_FOR = timedelta(hours=24)
PENDING_FOR = timedelta(hours=72)

ClaimRow = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """What the person is told; the same again however often the receipt is scanned.

    `repaid` of the points paid a debt; `none` says why there are none. `grounds` are what an
    estimate came from.
    """

    state: str
    points: int
    amount_fen: int
    balance: int = 0
    until: str = ""
    repaid: int = 0
    none: str = NoPoints.SMALL
    grounds: Mapping[str, object] = field(default_factory=dict, compare=False)

    @property
    def wording(self) -> str:
        """Which sentence tells it: a receipt of a few fen earns nothing, a large one later."""
        if self.state != "credited":
            return self.state
        if not self.points:
            return "credited_nothing"
        return "credited_later" if self.until else "credited"

    def as_text(self) -> str:
        return json.dumps([getattr(self, name) for name in self.__slots__])

    def facts(self, shop: Shop) -> dict[str, object]:
        repaid = shop.phrase("claims/repaid", {"points": self.repaid}) if self.repaid else ""
        return {
            "because": shop.phrase(f"claims/because_{self.none}", {}),
            "repaid": repaid,
            "points": self.points,
            "yuan": yuan_text(self.amount_fen),
            "balance": self.balance,
            "until": self.until,
        }


async def settle(shop: Shop, claim: ClaimRow, member_id: int | None) -> ClaimAnswer:
    """Move a claim as far as it can go now, and say how far that is.

    A helper for use cases that hold the receipt's lock.
    """
    if claim["state"] == "credited":
        return _told(claim)
    purchase = await purchase_of_claim(
        claim["till_id"], claim["key_epoch"], claim["receipt_seq"], from_ms(claim["paid_at"])
    )
    if claim["state"] == "void" and not _is_of(purchase, member_id):
        return _told(claim)
    return await settle_with(shop, claim, member_id, purchase)


def _is_of(purchase: dict[str, Any] | None, member_id: int | None) -> bool:
    """Whether the till has reported the purchase with this member's own code. Raises
    ReceiptClaimed where the code was another member's."""
    if purchase is None or purchase["member_id"] is None:
        return False
    if purchase["member_id"] != member_id:
        raise ReceiptClaimed
    return True


async def settle_with(
    shop: Shop, claim: ClaimRow, member_id: int | None, purchase: dict[str, Any] | None
) -> ClaimAnswer:
    """Move an open claim whose purchase was just looked for."""
    if member_id is None:
        return await _reserve(shop, claim)
    if purchase is None:
        return await _wait_for_upload(shop, claim, member_id)
    answer, _ = await credit_claim(shop, claim, member_id, purchase)
    return answer


async def credit_claim(
    shop: Shop, claim: ClaimRow, member_id: int, purchase: dict[str, Any]
) -> tuple[ClaimAnswer, Credit]:
    """Credit what the till reported: its amount counts, whatever the token said."""
    earner = await lock_earner(shop, member_id)
    was = claim["state"]
    answer, credit = await credit_receipt(
        shop, earner, purchase, claim=lambda credited: claim_change(claim["id"], was, credited)
    )
    if claim["amount_fen"] != purchase["paid_fen"]:
        facts = {"claim": claim["id"], "token_fen": claim["amount_fen"]}
        log.warning("claim_amount_differs", extra={"facts": facts})
    return answer, credit


async def credit_receipt(
    shop: Shop,
    earner: Earner,
    purchase: dict[str, Any],
    *,
    claim: Callable[[dict[str, Any]], Part],
) -> tuple[ClaimAnswer, Credit]:
    """Credit the purchase of a claim, and write the claim with what it holds from then on.

    A helper for use cases that hold the receipt's lock. Raises ReceiptClaimed.
    """
    credit = await credit_purchase(
        shop, purchase, earner, telling=lambda credit: claim(_credited(earner, purchase, credit))
    )
    if credit is None:
        raise ReceiptClaimed
    return _answer(purchase, credit), credit


def _answer(purchase: dict[str, Any], credit: Credit) -> ClaimAnswer:
    until = credit.due_on.isoformat() if credit.due_on else ""
    net_fen = purchase["paid_fen"] - purchase["refunded_fen"]
    return ClaimAnswer(
        "credited",
        credit.points,
        net_fen or purchase["paid_fen"],
        credit.balance,
        until,
        repaid=credit.repaid,
        none=credit.none or NoPoints.SMALL,
    )


def _credited(earner: Earner, purchase: dict[str, Any], credit: Credit) -> dict[str, Any]:
    return {
        "state": "credited",
        "member_id": earner.member_id,
        "purchase_id": purchase["id"],
        # Points that wait for the return period stand with the purchase.
        "points": 0 if credit.due_on else credit.points,
        "told": _answer(purchase, credit).as_text(),
        "due_at": None,
    }


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
    return await each_of(await overdue_claims(shop.now()), partial(_void_if_overdue, shop))


@transactional
async def _void_if_overdue(shop: Shop, claim: ClaimRow) -> bool:
    """Under the receipt's lock, because its upload may be arriving at this moment."""
    await lock_receipt(claim["till_id"], claim["receipt_seq"])
    return await void_overdue_claim(claim["id"], shop.now())


async def _reserve(shop: Shop, claim: ClaimRow) -> ClaimAnswer:
    until = from_ms(claim["due_at"])
    if until < shop.now():
        until = shop.now() + RESERVED_FOR
        await update_claim(claim["id"], "reserved", due_at=until)
    return ClaimAnswer("reserved", 0, claim["amount_fen"], until=_clock_text(shop, until))


async def _wait_for_upload(shop: Shop, claim: ClaimRow, member_id: int) -> ClaimAnswer:
    if claim["state"] == "pending":
        return _told(claim)
    points, grounds = estimated(shop, claim["amount_fen"])
    balance = await points_balance(shop, member_id)
    answer = ClaimAnswer("pending", points, claim["amount_fen"], balance.points, grounds=grounds)
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


def _clock_text(shop: Shop, instant: datetime) -> str:
    return shop.clock.local(instant).strftime("%Y-%m-%d %H:%M")
