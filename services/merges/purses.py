"""What changes hands in a merge (合并账目): balances, debt and every lot, in one posting.

All of these are helpers for use cases.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from loyalty.ledger import UNITS_IN_LOTS, Cause, LedgerTransaction, TransactionKind, Unit
from loyalty.merging import (
    Belongings,
    HoldUnderWay,
    LotLeft,
    debt_to_return,
    growth_to_return,
    hand_over,
)
from services.ledger.posting import JointAccounts, LockedAccounts, lock_accounts, post
from services.shop import Shop
from services.wallet.hold_steps import release_overdue
from storage.merge_lots import (
    growth_returned_since,
    lots_of_accounts,
    lots_that_came,
    move_lots,
)
from storage.merges import has_open_hold, open_accounts
from storage.sql import Row

UNITS = tuple(Unit)


@dataclass(frozen=True, slots=True)
class Hands:
    """Both memberships of a merge with their accounts held."""

    kept_id: int
    merged_id: int
    accounts: Mapping[int, LockedAccounts] = field(default_factory=dict)

    @property
    def kept(self) -> LockedAccounts:
        return self.accounts[self.kept_id]

    @property
    def merged(self) -> LockedAccounts:
        return self.accounts[self.merged_id]


async def hold_both(shop: Shop, hands: Hands, *, reopened: bool = False) -> Hands:
    """Lock all accounts of both, the lower number's first, as payments by two do.

    Raises MemberMerged, and HoldUnderWay where a payment is under way. `reopened`: the merged
    member's accounts are closed so far.
    """
    for member_id in sorted((hands.kept_id, hands.merged_id)):
        if reopened and member_id == hands.merged_id:
            await open_accounts(member_id)
        await release_overdue(shop, member_id, await lock_accounts(member_id, UNITS))
    if await has_open_hold((hands.kept_id, hands.merged_id)):
        raise HoldUnderWay
    # As they are once overdue holds are released.
    members = sorted((hands.kept_id, hands.merged_id))
    accounts = {member_id: await lock_accounts(member_id, UNITS) for member_id in members}
    return Hands(hands.kept_id, hands.merged_id, accounts)


async def hand_over_all(
    shop: Shop, merge_id: int, hands: Hands, *, cause: Cause, actor: str
) -> dict[str, int]:
    """Everything the merged member has becomes the kept one's; the figures by name."""
    found = await lots_of_accounts(_lot_accounts(hands.merged))
    amounts = {unit: hands.merged[unit].balance for unit in UNITS}
    goods = Belongings(amounts, hands.merged[Unit.POINTS].debt, _lots(found))
    transaction = hand_over(
        TransactionKind.MERGE, hands.merged_id, hands.kept_id, goods, cause=cause
    )
    transaction_id = await _book(shop, transaction, hands, key=f"merge:{merge_id}", actor=actor)
    ways = _ways(hands.merged, hands.kept)
    await move_lots(merge_id, ways, transaction_id=transaction_id, only_back=False)
    return {**_figures(goods), "transaction_id": transaction_id or 0}


async def hand_back(
    shop: Shop, merge_id: int, hands: Hands, came: Mapping[str, int], *, cause: Cause, actor: str
) -> dict[str, int]:
    """What came and is not used goes back, every lot that came with it; the figures by name."""
    found = await lots_that_came(merge_id, _lot_accounts(hands.kept))
    lots = _lots(found)
    amounts = {unit: sum(lot.left for lot in lots if lot.unit == unit) for unit in UNITS_IN_LOTS}
    for unit in set(UNITS) - set(UNITS_IN_LOTS):
        amounts[unit] = await _counted_back(hands, unit, came)
    debt = debt_to_return(came["debt"], kept_owes=hands.kept[Unit.POINTS].debt)
    goods = Belongings(amounts, debt, lots)
    transaction = hand_over(
        TransactionKind.UNMERGE, hands.kept_id, hands.merged_id, goods, cause=cause
    )
    transaction_id = await _book(shop, transaction, hands, key=f"unmerge:{merge_id}", actor=actor)
    ways = _ways(hands.kept, hands.merged)
    await move_lots(merge_id, ways, transaction_id=transaction_id, only_back=True)
    return _figures(goods)


async def _counted_back(hands: Hands, unit: Unit, came: Mapping[str, int]) -> int:
    if not came[unit]:
        return 0
    kept, merged = hands.kept[unit], hands.merged[unit]
    returned = await growth_returned_since(kept.id, merged.id, after_id=came["transaction_id"])
    return growth_to_return(came[unit], returned=returned, kept_has=kept.balance)


async def _book(
    shop: Shop, transaction: LedgerTransaction | None, hands: Hands, *, key: str, actor: str
) -> int | None:
    if transaction is None:
        return None
    accounts = JointAccounts(hands.kept, {hands.merged_id: hands.merged})
    return await post(shop, transaction, accounts, key=key, actor=actor, occurred_at=shop.now())


def _lot_accounts(accounts: LockedAccounts) -> list[int]:
    return [accounts[unit].id for unit in UNITS_IN_LOTS]


def _ways(giver: LockedAccounts, taker: LockedAccounts) -> dict[int, int]:
    return {giver[unit].id: taker[unit].id for unit in UNITS_IN_LOTS}


def _lots(found: list[Row]) -> tuple[LotLeft, ...]:
    return tuple(LotLeft(Unit(line["unit"]), line["id"], line["remaining"]) for line in found)


def _figures(goods: Belongings) -> dict[str, int]:
    return {**{unit.value: amount for unit, amount in goods.amounts.items()}, "debt": goods.debt}
