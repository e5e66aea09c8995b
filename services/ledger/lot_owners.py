"""Owners of lots (批次归属): what was paid goes back to its lots, whosever they are by now.

They are another member's where two were merged, one paid with what both had, and they were parted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loyalty.ledger import Unit
from loyalty.merging import MemberMerged
from services.ledger.posting import JointAccounts, LockedAccounts, lock_accounts
from storage.merge_lots import owners_of_lots


@dataclass(frozen=True, slots=True)
class Owners:
    """Whose each lot is, with the accounts of all of them held."""

    by_lot: dict[int, int]
    accounts: JointAccounts

    def members(self, lot_ids: Iterable[int]) -> list[int]:
        return sorted({self.by_lot[lot_id] for lot_id in lot_ids})


async def hold_owners(
    lot_ids: Sequence[int], member_id: int, accounts: LockedAccounts, *, units: Iterable[Unit]
) -> Owners:
    """A helper for use cases that hold the accounts of this member, nearly always the only owner.

    Raises MemberMerged where a lot changed hands before its owner was held.
    """
    owners = await owners_of_lots(lot_ids)
    others = sorted(set(owners.values()) - {member_id})
    locked = {other: await lock_accounts(other, units) for other in others}
    if others and owners != await owners_of_lots(lot_ids):
        raise MemberMerged
    return Owners(owners, JointAccounts(accounts, locked))
