"""The audit (对账): sound books give no complaint, and every kind of damage gives its own."""

import pytest

from loyalty.audit import (
    AllocationRow,
    BalanceRow,
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
from loyalty.ledger import spend
from loyalty.points import Draw
from tests.loyalty.books import MEMBER, Books


@pytest.fixture
def books() -> Books:
    """A life with all that happens: earning, spending, lapsing, undoing, returning."""
    kept = Books()
    first = kept.earn(100)
    kept.pass_days(10)
    kept.earn(60)
    draws = kept.spend(120)
    kept.pass_days(25)
    kept.undo_spend(draws)
    kept.spend(15)
    kept.take_back(100, first)
    return kept


def kinds(books: Books, balances: list[BalanceRow] | None = None) -> set[str]:
    return {complaint.kind for complaint in books.complaints(balances)}


def test_sound_books_give_no_complaint(books: Books) -> None:
    assert books.complaints() == []
    assert Books().complaints() == []


def test_a_changed_entry_is_seen_by_every_sum_it_takes_part_in(books: Books) -> None:
    books.entries[0] = books.entries[0]._replace(amount=books.entries[0].amount - 1)
    assert kinds(books) == {"unbalanced_transaction", "unbalanced_unit"}


def test_a_changed_entry_of_a_member_is_seen_in_balance_lots_and_allocations(books: Books) -> None:
    index = next(
        i for i, row in enumerate(books.entries) if row.account == "member" and row.amount < 0
    )
    standing = books.balances
    books.entries[index] = books.entries[index]._replace(amount=-1)
    assert kinds(books, standing) == {
        *("unbalanced_transaction", "unbalanced_unit", "wrong_balance", "loose_debit"),
        "replay_fault",
    }


def test_a_missing_allocation_is_seen(books: Books) -> None:
    del books.allocations[0]
    assert kinds(books) == {"loose_debit", "overdrawn_lot"}


def test_a_lot_filled_by_hand_is_seen(books: Books) -> None:
    books.lot_rows[-1] = books.lot_rows[-1]._replace(remaining=books.lot_rows[-1].remaining + 5)
    assert {"wrong_balance", "overdrawn_lot"} <= kinds(books)


def test_a_balance_raised_by_hand_is_seen(books: Books) -> None:
    raised = [row._replace(amount=row.amount + 1) for row in books.balances]
    assert kinds(books, raised) == {"wrong_balance", "replay_fault"}


def test_a_debt_forgiven_by_hand_is_seen() -> None:
    books = Books()
    lot_id = books.earn(10)
    books.spend(10)
    books.take_back(10, lot_id)
    forgiven = [row._replace(debt=0) for row in books.balances]
    assert kinds(books, forgiven) == {"wrong_balance", "replay_fault"}


def test_a_lost_balance_row_is_seen(books: Books) -> None:
    books.earn(200)
    messages = [
        complaint.message for complaint in wrong_balances([], books.entries, books.lot_rows)
    ]
    assert any("account member" in message for message in messages)
    assert any("lots hold" in message for message in messages)


def test_a_changed_cause_is_seen(books: Books) -> None:
    other = spend(MEMBER, [Draw(1, 1)], cause={"purchase": 2})
    books.digests[0] = DigestRow(1, books.digests[0].digest, other)
    assert kinds(books) == {"altered_transaction"}
    assert [it.subject for it in altered_transactions(books.digests)] == ["transaction 1"]


def test_units_are_summed_apart() -> None:
    entries = [
        EntryRow(1, 1, "issued", "points", None, -5),
        EntryRow(2, 1, "member", "growth", 7, 5),
    ]
    assert [it.subject for it in unbalanced_units(entries)] == ["points", "growth"]
    assert len(list(unbalanced_transactions(entries))) == 2


@pytest.mark.parametrize(
    "balance",
    [
        BalanceRow(7, "points", -1, 0, 0),
        BalanceRow(7, "points", 5, -1, 0),
        BalanceRow(7, "points", 5, 6, 0),
        BalanceRow(7, "points", 5, 0, -1),
    ],
)
def test_a_figure_below_zero_or_held_beyond_the_balance_is_seen(balance: BalanceRow) -> None:
    assert [it.subject for it in negative_figures([balance], [])] == ["member 7, points"]


@pytest.mark.parametrize("remaining", [-1, 11])
def test_a_lot_below_zero_or_above_its_amount_is_seen(remaining: int) -> None:
    lot = LotRow(3, 7, "points", 10, remaining)
    assert [it.subject for it in negative_figures([], [lot])] == ["lot 3"]


def test_a_lot_drawn_beyond_its_amount_is_seen_even_where_its_row_agrees() -> None:
    lots = [LotRow(3, 7, "points", 10, -2), LotRow(4, 7, "points", 10, 10)]
    allocations = [AllocationRow(1, 1, "spend", 3, -12)]
    assert [it.subject for it in overdrawn_lots(lots, allocations)] == ["lot 3"]


def test_allocations_are_matched_to_debits_wherever_others_stand_between() -> None:
    entries = [
        EntryRow(i, i, "member", "points", 7, amount)
        for i, amount in ((2, -3), (5, 4), (9, -8), (10, -2))
    ]
    allocations = [
        AllocationRow(entry, entry, "spend", 1, amount)
        for entry, amount in ((1, -1), (2, -1), (2, -2), (5, 4), (7, 6), (8, -9), (9, -8), (10, -1))
    ]
    assert [it.subject for it in loose_debits(entries, allocations)] == ["entry 10"]


def test_growth_and_the_shops_own_accounts_have_no_lots_to_name() -> None:
    entries = [
        EntryRow(1, 1, "member", "growth", 7, -5),
        EntryRow(2, 1, "issued", "points", None, -5),
    ]
    assert list(loose_debits(entries, [])) == []


def test_a_lot_used_after_it_lapsed_is_seen() -> None:
    allocations = [
        AllocationRow(1, 10, "spend", 3, -5),
        AllocationRow(2, 11, "expire", 3, -5),
        AllocationRow(3, 12, "reverse", 3, 5),
    ]
    assert list(allocations_after_expiry(allocations[:2])) == []
    [complaint] = allocations_after_expiry(allocations)
    assert (complaint.subject, complaint.message) == (
        "lot 3",
        "used by transaction 12, lapsed in 11",
    )


def test_a_key_used_twice_is_seen() -> None:
    keys = [KeyRow("a", 1), KeyRow("b", 2), KeyRow("b", 3), KeyRow("c", 4)]
    [complaint] = repeated_keys(keys)
    assert (complaint.subject, complaint.message) == ("b", "transactions 2 and 3")


def test_a_balance_that_was_below_zero_for_a_moment_is_seen() -> None:
    entries = [
        EntryRow(1, 1, "member", "points", 7, -5),
        EntryRow(2, 2, "member", "points", 7, 5),
    ]
    [complaint] = replay_faults(entries, [BalanceRow(7, "points", 0, 0, 0)])
    assert complaint.message == "account member came to -5 in transaction 1"


def test_a_debt_below_nothing_is_seen() -> None:
    entries = [EntryRow(1, 1, "debt", "points", 7, 5)]
    [complaint] = replay_faults(entries, [])
    assert complaint.message == "account debt came to 5 in transaction 1"
