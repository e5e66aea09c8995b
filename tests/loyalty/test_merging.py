"""Merging (合并): everything passes from one hand to the other in one transaction."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.ledger import TransactionKind, Unit
from loyalty.merging import (
    Belongings,
    LotLeft,
    debt_to_return,
    growth_to_return,
    hand_over,
)

CAUSE = {"what": "merged"}
WANG, LI = 2, 1
LOTS = st.lists(st.integers(0, 99), max_size=4)


@given(points=LOTS, principal=LOTS, growth=st.integers(0, 9), debt=st.integers(0, 9))
def test_what_one_hands_over_the_other_has(
    points: list[int], principal: list[int], growth: int, debt: int
) -> None:
    lots = [LotLeft(Unit.POINTS, n, left) for n, left in enumerate(points)]
    lots += [LotLeft(Unit.PRINCIPAL, n + 9, left) for n, left in enumerate(principal)]
    amounts = {Unit.POINTS: sum(points), Unit.PRINCIPAL: sum(principal), Unit.GROWTH: growth}
    goods = Belongings(amounts, debt, tuple(lots))
    booked = hand_over(TransactionKind.MERGE, WANG, LI, goods, cause=CAUSE)
    if booked is None:
        assert not any([*amounts.values(), debt])
        return
    for member_id, sign in ((WANG, -1), (LI, 1)):
        mine = {
            (entry.account.unit, entry.account.kind.value): sign * entry.amount
            for entry in booked.entries
            if entry.account.member_id == member_id
        }
        wanted = {(unit, "member"): amount for unit, amount in amounts.items() if amount}
        assert mine == wanted | ({(Unit.POINTS, "debt"): -debt} if debt else {})


def test_a_lot_leaves_one_hand_before_it_is_in_the_other() -> None:
    goods = Belongings(
        {Unit.POINTS: 7}, 0, (LotLeft(Unit.POINTS, 5, 7), LotLeft(Unit.POINTS, 6, 0))
    )
    booked = hand_over(TransactionKind.MERGE, WANG, LI, goods, cause=CAUSE)
    assert booked is not None
    moved = [(line.account.member_id, line.lot_id, line.amount) for line in booked.allocations]
    assert moved == [(WANG, 5, -7), (LI, 5, 7)]


@pytest.mark.parametrize(
    ("came", "returned", "kept_has", "goes"),
    [(500, 0, 900, 500), (500, 200, 900, 300), (500, 700, 900, 0), (500, 0, 400, 400)],
)
def test_growth_goes_back_less_what_refunds_took(
    came: int, returned: int, kept_has: int, goes: int
) -> None:
    assert growth_to_return(came, returned=returned, kept_has=kept_has) == goes


@pytest.mark.parametrize(("came", "owes", "goes"), [(20, 35, 20), (20, 5, 5), (0, 5, 0)])
def test_debt_goes_back_as_far_as_it_is_not_paid(came: int, owes: int, goes: int) -> None:
    assert debt_to_return(came, kept_owes=owes) == goes
