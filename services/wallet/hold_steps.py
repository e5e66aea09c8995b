"""Steps of holds (冻结步骤) that several use cases share; they run inside their transaction."""

from collections.abc import Iterable, Mapping

from loyalty.ledger import Unit
from loyalty.wallet import Pair, Share
from services.ledger.posting import LockedAccounts, lock_accounts
from services.shop import Shop
from storage.holds import Hold, close_hold, draws_of, insert_draw, overdue_holds_of
from storage.instants import to_ms
from storage.wallet import (
    hold_in_lot,
    hold_on_account,
    open_pairs,
    release_in_lot,
    release_on_account,
)

WALLET_UNITS = (Unit.BONUS, Unit.PRINCIPAL)


def is_running(shop: Shop, hold: Hold) -> bool:
    """By the clock alone: an overdue hold is over whether or not a job has ended it."""
    return bool(hold["state"] == "open" and hold["expires_at"] > to_ms(shop.now()))


async def wallet_accounts(
    member_id: int, accounts: LockedAccounts, *, theirs: int | None
) -> LockedAccounts:
    """The accounts given, where they are this member's; else this member's, locked now."""
    if member_id == theirs and set(WALLET_UNITS) <= set(accounts):
        return accounts
    return await lock_accounts(member_id, WALLET_UNITS)


async def pairs_of(
    accounts: LockedAccounts, reserved: Mapping[int, int] | None = None
) -> list[Pair]:
    return await open_pairs(accounts[Unit.PRINCIPAL].id, accounts[Unit.BONUS].id, reserved)


async def reserve(hold_id: int, shares: Iterable[Share], accounts: LockedAccounts) -> None:
    """Keep the shares for this hold: on the accounts, in the lots, and as rows of their own."""
    for share in shares:
        principal = (share.principal_lot_id, share.principal_fen, Unit.PRINCIPAL)
        bonus = (share.bonus_lot_id, share.bonus_fen, Unit.BONUS)
        for lot_id, amount, unit in (principal, bonus):
            if amount:
                await hold_on_account(accounts[unit].id, amount)
                await hold_in_lot(lot_id, amount)
                await insert_draw(hold_id, lot_id, amount)


async def end_hold(shop: Shop, hold_id: int, state: str) -> None:
    """Open → captured, voided or expired; whoever ends a hold has locked its accounts first."""
    has_ended = await close_hold(hold_id, state, shop.now())
    assert has_ended, hold_id


async def release(hold_id: int, accounts: LockedAccounts) -> dict[int, int]:
    """Free what a hold that has just been closed kept; what that was, by lot."""
    kept = {}
    mine = {account.id for account in accounts.values()}
    for draw in await draws_of(hold_id):
        assert draw["account_id"] in mine, hold_id
        await release_in_lot(draw["lot_id"], draw["amount"])
        await release_on_account(draw["account_id"], draw["amount"])
        kept[draw["lot_id"]] = draw["amount"]
    return kept


async def release_overdue(shop: Shop, member_id: int, accounts: LockedAccounts) -> None:
    """Let a member's overdue holds expire now, without waiting for the clock."""
    for hold in await overdue_holds_of(member_id, shop.now()):
        await end_hold(shop, hold["id"], "expired")
        await release(hold["id"], accounts)
