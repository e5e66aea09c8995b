"""The end of bonus (赠送金到期): what is left of a bonus lot after its last day goes, once.

Principal never ends. Bonus that a payment under way holds goes when that payment has ended.
"""

from functools import partial

from loyalty.ledger import Unit
from loyalty.points import Draw
from loyalty.wallet_ledger import lapse_bonus
from services.each import each_of
from services.ledger.posting import lock_accounts, post
from services.shop import Shop
from services.wallet.holds import expire_holds
from storage.sql import Row
from storage.transactions import transactional
from storage.wallet import accounts_with_ended_bonus, ended_bonus_lots

BATCH = 200


async def expire_bonus(shop: Shop) -> int:
    """Book out ended bonus; how many members it touched."""
    await expire_holds(shop)
    touched, last_id = 0, 0
    while batch := await accounts_with_ended_bonus(shop.today(), after_id=last_id, limit=BATCH):
        last_id = batch[-1]["id"]
        touched += await each_of(batch, partial(_expire_one, shop))
    return touched


async def _expire_one(shop: Shop, account: Row) -> bool:
    await expire_member_bonus(shop, account["member_id"])
    return True


@transactional
async def expire_member_bonus(shop: Shop, member_id: int) -> None:
    today = shop.today()
    accounts = await lock_accounts(member_id, [Unit.BONUS])
    lots = await ended_bonus_lots(accounts[Unit.BONUS].id, today)
    if not lots:
        return
    draws = [Draw(lot["id"], lot["remaining"]) for lot in lots]
    cause = {
        "what": "bonus_expired",
        "day": today.isoformat(),
        "last_day": max(lot["expires_on"] for lot in lots),
        "rules": shop.rules.version,
    }
    key = f"expire_bonus:{member_id}:{lots[-1]['id']}"
    transaction = lapse_bonus(member_id, draws, cause=cause)
    await post(shop, transaction, accounts, key=key, actor="system", occurred_at=shop.now())
