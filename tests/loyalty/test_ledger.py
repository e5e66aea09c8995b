"""The ledger (台账): every transaction sums to zero and says which lots it moved."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.ledger import (
    Account,
    AccountKind,
    Allocation,
    Entry,
    LedgerTransaction,
    OpenedLot,
    TransactionKind,
    Unit,
    earn,
    expire,
    reverse_earning,
    reverse_spending,
    spend,
)
from loyalty.points import ClawBack, Draw, GiveBack
from tests.loyalty.books import Books

TODAY = date(2026, 6, 15)
NEXT_YEAR = date(2027, 6, 15)

MINE = Account(AccountKind.MEMBER, Unit.POINTS, 17)
OWED = Account(AccountKind.DEBT, Unit.POINTS, 17)
ISSUED = Account(AccountKind.ISSUED, Unit.POINTS)
REDEEMED = Account(AccountKind.REDEEMED, Unit.POINTS)
EXPIRED = Account(AccountKind.EXPIRED, Unit.POINTS)
DIGEST_OF_50 = "b56f498446007d80bd9ddbaafb44f71f82cd185a649643477528d67b6998f818"
STEPS = ("earn", "earn", "spend", "undo spend", "refund", "days")


def earning(points: int, *, debt: int = 0, growth: int = 0) -> LedgerTransaction:
    amounts = {Unit.POINTS: points, Unit.GROWTH: growth} if growth else {Unit.POINTS: points}
    return earn(17, amounts, debt=debt, earned_on=TODAY, expires_on=NEXT_YEAR, cause={"why": 1})


def test_an_earning_opens_a_lot_of_its_own() -> None:
    transaction = earning(50)
    assert transaction.kind == TransactionKind.EARN
    assert transaction.entries == (Entry(ISSUED, -50), Entry(MINE, 50))
    assert transaction.opened == (OpenedLot(MINE, 50, TODAY, NEXT_YEAR),)


def test_an_earning_pays_debt_before_it_opens_a_lot() -> None:
    partly = earning(50, debt=20)
    assert partly.entries == (Entry(ISSUED, -50), Entry(OWED, 20), Entry(MINE, 30))
    assert partly.opened[0].amount == 30
    wholly = earning(50, debt=80)
    assert wholly.entries == (Entry(ISSUED, -50), Entry(OWED, 50))
    assert wholly.opened == ()


def test_growth_is_earned_beside_points_and_opens_no_lot() -> None:
    growth = Account(AccountKind.MEMBER, Unit.GROWTH, 17)
    transaction = earning(50, growth=32)
    assert Entry(growth, 32) in transaction.entries
    assert [lot.account for lot in transaction.opened] == [MINE]


def test_a_purchase_may_bring_growth_without_points() -> None:
    transaction = earn(
        17, {Unit.GROWTH: 5}, debt=3, earned_on=TODAY, expires_on=None, cause={"why": 1}
    )
    assert {entry.account.unit for entry in transaction.entries} == {Unit.GROWTH}


def test_stored_value_is_not_earned() -> None:
    with pytest.raises(AssertionError):
        earn(17, {Unit.BONUS: 5}, debt=0, earned_on=TODAY, expires_on=None, cause={})


def test_a_spend_and_an_expiry_take_from_named_lots() -> None:
    spent = spend(17, [Draw(1, 30), Draw(2, 5)], cause={"why": 1})
    assert spent.entries == (Entry(MINE, -35), Entry(REDEEMED, 35))
    assert spent.allocations == (Allocation(MINE, 1, -30), Allocation(MINE, 2, -5))
    lapsed = expire(17, [Draw(1, 7)], cause={"why": 1})
    assert lapsed.entries == (Entry(MINE, -7), Entry(EXPIRED, 7))


def test_a_returned_purchase_takes_from_lots_and_owes_the_rest() -> None:
    taken = ClawBack((Draw(1, 30),), debt=20)
    transaction = reverse_earning(17, taken, amounts={Unit.GROWTH: 50}, cause={"why": 1})
    assert transaction.entries[:3] == (Entry(ISSUED, 50), Entry(OWED, -20), Entry(MINE, -30))
    assert Entry(Account(AccountKind.MEMBER, Unit.GROWTH, 17), -50) in transaction.entries
    assert transaction.allocations == (Allocation(MINE, 1, -30),)


def test_an_undone_spend_fills_its_lots_again_and_opens_one_for_each_that_ended() -> None:
    given_back = GiveBack(repaid=3, draws=(Draw(1, 5),), late=(Draw(4, 7), Draw(5, 3)))
    transaction = reverse_spending(
        17, given_back, earned_on=TODAY, late_expires_on=NEXT_YEAR, cause={"why": 1}
    )
    assert transaction.entries == (Entry(REDEEMED, -18), Entry(OWED, 3), Entry(MINE, 15))
    assert transaction.allocations == (Allocation(MINE, 1, 5),)
    assert transaction.opened == tuple(
        OpenedLot(MINE, points, TODAY, NEXT_YEAR) for points in (7, 3)
    )


@pytest.mark.parametrize(
    "faulty",
    [
        {"entries": (Entry(MINE, 50), Entry(ISSUED, -49))},
        {"entries": (Entry(Account(AccountKind.ISSUED, Unit.GROWTH), -50), Entry(MINE, 50))},
        {"entries": (Entry(MINE, 50),)},
        {"entries": ()},
        {"entries": (Entry(MINE, 50), Entry(ISSUED, -50), Entry(REDEEMED, 0))},
        {"entries": (Entry(MINE, 25), Entry(MINE, 25), Entry(ISSUED, -50))},
        {"opened": ()},
        {"opened": (OpenedLot(MINE, 49, TODAY, None),)},
        {"allocations": (Allocation(MINE, 1, 1),)},
        {"allocations": (Allocation(OWED, 1, 1),)},
    ],
)
def test_a_transaction_that_does_not_add_up_cannot_be_made(faulty: dict[str, object]) -> None:
    sound: dict[str, object] = {
        "entries": (Entry(MINE, 50), Entry(ISSUED, -50)),
        "opened": (OpenedLot(MINE, 50, TODAY, None),),
    }
    LedgerTransaction(TransactionKind.EARN, {}, **sound)  # type: ignore[arg-type]
    with pytest.raises(AssertionError):
        LedgerTransaction(TransactionKind.EARN, {}, **{**sound, **faulty})  # type: ignore[arg-type]


def test_an_account_belongs_to_a_member_or_to_the_shop() -> None:
    assert [str(MINE), str(OWED), str(ISSUED)] == [
        *("points:member:17", "points:debt:17", "points:issued"),
    ]
    for kind, member_id in ((AccountKind.MEMBER, None), (AccountKind.ISSUED, 17)):
        with pytest.raises(AssertionError):
            Account(kind, Unit.POINTS, member_id)


def test_the_digest_of_a_transaction_is_fixed_for_ever() -> None:
    # Stored digests are compared with it after every upgrade: this figure must not change.
    assert earning(50).digest() == DIGEST_OF_50


def test_the_order_of_lines_does_not_change_the_digest() -> None:
    one = spend(17, [Draw(1, 3), Draw(2, 4)], cause={"a": 1, "b": 2})
    other = spend(17, [Draw(2, 4), Draw(1, 3)], cause={"b": 2, "a": 1})
    assert one.digest() == other.digest()


def test_every_figure_of_a_transaction_changes_its_digest() -> None:
    digests = {
        spend(17, [Draw(1, 3), Draw(2, 4)], cause={"why": 1}).digest(),
        spend(17, [Draw(1, 4), Draw(2, 3)], cause={"why": 1}).digest(),
        spend(17, [Draw(1, 7)], cause={"why": 1}).digest(),
        spend(18, [Draw(1, 7)], cause={"why": 1}).digest(),
        spend(17, [Draw(1, 7)], cause={"why": 2}).digest(),
        expire(17, [Draw(1, 7)], cause={"why": 1}).digest(),
        earning(7).digest(),
        earning(7, debt=3).digest(),
    }
    assert len(digests) == 8


@given(st.data())
def test_whatever_happens_the_books_balance_and_nothing_is_lost(data: st.DataObject) -> None:
    books, earned, spent = Books(), [], []
    for step in data.draw(st.lists(st.sampled_from(STEPS), max_size=25)):
        if step == "earn":
            points = data.draw(st.integers(1, 100))
            earned.append((points, books.earn(points)))
        elif step == "spend" and books.balance:
            spent.append(books.spend(data.draw(st.integers(1, books.balance))))
        elif step == "undo spend" and spent:
            books.undo_spend(spent.pop(data.draw(st.integers(0, len(spent) - 1))))
        elif step == "refund" and earned:
            books.take_back(*earned.pop(data.draw(st.integers(0, len(earned) - 1))))
        else:
            books.pass_days(data.draw(st.integers(1, 20)))
        assert not (books.debt and books.balance), "debt is paid before anything can be spent"
    assert books.complaints() == []


def test_a_purchase_returned_in_full_leaves_nothing_behind() -> None:
    books = Books()
    lot_id = books.earn(80)
    draws = books.spend(30)
    books.take_back(80, lot_id)
    assert (books.balance, books.debt) == (0, 30)
    books.undo_spend(draws)
    assert (books.balance, books.debt) == (0, 0)
    assert books.amount(AccountKind.ISSUED) == books.amount(AccountKind.REDEEMED) == 0


def test_points_put_back_after_their_lot_ended_live_a_short_life_of_their_own() -> None:
    books = Books()
    books.earn(50)
    draws = books.spend(20)
    books.pass_days(31)
    books.undo_spend(draws)
    assert books.balance == 20
    assert books.lots[2].expires_on == books.today + timedelta(days=7)
