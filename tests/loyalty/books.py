"""Books (账本): a ledger kept in memory, as storage keeps it in tables, for tests of its rules."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from loyalty.audit import (
    Complaint,
    PostedAllocation,
    PostedEntry,
    PostedLot,
    Posting,
    faults_of,
)
from loyalty.digests import PostingHead, posting_digest
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
    postings: list[Posting] = field(default_factory=list)
    lots: dict[int, Lot] = field(default_factory=dict)
    entries: int = 0

    def amount(self, kind: AccountKind, unit: Unit = Unit.POINTS) -> int:
        """What the entries say of an account."""
        mine = f"{unit}:{kind}"
        lines = (line for posting in self.postings for line in posting.entries)
        return sum(line.amount for line in lines if line.account.removesuffix(f":{MEMBER}") == mine)

    @property
    def balance(self) -> int:
        return self.amount(AccountKind.MEMBER)

    @property
    def debt(self) -> int:
        return -self.amount(AccountKind.DEBT)

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
        taken = claw_back(self.lots.values(), points, own_lots={lot_id} - {None}, today=self.today)
        amounts = {Unit.GROWTH: points}
        self.write(reverse_earning(MEMBER, taken, amounts=amounts, cause={"refund": 1}))

    def pass_days(self, days: int) -> None:
        self.today += timedelta(days=days)
        draws = expire_lots(self.lots.values(), self.today)
        if draws:
            self.write(expire(MEMBER, draws, cause={"day": self.today.isoformat()}))

    def write(self, transaction: LedgerTransaction) -> None:
        number = len(self.postings) + 1
        head = PostingHead(
            kind=transaction.kind,
            cause=json.dumps(transaction.cause),
            key=f"key-{number}",
            actor="test",
            reverses_id=None,
            occurred_ms=number,
            recorded_ms=number,
        )
        entries = [self._entry(entry.account, entry.amount) for entry in transaction.entries]
        of_account = {line.account: line for line in entries}
        allocations = []
        for change in transaction.allocations:
            line = of_account[str(change.account)]
            allocations.append(
                PostedAllocation(line.id, change.lot_id, line.account_id, change.amount)
            )
            self._move(change.lot_id, change.amount)
        opened = []
        for lot in transaction.opened:
            line, lot_id = of_account[str(lot.account)], len(self.lots) + 1
            until = lot.expires_on.isoformat() if lot.expires_on else None
            opened.append(PostedLot(line.id, line.account_id, lot.amount, until, number))
            self.lots[lot_id] = Lot(lot_id, lot.amount, lot.earned_on, lot.expires_on)
        digest = posting_digest(
            head,
            entries=[(line.account, line.amount) for line in entries],
            allocations=[
                (str(change.account), change.lot_id, change.amount)
                for change in transaction.allocations
            ],
            opened=[
                (
                    str(lot.account),
                    lot.amount,
                    lot.expires_on.isoformat() if lot.expires_on else None,
                )
                for lot in transaction.opened
            ],
        )
        self.postings.append(Posting(number, head, digest, entries, allocations, opened))

    def _entry(self, account: Account, amount: int) -> PostedEntry:
        self.entries += 1
        return PostedEntry(self.entries, str(account), hash(account), amount)

    def _move(self, lot_id: int, amount: int) -> None:
        points_left = self.lots[lot_id].points_left + amount
        assert points_left >= 0, "a lot gives what it has"
        self.lots[lot_id] = replace(self.lots[lot_id], points_left=points_left)

    def complaints(self) -> list[Complaint]:
        """Everything the truths of single transactions complain about."""
        in_lots = sum(lot.points_left for lot in self.lots.values())
        assert in_lots == self.balance, "the balance is what its lots hold"
        return [fault for posting in self.postings for fault in faults_of(posting)]
