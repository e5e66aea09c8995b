"""Books (账本): a ledger kept in memory, as storage keeps it in tables, for tests of its rules."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from loyalty.audit import (
    AllocationRow,
    BalanceRow,
    Complaint,
    DigestRow,
    EntryRow,
    KeyRow,
    LotRow,
    allocations_after_expiry,
    altered_transactions,
    loose_debits,
    negative_figures,
    overdrawn_lots,
    repeated_keys,
    replay_faults,
    unbalanced_transactions,
    unbalanced_units,
    wrong_balances,
)
from loyalty.ledger import (
    Account,
    AccountKind,
    LedgerTransaction,
    Unit,
    earn,
    expire,
    reverse_earning,
    reverse_spending,
    spend,
)
from loyalty.points import Draw, Lot, claw_back, expire_lots, give_back, spend_from

MEMBER = 17
LIFE = timedelta(days=30)


@dataclass
class Books:
    """One member's points, with every row an audit asks for."""

    today: date = date(2026, 6, 15)
    entries: list[EntryRow] = field(default_factory=list)
    allocations: list[AllocationRow] = field(default_factory=list)
    lot_rows: list[LotRow] = field(default_factory=list)
    lots: dict[int, Lot] = field(default_factory=dict)
    digests: list[DigestRow] = field(default_factory=list)

    def amount(self, kind: AccountKind, unit: Unit = Unit.POINTS) -> int:
        rows = (row for row in self.entries if (row.account, row.unit) == (kind, unit))
        return sum(row.amount for row in rows)

    @property
    def balance(self) -> int:
        return self.amount(AccountKind.MEMBER)

    @property
    def debt(self) -> int:
        return -self.amount(AccountKind.DEBT)

    @property
    def balances(self) -> list[BalanceRow]:
        growth = self.amount(AccountKind.MEMBER, Unit.GROWTH)
        points = BalanceRow(MEMBER, Unit.POINTS, self.balance, 0, self.debt)
        return [points, BalanceRow(MEMBER, Unit.GROWTH, growth, 0, 0)]

    def earn(self, points: int) -> int | None:
        """The lot the earning opened, or None where all of it paid debt."""
        amounts = {Unit.POINTS: points, Unit.GROWTH: points}
        transaction = earn(
            MEMBER,
            amounts,
            debt=self.debt,
            earned_on=self.today,
            expires_on=self.today + LIFE,
            cause={"purchase": points},
        )
        self.write(transaction)
        return len(self.lots) if transaction.opened else None

    def spend(self, points: int) -> list[Draw]:
        draws = spend_from(self.lots.values(), points, self.today)
        self.write(spend(MEMBER, draws, cause={"purchase": 1}))
        return draws

    def undo_spend(self, draws: Iterable[Draw]) -> None:
        given = give_back(draws, self.lots.values(), self.today, debt=self.debt)
        late_expires_on = self.today + timedelta(days=7)
        transaction = reverse_spending(
            MEMBER, given, earned_on=self.today, late_expires_on=late_expires_on, cause={"undo": 1}
        )
        self.write(transaction)

    def take_back(self, points: int, lot_id: int | None) -> None:
        taken = claw_back(self.lots.values(), points, source_lot_id=lot_id, today=self.today)
        amounts = {Unit.GROWTH: points}
        self.write(reverse_earning(MEMBER, taken, amounts=amounts, cause={"refund": 1}))

    def pass_days(self, days: int) -> None:
        self.today += timedelta(days=days)
        draws = expire_lots(self.lots.values(), self.today)
        if draws:
            self.write(expire(MEMBER, draws, cause={"day": self.today.isoformat()}))

    def write(self, transaction: LedgerTransaction) -> None:
        number = len(self.digests) + 1
        self.digests.append(DigestRow(number, transaction.digest(), transaction))
        entry_ids: dict[Account, int] = {}
        for entry in transaction.entries:
            entry_ids[entry.account] = len(self.entries) + 1
            kind, unit, member_id = entry.account.kind, entry.account.unit, entry.account.member_id
            row = EntryRow(len(self.entries) + 1, number, kind, unit, member_id, entry.amount)
            self.entries.append(row)
        for change in transaction.allocations:
            row_of = (entry_ids[change.account], number, transaction.kind, change.lot_id)
            self.allocations.append(AllocationRow(*row_of, change.amount))
            self._move(change.lot_id, change.amount)
        for lot in transaction.opened:
            lot_id = len(self.lots) + 1
            self.lots[lot_id] = Lot(lot_id, lot.amount, lot.earned_on, lot.expires_on)
            self.lot_rows.append(LotRow(lot_id, MEMBER, Unit.POINTS, lot.amount, lot.amount))

    def _move(self, lot_id: int, amount: int) -> None:
        points_left = self.lots[lot_id].points_left + amount
        self.lots[lot_id] = replace(self.lots[lot_id], points_left=points_left)
        self.lot_rows[lot_id - 1] = self.lot_rows[lot_id - 1]._replace(remaining=points_left)

    def complaints(self, balances: list[BalanceRow] | None = None) -> list[Complaint]:
        """Everything all truths complain about."""
        standing = self.balances if balances is None else balances
        by_lot = sorted(self.allocations, key=lambda row: row.lot_id)
        keys = [KeyRow(f"key-{row.transaction_id:06d}", row.transaction_id) for row in self.digests]
        return [
            *unbalanced_transactions(self.entries),
            *unbalanced_units(self.entries),
            *wrong_balances(standing, self.entries, self.lot_rows),
            *negative_figures(standing, self.lot_rows),
            *loose_debits(self.entries, self.allocations),
            *overdrawn_lots(self.lot_rows, by_lot),
            *allocations_after_expiry(self.allocations),
            *repeated_keys(keys),
            *altered_transactions(self.digests),
            *replay_faults(self.entries, standing),
        ]
