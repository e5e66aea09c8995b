"""What a refund moves (退货明细): back to the sources of the money, and back from the member.

All of these are helpers for use cases that hold the locks of the receipt.
"""

from dataclasses import dataclass
from typing import Any

from loyalty.earning import reckon
from loyalty.ledger import Unit, reverse_earning
from loyalty.merging import MemberMerged
from loyalty.money import yuan_text
from loyalty.points import claw_back
from loyalty.refunds import (
    Returned,
    Sale,
    is_all_returned,
    points_to_take,
    refunded_fen,
    share_of,
)
from services.campaigns.returns import take_back_gifts
from services.coupons.uses import return_coupons
from services.ledger.points import note_activity, return_points
from services.ledger.posting import LockedAccounts, lock_accounts, post
from services.purchases.categories import keep_categories
from services.purchases.facts import (
    PurchaseRow,
    day_counter,
    earning_of,
    facts_of_purchase,
    purchase_key,
    returned_by,
    returned_of,
    sale_of,
)
from services.shop import Shop
from services.tiers.rungs import after_return
from services.wallet.stored_returns import return_stored
from storage.counters import give_back_to_counter
from storage.instants import from_ms
from storage.ledger import open_lots
from storage.purchases import update_purchase
from storage.refunds import earned_by, lapsed_of_lots, lots_of_earning
from storage.staff import member_of_purchase

UNITS = (Unit.BONUS, Unit.GROWTH, Unit.POINTS, Unit.PRINCIPAL)


@dataclass(frozen=True, slots=True)
class Refunded:
    """What one refund did: `points` taken back, money worth `fen`, `stored_fen` of it as stored
    value, `points_returned` of those paid with."""

    purchase: PurchaseRow
    fen: int
    points: int
    stored_fen: int
    points_returned: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """A refund at work: `returned` is all that came back of the sale, this refund included."""

    refund: dict[str, Any]
    purchase: PurchaseRow
    sale: Sale
    returned: Returned
    refunded_fen: int

    @property
    def fen(self) -> int:
        return self.refunded_fen - int(self.purchase["refunded_fen"])


async def apply_refund(shop: Shop, purchase: PurchaseRow, refund: dict[str, Any]) -> Refunded:
    """Take a refund off its purchase. Raises RefundExceedsSale before anything is written."""
    step = await _step(purchase, refund)
    member_id, standing = purchase["member_id"], _standing(purchase)
    accounts = {} if member_id is None else await _accounts_of(purchase)
    stored_fen = await _return_stored(shop, step, accounts)
    changes = await _return_points(shop, step, accounts) if purchase["points_spent"] else {}
    is_credited = standing == "points_standing"
    changes |= await _take_back(shop, step, accounts) if is_credited else _shrunk_promise(step)
    changed = await update_purchase(
        purchase,
        refunded_fen=step.refunded_fen,
        stored_returned_fen=purchase["stored_returned_fen"] + stored_fen,
        **changes,
    )
    await keep_categories(purchase["id"], step.sale, step.returned)
    await _settle(shop, step, changed)
    points = 0 if member_id is None else purchase[standing] - changed[standing]
    points_returned = changed["points_returned"] - purchase["points_returned"]
    return Refunded(changed, step.fen, points, stored_fen, points_returned)


async def _accounts_of(purchase: PurchaseRow) -> LockedAccounts:
    accounts = await lock_accounts(purchase["member_id"], UNITS)
    if await member_of_purchase(purchase["id"]) != purchase["member_id"]:
        raise MemberMerged
    return accounts


def _standing(purchase: PurchaseRow) -> str:
    """The column with what the member has of a purchase, or awaits."""
    return "points" if purchase["points_standing"] is None else "points_standing"


async def _step(purchase: PurchaseRow, refund: dict[str, Any]) -> Step:
    sale = sale_of(purchase)
    returned = await returned_of(purchase) + returned_by(refund)
    return Step(refund, purchase, sale, returned, refunded_fen(sale, returned))


async def _return_stored(shop: Shop, step: Step, accounts: LockedAccounts) -> int:
    purchase = step.purchase
    due_fen = share_of(purchase["stored_fen"], step.sale, step.returned)
    back_fen = due_fen - purchase["stored_returned_fen"]
    if back_fen == 0:
        return 0
    key = f"refund-stored:{step.refund['id']}"
    member_id = purchase["member_id"]
    return await return_stored(
        shop, purchase["id"], back_fen, key=key, accounts=accounts, member_id=member_id
    )


async def _return_points(shop: Shop, step: Step, accounts: LockedAccounts) -> dict[str, Any]:
    """Give back what the basket was paid with in points; all that is back by now."""
    purchase, already = step.purchase, step.purchase["points_returned"]
    due = share_of(purchase["points_spent"], step.sale, step.returned)
    await return_points(
        shop,
        purchase["member_id"],
        spending_key(purchase["id"]),
        due - already,
        cause={"what": "returned", "points": due - already, **_facts(shop, step)},
        key=f"refund-points:{step.refund['id']}",
        accounts=accounts,
    )
    return {"points_returned": due}


async def _take_back(shop: Shop, step: Step, accounts: LockedAccounts) -> dict[str, Any]:
    """Take the points and growth that the rest of the purchase does not deserve."""
    purchase, member_id = step.purchase, step.purchase["member_id"]
    rule = earning_of(purchase)
    reckoning = reckon(rule, step.sale, step.returned)
    earned = await earned_by(purchase_key(purchase["id"]))
    own_lots = await lots_of_earning(earned.lot_id if earned else None)
    points = await _points_to_take(purchase, own_lots, deserved=reckoning.points)
    growth = max(0, purchase["growth_standing"] - (purchase["paid_fen"] - step.refunded_fen))
    await note_activity(shop, accounts)
    if points or growth:
        lots = await open_lots(accounts[Unit.POINTS].id)
        taken = claw_back(lots, points, own_lots=own_lots, today=shop.today())
        facts = {**_facts(shop, step), "deserved": reckoning.points, **reckoning.facts(rule)}
        cause = {"what": "refund", "points": points, **facts}
        transaction = reverse_earning(member_id, taken, amounts={Unit.GROWTH: growth}, cause=cause)
        await post(
            shop,
            transaction,
            accounts,
            key=refund_key(step.refund["id"]),
            actor="system",
            occurred_at=from_ms(step.refund["refunded_at"]),
            reverses_id=earned.transaction_id if earned else None,
        )
    return {
        "points_standing": purchase["points_standing"] - points,
        "growth_standing": purchase["growth_standing"] - growth,
    }


async def _points_to_take(purchase: PurchaseRow, own_lots: list[int], *, deserved: int) -> int:
    """What lapsed unspent is gone already: nobody owes it a second time."""
    lapsed = await lapsed_of_lots(own_lots)
    taken = purchase["points"] - purchase["points_standing"]
    return points_to_take(purchase["points"], taken, deserved=deserved, lapsed=lapsed)


async def _settle(shop: Shop, step: Step, changed: PurchaseRow) -> None:
    """What follows from the accounts: the tier, the coupons, the limit of the day."""
    was, member_id = step.purchase, changed["member_id"]
    if was["growth_standing"] != changed["growth_standing"]:
        key = refund_key(step.refund["id"])
        await after_return(shop, member_id, purchase_id=changed["id"], key=key)
    if is_all_returned(step.sale, step.returned):
        if member_id is not None:
            await take_back_gifts(shop, changed)
        await return_coupons(shop, changed["id"])
    if earning_of(changed).day_allowance is not None and was["points_standing"] is not None:
        back = was["points_standing"] - changed["points_standing"]
        if back:
            await give_back_to_counter(day_counter(member_id, changed), back)


def _shrunk_promise(step: Step) -> dict[str, Any]:
    """Nothing was credited yet, so nothing is taken: it will be less."""
    return {"points": reckon(earning_of(step.purchase), step.sale, step.returned).points}


def _facts(shop: Shop, step: Step) -> dict[str, object]:
    return {
        **facts_of_purchase(shop, step.purchase),
        "rules": shop.rules.version,
        "refund_no": step.refund["refund_no"],
        "yuan": yuan_text(step.fen),
        "net": yuan_text(step.purchase["paid_fen"] - step.refunded_fen),
    }


def spending_key(purchase_id: int) -> str:
    return f"purchase-points:{purchase_id}"


def refund_key(refund_id: int) -> str:
    return f"refund:{refund_id}"
