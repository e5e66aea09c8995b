"""Adjusting points by hand (人工调整): given or taken with a reason, never below zero."""

from dataclasses import dataclass

from loyalty.ledger import Cause, LedgerTransaction, Unit, grant, take_away
from loyalty.points import spend_from
from services.ledger.points import last_day, points_balance
from services.ledger.posting import LockedAccounts, is_posted, lock_accounts, post
from services.shop import Shop
from storage.ledger import open_lots


@dataclass(frozen=True, slots=True)
class AdjustedPoints:
    """`points` is signed, `balance` what may be spent after it."""

    points: int
    balance: int


async def adjust_points(
    shop: Shop, member_id: int, points: int, *, reason: str, key: str, actor: str
) -> AdjustedPoints:
    """Give (above zero) or take points once per key; what is given pays debt first.

    A helper for use cases. Raises NotEnoughPoints where more is taken than may be spent. Who may
    give or take how much is decided before.
    """
    assert points != 0, "an adjustment moves something"
    accounts = await lock_accounts(member_id, [Unit.POINTS])
    if not await is_posted(key):
        cause = {
            "what": "adjust",
            "points": points,
            "reason": reason,
            "rules": shop.rules.version,
        }
        transaction = await _adjustment(shop, member_id, points, accounts=accounts, cause=cause)
        await post(shop, transaction, accounts, key=key, actor=actor, occurred_at=shop.now())
    return AdjustedPoints(points, (await points_balance(shop, member_id)).points)


async def _adjustment(
    shop: Shop, member_id: int, points: int, *, accounts: LockedAccounts, cause: Cause
) -> LedgerTransaction:
    account = accounts[Unit.POINTS]
    if points < 0:
        draws = spend_from(await open_lots(account.id), -points, shop.today())
        return take_away(member_id, draws, cause=cause)
    return grant(
        member_id,
        points,
        debt=account.debt,
        earned_on=shop.today(),
        expires_on=last_day(shop, shop.today()),
        cause=cause,
    )
