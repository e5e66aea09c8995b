"""The ledger (台账): every movement of points, growth and value as entries that sum to zero.

What a member has stands on the member's account, what a member owes on the debt account (below
zero), and every other side on an account of the shop. Units that live in lots (批次) say for each
entry on a member's account which lots it changed: entry = opened lots + allocations, with sign.
Nothing is edited: a mistake or a refund is a new transaction, a reversal (冲正).
"""

import functools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from loyalty.fingerprints import fingerprint
from loyalty.points import ClawBack, Draw, GiveBack, repay_debt

Cause = Mapping[str, object]  # JSON values: what a member is told when asking why


class Unit(StrEnum):
    """What is counted: points and visits by the piece, growth (成长值), stored value in fen."""

    POINTS = "points"
    GROWTH = "growth"
    PRINCIPAL = "principal"
    BONUS = "bonus"
    VISITS = "visits"


class AccountKind(StrEnum):
    MEMBER = "member"
    DEBT = "debt"
    ISSUED = "issued"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    SOLD = "sold"
    REFUNDED = "refunded"
    ADJUSTED = "adjusted"


class TransactionKind(StrEnum):
    EARN = "earn"
    SPEND = "spend"
    EXPIRE = "expire"
    ADJUST = "adjust"
    REVERSE = "reverse"
    TOP_UP = "top_up"
    PAY = "pay"
    CARD_REFUND = "card_refund"
    MERGE = "merge"
    UNMERGE = "unmerge"
    CLOSE = "close"
    IMPORT = "import"


PERSONAL = (AccountKind.MEMBER, AccountKind.DEBT)
UNITS_IN_LOTS = (Unit.POINTS, Unit.PRINCIPAL, Unit.BONUS)


@dataclass(frozen=True, slots=True)
class Account:
    """Where an amount stands: a member's two accounts, or one of the shop's."""

    kind: AccountKind
    unit: Unit
    member_id: int | None = None

    def __post_init__(self) -> None:
        assert (self.kind in PERSONAL) == (self.member_id is not None), self

    def __str__(self) -> str:
        owner = "" if self.member_id is None else f":{self.member_id}"
        return f"{self.unit}:{self.kind}{owner}"

    @property
    def has_lots(self) -> bool:
        return self.kind == AccountKind.MEMBER and self.unit in UNITS_IN_LOTS


class Entry(NamedTuple):
    """One immutable line (流水). A negative amount leaves the account."""

    account: Account
    amount: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """What an entry on a member's account did to a lot that was there before."""

    account: Account
    lot_id: int
    amount: int


@dataclass(frozen=True, slots=True)
class OpenedLot:
    """A lot that comes into being with the transaction."""

    account: Account
    amount: int
    earned_on: date
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class LedgerTransaction:
    """Entries that belong together and stand or fall together."""

    kind: TransactionKind
    cause: Cause
    entries: tuple[Entry, ...]
    allocations: tuple[Allocation, ...] = ()
    opened: tuple[OpenedLot, ...] = ()

    def __post_init__(self) -> None:
        amounts = {entry.account: entry.amount for entry in self.entries}
        assert len(amounts) == len(self.entries) >= 2, "each account once, and two at least"
        assert all(amounts.values()), "an entry moves something"
        assert not any(_totals_by_unit(self.entries).values()), "entries must sum to zero"
        in_lots: defaultdict[Account, int] = defaultdict(int)
        for account, amount in self._lot_changes():
            in_lots[account] += amount
        on_account = {account: amounts[account] for account in amounts if account.has_lots}
        assert dict(in_lots) == on_account, "lots must move with their account"

    def _lot_changes(self) -> Iterator[tuple[Account, int]]:
        yield from ((change.account, change.amount) for change in self.allocations)
        yield from ((lot.account, lot.amount) for lot in self.opened)

    def digest(self) -> str:
        """Equal for equal content in any order. A lot's days are left out: activity moves them."""
        return fingerprint(
            {
                "kind": self.kind,
                "cause": self.cause,
                "entries": sorted([str(entry.account), entry.amount] for entry in self.entries),
                "allocations": sorted(
                    [str(change.account), change.lot_id, change.amount]
                    for change in self.allocations
                ),
                "opened": sorted([str(lot.account), lot.amount] for lot in self.opened),
            }
        )


def earn(
    member_id: int,
    amounts: Mapping[Unit, int],
    *,
    debt: int,
    earned_on: date,
    expires_on: date | None,
    cause: Cause,
) -> LedgerTransaction:
    """Credit points, paying debt first, and beside them growth or visits, which have no lots."""
    points = amounts.get(Unit.POINTS, 0)
    share = repay_debt(points, debt)
    account = _member(member_id)
    opened = OpenedLot(account, share.credited, earned_on, expires_on)
    entries = [
        Entry(_shop(AccountKind.ISSUED), -points),
        Entry(_debt(member_id), share.repaid),
        Entry(account, share.credited),
        *_without_lots(member_id, amounts),
    ]
    return LedgerTransaction(
        TransactionKind.EARN, cause, _moving(entries), opened=(opened,) if opened.amount else ()
    )


def spend(member_id: int, draws: Iterable[Draw], *, cause: Cause) -> LedgerTransaction:
    return _taken(TransactionKind.SPEND, AccountKind.REDEEMED, member_id, draws=draws, cause=cause)


def expire(member_id: int, draws: Iterable[Draw], *, cause: Cause) -> LedgerTransaction:
    return _taken(TransactionKind.EXPIRE, AccountKind.EXPIRED, member_id, draws=draws, cause=cause)


def close(
    member_id: int, draws: Mapping[Unit, Iterable[Draw]], *, cause: Cause
) -> LedgerTransaction:
    """What lapses because the membership ends (注销): points and bonus, all that is left."""
    entries: list[Entry] = []
    allocations: list[Allocation] = []
    for unit in sorted(draws):
        account = _member(member_id, unit)
        taken = [Allocation(account, draw.lot_id, -draw.points) for draw in draws[unit]]
        amount = sum(change.amount for change in taken)
        entries += [Entry(account, amount), Entry(_shop(AccountKind.EXPIRED, unit), -amount)]
        allocations += taken
    return LedgerTransaction(TransactionKind.CLOSE, cause, _moving(entries), tuple(allocations))


def grant(
    member_id: int,
    points: int,
    *,
    debt: int,
    earned_on: date,
    expires_on: date | None,
    cause: Cause,
) -> LedgerTransaction:
    """Points given by hand (调整); debt is paid first."""
    share = repay_debt(points, debt)
    account = _member(member_id)
    opened = OpenedLot(account, share.credited, earned_on, expires_on)
    entries = [
        Entry(_shop(AccountKind.ADJUSTED), -points),
        Entry(_debt(member_id), share.repaid),
        Entry(account, share.credited),
    ]
    return LedgerTransaction(
        TransactionKind.ADJUST, cause, _moving(entries), opened=(opened,) if opened.amount else ()
    )


def take_away(member_id: int, draws: Iterable[Draw], *, cause: Cause) -> LedgerTransaction:
    """Points taken by hand (调整)."""
    return _taken(TransactionKind.ADJUST, AccountKind.ADJUSTED, member_id, draws=draws, cause=cause)


def reverse_earning(
    member_id: int, taken: ClawBack, *, amounts: Mapping[Unit, int], cause: Cause
) -> LedgerTransaction:
    """Undo an earning or part of it; `amounts` names what goes back beside the points."""
    allocations = _allocations(member_id, taken.draws, sign=-1)
    points = sum(draw.points for draw in taken.draws)
    besides = {unit: -amount for unit, amount in amounts.items()}
    entries = [
        Entry(_shop(AccountKind.ISSUED), points + taken.debt),
        Entry(_debt(member_id), -taken.debt),
        Entry(_member(member_id), -points),
        *_without_lots(member_id, besides),
    ]
    return LedgerTransaction(TransactionKind.REVERSE, cause, _moving(entries), allocations)


def reverse_spending(
    member_id: int, given: GiveBack, *, earned_on: date, late_expires_on: date | None, cause: Cause
) -> LedgerTransaction:
    """Undo a spend: points of each ended lot get a lot of their own until `late_expires_on`."""
    account = _member(member_id)
    credited = sum(draw.points for draw in (*given.draws, *given.late))
    entries = [
        Entry(_shop(AccountKind.REDEEMED), -credited - given.repaid),
        Entry(_debt(member_id), given.repaid),
        Entry(account, credited),
    ]
    return LedgerTransaction(
        TransactionKind.REVERSE,
        cause,
        _moving(entries),
        _allocations(member_id, given.draws, sign=1),
        tuple(OpenedLot(account, draw.points, earned_on, late_expires_on) for draw in given.late),
    )


def together(transactions: Sequence[LedgerTransaction]) -> LedgerTransaction:
    """Transactions of one kind and cause as one: what the shop's accounts move is added up."""
    amounts: Counter[Account] = Counter()
    for transaction in transactions:
        for entry in transaction.entries:
            amounts[entry.account] += entry.amount
    first = transactions[0]
    assert all((other.kind, other.cause) == (first.kind, first.cause) for other in transactions)
    return LedgerTransaction(
        first.kind,
        first.cause,
        _moving(Entry(account, amount) for account, amount in amounts.items()),
        tuple(change for transaction in transactions for change in transaction.allocations),
        tuple(lot for transaction in transactions for lot in transaction.opened),
    )


def _taken(
    kind: TransactionKind,
    counter: AccountKind,
    member_id: int,
    *,
    draws: Iterable[Draw],
    cause: Cause,
) -> LedgerTransaction:
    allocations = _allocations(member_id, draws, sign=-1)
    amount = sum(allocation.amount for allocation in allocations)
    entries = (Entry(_member(member_id), amount), Entry(_shop(counter), -amount))
    return LedgerTransaction(kind, cause, entries, allocations)


def _allocations(member_id: int, draws: Iterable[Draw], *, sign: int) -> tuple[Allocation, ...]:
    account = _member(member_id)
    return tuple(Allocation(account, draw.lot_id, sign * draw.points) for draw in draws)


def _without_lots(member_id: int, amounts: Mapping[Unit, int]) -> list[Entry]:
    besides = {unit: amount for unit, amount in amounts.items() if unit != Unit.POINTS}
    assert not besides.keys() & set(UNITS_IN_LOTS), "stored value is sold, not earned"
    mine = [Entry(_member(member_id, unit), amount) for unit, amount in besides.items()]
    theirs = [Entry(_shop(AccountKind.ISSUED, unit), -amount) for unit, amount in besides.items()]
    return mine + theirs


def _moving(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if entry.amount)


def _totals_by_unit(entries: Iterable[Entry]) -> Mapping[Unit, int]:
    totals: defaultdict[Unit, int] = defaultdict(int)
    for entry in entries:
        totals[entry.account.unit] += entry.amount
    return totals


def _member(member_id: int, unit: Unit = Unit.POINTS) -> Account:
    return Account(AccountKind.MEMBER, unit, member_id)


def _debt(member_id: int) -> Account:
    return Account(AccountKind.DEBT, Unit.POINTS, member_id)


@functools.cache
def _shop(kind: AccountKind, unit: Unit = Unit.POINTS) -> Account:
    return Account(kind, unit)
