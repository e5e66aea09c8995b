"""Awaited points (待到账): points told and not yet on the account, and a receipt as it was told.

A claim keeps what its estimate came from, a purchase the rule it will be credited by: the rules of
today explain neither.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from loyalty.earning import reckon
from loyalty.receipts import Receipt
from services.clock import day_of
from services.ledger.explaining import Movement, movement_of
from services.purchases.claim_steps import ClaimAnswer, ClaimRow
from services.purchases.facts import (
    PurchaseRow,
    earning_of,
    purchase_key,
    returned_of,
    sale_of,
)
from services.purchases.refund_steps import refund_key
from storage.explanations import pending_claims, waiting_purchases
from storage.instants import from_ms
from storage.purchases import claim_of_receipt, purchase_by_id
from storage.refunds import refunds_of

MOST = 3


@dataclass(frozen=True, slots=True)
class AwaitedPoints:
    """`paid_fen` is what was paid less what came back; without `due_on` the till's upload is
    awaited, unless `is_settled`: then no more will come of it."""

    day: date
    paid_fen: int
    points: int
    facts: Mapping[str, object]
    due_on: date | None = None
    is_settled: bool = False


def receipt_reference(receipt: Receipt) -> list[int]:
    """By what a claim is found again."""
    return [receipt.till_no, receipt.epoch, receipt.sequence]


async def awaited_points(member_id: int) -> list[AwaitedPoints]:
    """Those that come next: what awaits its upload, then what waits through its return period."""
    claimed = [_of_claim(claim) for claim in await pending_claims(member_id, MOST)]
    waiting = await waiting_purchases(member_id, MOST)
    return [*claimed, *[await _of_purchase(purchase) for purchase in waiting]][:MOST]


async def receipt_told(member_id: int, reference: list[int]) -> list[Movement | AwaitedPoints]:
    """What became of a receipt this member has claimed, and of its refunds; none of any other."""
    claim = await claim_of_receipt(*reference)
    if claim is None or claim["member_id"] != member_id:
        return []
    if claim["state"] == "pending":
        return [_of_claim(claim)]
    if claim["purchase_id"] is None:
        return []
    purchase = await purchase_by_id(claim["purchase_id"])
    keys = [refund_key(refund["id"]) for refund in await refunds_of(purchase["id"])]
    posted = [await movement_of(member_id, key) for key in (purchase_key(purchase["id"]), *keys)]
    return [move for move in posted if move is not None] or [await _of_purchase(purchase)]


def _of_claim(claim: ClaimRow) -> AwaitedPoints:
    told = ClaimAnswer(*json.loads(claim["told"]))
    paid_on = day_of(from_ms(claim["paid_at"]))
    return AwaitedPoints(paid_on, claim["amount_fen"], claim["points"], told.grounds)


async def _of_purchase(purchase: PurchaseRow) -> AwaitedPoints:
    rule, net_fen = earning_of(purchase), purchase["paid_fen"] - purchase["refunded_fen"]
    reckoning = reckon(rule, sale_of(purchase), await returned_of(purchase))
    due_at = purchase["credit_due_at"]
    return AwaitedPoints(
        day_of(from_ms(purchase["paid_at"])),
        net_fen,
        purchase["points"],
        {
            **reckoning.facts(rule),
            "net_fen": net_fen,
            "refunded_fen": purchase["refunded_fen"],
        },
        due_on=None if due_at is None else day_of(from_ms(due_at)),
        is_settled=due_at is None,
    )
