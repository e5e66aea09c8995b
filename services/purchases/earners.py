"""Earners (得分人): the member a purchase is credited to, with what decides how much that is."""

from dataclasses import dataclass

from loyalty.ledger import Unit
from loyalty.person import Person
from loyalty.points import repay_debt
from loyalty.receipts import Receipt
from loyalty.shop_file.reading import Tier
from services.ledger.posting import LockedAccounts, lock_accounts
from services.purchases.facts import PurchaseRow
from services.shop import Shop
from services.tiers.measures import ladder_of
from services.tiers.rungs import UNITS_OF_A_RISE, is_within_reach, tier_on
from storage.earners import EarnerKeys, lock_scanning, read_earner, read_earner_and_unclaimed
from storage.purchases import unclaimed_purchase
from storage.sql import Row
from storage.tiers import Window


@dataclass(frozen=True, slots=True)
class Scanner:
    """Who scans a receipt, held with it; of a member also the accounts there are."""

    member_id: int | None
    accounts: LockedAccounts


@dataclass(frozen=True, slots=True)
class Earner:
    """A member whose accounts are held, as they stand; `spendable` is less what has lapsed.

    `purchases` may count for a tier, as far as one read tells.
    """

    member_id: int
    accounts: LockedAccounts
    tier: Tier
    purchases: int
    spendable: int

    def balance_after(self, points: int) -> int:
        """Debt is paid first."""
        return self.spendable + repay_debt(points, self.accounts[Unit.POINTS].debt).credited

    def may_rise(self, shop: Shop, growth: int) -> bool:
        """Whether one more purchase with this growth is worth a look at everything that counts."""
        growth += self.accounts[Unit.GROWTH].balance
        return is_within_reach(shop, self.tier, growth=growth, purchases=self.purchases + 1)


async def lock_scanner(person: Person, receipt: Receipt) -> Scanner:
    """Follower, receipt and accounts: a helper for use cases, the first thing they do."""
    units = [unit.value for unit in UNITS_OF_A_RISE]
    member_id, found = await lock_scanning(
        person.follower_id, receipt.till_no, receipt.sequence, units=units
    )
    return Scanner(member_id, {Unit(unit): state for unit, state in found.items()})


async def lock_earner(shop: Shop, member_id: int) -> Earner:
    """A helper for use cases that hold the receipt's lock."""
    accounts = await lock_accounts(member_id, UNITS_OF_A_RISE)
    keys = _keys(shop, member_id, accounts)
    return _earner(shop, keys, accounts, standing=await read_earner(keys))


async def unclaimed_of(
    shop: Shop, scanner: Scanner, receipt: Receipt
) -> tuple[PurchaseRow | None, Earner | None]:
    """What nobody has claimed yet under this very token, and who would earn it, in one read."""
    member_id = scanner.member_id
    if member_id is None:
        found = await unclaimed_purchase(receipt.till_no, receipt.epoch, receipt.sequence)
        return found, None
    accounts = scanner.accounts
    if len(accounts) < len(UNITS_OF_A_RISE):
        accounts = await lock_accounts(member_id, UNITS_OF_A_RISE)
    keys = _keys(shop, member_id, accounts)
    standing, purchase = await read_earner_and_unclaimed(
        keys, till_no=receipt.till_no, epoch=receipt.epoch, receipt_seq=receipt.sequence
    )
    return purchase, _earner(shop, keys, accounts, standing=standing)


def _keys(shop: Shop, member_id: int, accounts: LockedAccounts) -> EarnerKeys:
    ladder, today = ladder_of(shop), shop.today()
    first_day, _ = ladder.window(today)
    return EarnerKeys(
        member_id,
        accounts[Unit.POINTS].id,
        today,
        Window(first_day),
        most_purchases=max(tier.visits or 0 for tier in ladder.rungs),
    )


def _earner(shop: Shop, keys: EarnerKeys, accounts: LockedAccounts, *, standing: Row) -> Earner:
    points = accounts[Unit.POINTS]
    return Earner(
        keys.member_id,
        accounts,
        tier=tier_on(shop, standing["tier"], standing["growth"]),
        purchases=standing["purchases"],
        spendable=points.balance - points.held - standing["lapsed"],
    )
