"""Returns (退货收回): what campaigns gave for a purchase goes when all of the purchase came back.

The effect stands, so that buying and giving back never opens a campaign a second time.
"""

from loyalty.ledger import Unit, reverse_earning
from loyalty.points import claw_back
from loyalty.refunds import NOTHING_RETURNED, is_all_returned
from services.campaigns.turns import campaign_named, gift_keys
from services.ledger.posting import lock_accounts, post
from services.purchases.facts import PurchaseRow, returned_of, sale_of
from services.shop import Shop
from storage.campaigns import end_effects_of, suppress_said
from storage.coupons import void_coupons_of
from storage.ledger import open_lots
from storage.locks import lock_receipt
from storage.purchases import purchase_by_id
from storage.refunds import Earned, earnings_of, lapsed_of_lots, lots_of_earning


async def is_given_back(purchase_id: int | None) -> bool:
    """Whether all of it came back; a refund that is arriving waits until the caller is done.

    A helper for use cases that hold no accounts yet.
    """
    if purchase_id is None:
        return False
    found = await purchase_by_id(purchase_id)
    await lock_receipt(found["till_id"], found["receipt_seq"])
    purchase = await purchase_by_id(purchase_id)
    if purchase["paid_fen"]:
        return bool(purchase["refunded_fen"] >= purchase["paid_fen"])
    returned = await returned_of(purchase)
    return returned != NOTHING_RETURNED and is_all_returned(sale_of(purchase), returned)


async def take_back_gifts(shop: Shop, purchase: PurchaseRow) -> None:
    """Of a purchase that came back, and nothing more is said of them. Points spent meanwhile are
    owed; of coupons what was used or given to a friend stays as it is.

    A helper for use cases that hold the member's accounts.
    """
    member_id = purchase["member_id"]
    for effect in await end_effects_of(purchase["id"], shop.now()):
        keys = gift_keys(effect["id"])
        await suppress_said(keys, shop.clock.machine_now())
        await void_coupons_of(keys, member_id, shop.now())
        for earned in await earnings_of(keys):
            await _take_points_back(shop, member_id, earned, campaign=effect["campaign"])


async def _take_points_back(shop: Shop, member_id: int, earned: Earned, *, campaign: str) -> None:
    """What lapsed unspent is gone already: nobody owes it a second time."""
    accounts = await lock_accounts(member_id, [Unit.POINTS])
    own_lots = await lots_of_earning(earned.lot_id)
    points = earned.points - await lapsed_of_lots(own_lots)
    if points <= 0:
        return
    lots = await open_lots(accounts[Unit.POINTS].id)
    taken = claw_back(lots, points, own_lots=own_lots, today=shop.today())
    known = campaign_named(shop, campaign)
    cause = {
        "what": "campaign_back",
        "campaign": campaign,
        "title": known.terms.title if known else campaign,
        "points": points,
        "rules": shop.rules.version,
    }
    await post(
        shop,
        reverse_earning(member_id, taken, amounts={}, cause=cause),
        accounts,
        key=f"back:{earned.transaction_id}",
        actor="system",
        occurred_at=shop.now(),
        reverses_id=earned.transaction_id,
    )
