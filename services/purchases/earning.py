"""Earning by purchase (消费积分): from what a till reported to points and growth on an account.

A purchase is credited once, at once or when its return period (冻结期) is over, with what its net
deserves then. Growth is counted in hundredths, one per fen of the net.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from loyalty.earning import Earning, NoPoints
from loyalty.ledger import LedgerTransaction, Unit
from loyalty.merging import MemberMerged
from loyalty.points import repay_debt
from services.campaigns.cues import follows_buying
from services.clock import day_of
from services.each import each_of
from services.ledger.points import note_activity, points_balance, transaction_of
from services.ledger.posting import post_with
from services.purchases.deserved import Deserved, deserved_by, deserved_within_the_day
from services.purchases.earners import Earner, lock_earner
from services.purchases.facts import PurchaseRow, earning_of, earning_text, purchase_key
from services.shop import Shop
from services.tiers.rungs import after_growth
from storage.instants import from_ms, to_ms
from storage.locks import lock_receipt
from storage.purchases import (
    purchase_by_id,
    purchase_change,
    purchases_due,
    update_purchase,
)
from storage.sql import Part, change_each, change_one
from storage.staff import member_of_purchase
from storage.transactions import transactional

DUE_BATCH = 200


@dataclass(frozen=True, slots=True)
class Credit:
    """`points` are on the account, or will be from `due_on` on; `repaid` of them paid a debt.
    `none` says why there are none."""

    points: int
    balance: int
    due_on: date | None = None
    repaid: int = 0
    none: NoPoints | None = None


# The change of one row that keeps what is told of a credit.
Telling = Callable[[Credit], Part]


class Credited(NamedTuple):
    """The purchase as it is then; its credit where nothing else moved the balance, and whether
    that is told already. `repaid` of its points paid a debt."""

    purchase: PurchaseRow
    credit: Credit | None = None
    is_told: bool = False
    repaid: int = 0


async def credit_purchase(
    shop: Shop, purchase: PurchaseRow, earner: Earner, *, telling: Telling | None = None
) -> Credit | None:
    """Give a purchase and what it deserves to a member, once; None when it is another member's.

    A helper for use cases that hold the receipt's lock. The member's tier of now decides boosts.
    What is `telling` of the credit is written with it.
    """
    if purchase["member_id"] not in (None, earner.member_id):
        return None
    done = Credited(purchase)
    if purchase["member_id"] is None:
        rule = earning_of(purchase, tier=earner.tier.code)
        done = await _promise_or_credit(shop, purchase, earner, rule=rule, telling=telling)
    credit = done.credit or await _credit_of(shop, done, earner.member_id)
    if telling is not None and not done.is_told:
        await change_one(telling(credit))
    return credit


async def _credit_of(shop: Shop, done: Credited, member_id: int) -> Credit:
    """What the member has of it by now: of what was credited before, less what came back."""
    purchase, due_at = done.purchase, done.purchase["credit_due_at"]
    standing = purchase["points_standing"]
    points = purchase["points"] if standing is None else standing
    return Credit(
        points,
        (await points_balance(shop, member_id)).points,
        due_on=None if due_at is None else day_of(from_ms(due_at)),
        repaid=done.repaid,
        none=None if points else (await deserved_by(purchase, earning_of(purchase))).none,
    )


async def credit_due_purchases(shop: Shop) -> int:
    """Credit what has waited through its return period; how many purchases."""
    credited, last_id = 0, 0
    while batch := await purchases_due(shop.now(), after=last_id, limit=DUE_BATCH):
        last_id = batch[-1]["id"]
        credited += await each_of(batch, partial(_credit_if_due, shop))
    return credited


@transactional
async def _credit_if_due(shop: Shop, due: dict[str, Any]) -> bool:
    """Under the receipt's lock, because a refund of it may be arriving at this moment."""
    await lock_receipt(due["till_id"], due["receipt_seq"])
    purchase = await purchase_by_id(due["id"])
    if purchase["credit_due_at"] is None:
        return False
    earner = await lock_earner(shop, purchase["member_id"])
    if await member_of_purchase(due["id"]) != earner.member_id:
        raise MemberMerged
    rule, due_at = earning_of(purchase), from_ms(purchase["credit_due_at"])
    deserved = await deserved_within_the_day(shop, earner.member_id, purchase, rule)
    # What follows buying followed when it was bought.
    await _credit(shop, earner, deserved, occurred_at=due_at, telling=None, following={})
    return True


async def _promise_or_credit(
    shop: Shop,
    purchase: PurchaseRow,
    earner: Earner,
    *,
    rule: Earning,
    telling: Telling | None,
) -> Credited:
    """Receipts above a limit wait until they can no longer be returned."""
    policy, paid_at = shop.rules.points, from_ms(purchase["paid_at"])
    following = follows_buying(shop, earner.member_id, purchase)
    due_at = paid_at + timedelta(days=policy.pending_days)
    if purchase["paid_fen"] < policy.pending_from_fen or due_at <= shop.now():
        deserved = await deserved_within_the_day(shop, earner.member_id, purchase, rule)
        return await _credit(
            shop, earner, deserved, occurred_at=paid_at, telling=telling, following=following
        )
    await change_each(following.values())
    promised = await update_purchase(
        purchase,
        member_id=earner.member_id,
        earning=earning_text(rule),
        points=(await deserved_by(purchase, rule)).reckoning.points,
        credit_due_at=to_ms(due_at),
    )
    return Credited(promised)


async def _credit(
    shop: Shop,
    earner: Earner,
    deserved: Deserved,
    *,
    occurred_at: datetime,
    telling: Telling | None,
    following: Mapping[str, Part],
) -> Credited:
    """Post what the net deserves, and keep what stands on the accounts from then on."""
    purchase, kept = deserved.purchase, deserved.kept(earner.member_id)
    await note_activity(shop, earner.accounts)
    if not any(deserved.amounts.values()):
        await change_each(following.values())
        return Credited(await update_purchase(purchase, **kept))
    growth = deserved.amounts[Unit.GROWTH]
    may_rise = growth > 0 and earner.may_rise(shop, growth)
    credit = _credit_to(earner, deserved)
    beside = {"purchase": purchase_change(purchase, kept)}
    if telling is not None and not may_rise:
        beside["telling"] = telling(credit)
    key = purchase_key(purchase["id"])
    await post_with(
        shop,
        _transaction(shop, earner, deserved, occurred_at),
        earner.accounts,
        key=key,
        occurred_at=occurred_at,
        beside=beside,
        following=following,
    )
    purchase = {**purchase, **kept}
    if may_rise and await after_growth(shop, earner.member_id, purchase_id=purchase["id"], key=key):
        return Credited(purchase, repaid=credit.repaid)
    return Credited(purchase, credit, is_told=not may_rise, repaid=credit.repaid)


def _credit_to(earner: Earner, deserved: Deserved) -> Credit:
    points = deserved.amounts[Unit.POINTS]
    repaid = repay_debt(points, earner.accounts[Unit.POINTS].debt).repaid
    return Credit(points, earner.balance_after(points), repaid=repaid, none=deserved.none)


def _transaction(
    shop: Shop, earner: Earner, deserved: Deserved, occurred_at: datetime
) -> LedgerTransaction:
    return transaction_of(
        shop,
        earner.member_id,
        deserved.amounts,
        accounts=earner.accounts,
        cause=deserved.cause(shop),
        occurred_at=occurred_at,
    )
