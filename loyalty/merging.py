"""Merging (合并): two memberships of one person become one, and may be parted again for some days.

Nothing is set off or reckoned anew: balances and debts are added, and every lot changes hands as
it is, with its last day, its pair and whatever will ever be given back to it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from loyalty.ledger import (
    Account,
    AccountKind,
    Allocation,
    Cause,
    Entry,
    LedgerTransaction,
    TransactionKind,
    Unit,
)
from loyalty.refusals import Refusal


class MemberMerged(Refusal):
    """What was read of a member is no longer so: they were merged or parted meanwhile.

    A till hears that we are busy, and asks again.
    """

    wording = "merging/just_merged"
    status = 503


class SameMember(Refusal):
    wording = "merging/same_member"


class NotMergeable(Refusal):
    """One of the two is no member any more."""

    wording = "merging/not_mergeable"


class HoldUnderWay(Refusal):
    """Something is held for a receipt of one of them; it has to end first."""

    wording = "merging/hold_under_way"
    status = 409


class NothingToPart(Refusal):
    """No merge of this member stands."""

    wording = "merging/nothing_to_part"


class TooLateToPart(Refusal):
    wording = "merging/too_late_to_part"


class LaterMergeFirst(Refusal):
    """Who was kept has left, or was merged into somebody else since."""

    wording = "merging/later_merge_first"


@dataclass(frozen=True, slots=True)
class LotLeft:
    """What is left of a lot that changes hands."""

    unit: Unit
    lot_id: int
    left: int


@dataclass(frozen=True, slots=True)
class Belongings:
    """What one membership hands to another: `amounts` by unit, lots of the units that have them."""

    amounts: Mapping[Unit, int]
    debt: int = 0
    lots: tuple[LotLeft, ...] = ()


def hand_over(
    kind: TransactionKind, giver_id: int, taker_id: int, goods: Belongings, *, cause: Cause
) -> LedgerTransaction | None:
    """All of it as one transaction between the two; None where there is nothing to book."""
    entries = [
        entry
        for unit, amount in goods.amounts.items()
        for entry in _passed(AccountKind.MEMBER, unit, giver_id, taker_id, amount=amount)
    ]
    entries += _passed(AccountKind.DEBT, Unit.POINTS, giver_id, taker_id, amount=-goods.debt)
    if not entries:
        return None
    allocations = [
        allocation for lot in goods.lots for allocation in _passed_lot(lot, giver_id, taker_id)
    ]
    return LedgerTransaction(kind, cause, tuple(entries), tuple(allocations))


def growth_to_return(came: int, *, returned: int, kept_has: int) -> int:
    """What came less what refunds of the merged member's purchases have taken since."""
    return max(0, min(came - returned, kept_has))


def debt_to_return(came: int, *, kept_owes: int) -> int:
    """What came as far as it is not paid; what the kept member owed before was paid first."""
    return min(came, kept_owes)


def _passed(
    kind: AccountKind, unit: Unit, giver_id: int, taker_id: int, *, amount: int
) -> list[Entry]:
    if not amount:
        return []
    giver, taker = Account(kind, unit, giver_id), Account(kind, unit, taker_id)
    return [Entry(giver, -amount), Entry(taker, amount)]


def _passed_lot(lot: LotLeft, giver_id: int, taker_id: int) -> Iterable[Allocation]:
    """Out of one hand before into the other: the books are read in this order."""
    if not lot.left:
        return
    for member_id, amount in ((giver_id, -lot.left), (taker_id, lot.left)):
        yield Allocation(Account(AccountKind.MEMBER, lot.unit, member_id), lot.lot_id, amount)
