"""Earning by purchase (消费积分): from what a till reported to points and growth on an account.

A purchase is credited once, at once or when its return period (冻结期) is over, with what its net
deserves then. Growth is counted in hundredths, one per fen of the net.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from loyalty.earning import Reckoning, reckon
from loyalty.ledger import Unit
from loyalty.money import yuan_text
from loyalty.refunds import NOTHING_RETURNED
from services.clock import day_of
from services.ledger import lock_accounts
from services.points import earn_amounts, points_balance
from services.purchase_facts import (
    PurchaseRow,
    day_counter,
    earning_of,
    earning_text,
    facts_of_purchase,
    purchase_key,
    returned_of,
    sale_of,
)
from services.shop import Shop
from services.tiers import UNITS_OF_A_RISE, after_growth, tier_of
from storage.counters import take_what_is_left
from storage.instants import from_ms, to_ms
from storage.locks import lock_receipt
from storage.purchases import purchase_by_id, purchases_due, update_purchase
from storage.transactions import transactional

DUE_BATCH = 200
# The purchase as it is then, and what its member may spend where nothing else moved it.
Credited = tuple[PurchaseRow, int | None]


@dataclass(frozen=True, slots=True)
class Credit:
    """`points` are on the account, or will be from `due_on` on."""

    points: int
    balance: int
    due_on: date | None = None


async def credit_purchase(shop: Shop, purchase: PurchaseRow, member_id: int) -> Credit | None:
    """Give a purchase and what it deserves to a member, once; None when it is another member's.

    A helper for use cases that hold the receipt's lock. The member's tier of now decides boosts.
    """
    if purchase["member_id"] not in (None, member_id):
        return None
    balance = None
    if purchase["member_id"] is None:
        changes = {"member_id": member_id, "earning": await _rule_for(shop, purchase, member_id)}
        purchase, balance = await _promise_or_credit(shop, purchase, changes)
    if balance is None:
        balance = (await points_balance(shop, member_id)).points
    due_at = purchase["credit_due_at"]
    due_on = None if due_at is None else day_of(from_ms(due_at))
    return Credit(purchase["points"], balance, due_on)


async def _rule_for(shop: Shop, purchase: PurchaseRow, member_id: int) -> str:
    """Where nothing is boosted nobody's tier matters."""
    rule = earning_of(purchase)
    if not rule.boosts:
        return str(purchase["earning"])
    return earning_text(replace(rule, tier=(await tier_of(shop, member_id)).code))


async def credit_due_purchases(shop: Shop) -> int:
    """Credit what has waited through its return period; how many purchases."""
    credited, last_id = 0, 0
    while batch := await purchases_due(shop.now(), after=last_id, limit=DUE_BATCH):
        last_id = batch[-1]["id"]
        for due in batch:
            credited += await _credit_if_due(shop, due)
    return credited


@transactional
async def _credit_if_due(shop: Shop, due: dict[str, Any]) -> bool:
    """Under the receipt's lock, because a refund of it may be arriving at this moment."""
    await lock_receipt(due["till_id"], due["receipt_seq"])
    purchase = await purchase_by_id(due["id"])
    if purchase["credit_due_at"] is None:
        return False
    await _credit(shop, purchase, {}, occurred_at=from_ms(purchase["credit_due_at"]))
    return True


async def _promise_or_credit(
    shop: Shop, purchase: PurchaseRow, changes: dict[str, Any]
) -> Credited:
    """Receipts above a limit wait until they can no longer be returned."""
    policy, paid_at = shop.rules.points, from_ms(purchase["paid_at"])
    due_at = paid_at + timedelta(days=policy.pending_days)
    if purchase["paid_fen"] < policy.pending_from_fen or due_at <= shop.now():
        return await _credit(shop, purchase, changes, occurred_at=paid_at)
    promised = (await _reckoned({**purchase, **changes})).points
    changes |= {"points": promised, "credit_due_at": to_ms(due_at)}
    return await update_purchase(purchase, **changes), None


async def _credit(
    shop: Shop, purchase: PurchaseRow, changes: dict[str, Any], *, occurred_at: datetime
) -> Credited:
    """Post what the net deserves, and keep what stands on the accounts from then on."""
    owned = await _with_day_allowance(shop, {**purchase, **changes})
    reckoning = await _reckoned(owned)
    growth = purchase["paid_fen"] - purchase["refunded_fen"]
    key = purchase_key(purchase["id"])
    cause = {
        "what": "purchase",
        **facts_of_purchase(shop, purchase),
        "yuan": yuan_text(purchase["paid_fen"]),
        "net_fen": growth,
        **reckoning.facts(earning_of(owned)),
    }
    amounts = {Unit.POINTS: reckoning.points, Unit.GROWTH: growth}
    member_id = owned["member_id"]
    balance = await earn_amounts(
        shop, member_id, amounts, key=key, cause=cause, occurred_at=occurred_at, is_new=True
    )
    credited = await update_purchase(
        purchase,
        member_id=member_id,
        earning=owned["earning"],
        points=reckoning.points,
        points_standing=reckoning.points,
        growth_standing=growth,
        credit_due_at=None,
    )
    if growth and await after_growth(shop, member_id, purchase_id=purchase["id"], key=key):
        return credited, None
    return credited, balance


async def _with_day_allowance(shop: Shop, purchase: PurchaseRow) -> PurchaseRow:
    """What the limit of the purchase's day leaves is kept with it."""
    limit = shop.rules.points.cap_per_day
    if limit is None:
        return purchase
    await lock_accounts(purchase["member_id"], UNITS_OF_A_RISE)
    wanted = (await _reckoned(purchase)).points
    granted = await take_what_is_left(day_counter(purchase), wanted, limit)
    rule = replace(earning_of(purchase), day_allowance=granted)
    return {**purchase, "earning": earning_text(rule)}


async def _reckoned(purchase: PurchaseRow) -> Reckoning:
    returned = await returned_of(purchase) if purchase["refunded_fen"] else NOTHING_RETURNED
    return reckon(earning_of(purchase), sale_of(purchase), returned)
