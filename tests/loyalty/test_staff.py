"""员工: who may do what, and up to which amounts."""

import pytest

from loyalty.staff import Right, Role, has_right, largest_amount_fen

MAY = {
    "owner": set(Right),
    "manager": set(Right) - {Right.KNOW_STAFF},
    "clerk": set(Right) - {Right.KNOW_STAFF, Right.ADJUST, Right.CARD_REFUND},
    "support": {Right.LOOK_UP},
    "marketing": set(),
    "auditor": set(),
    None: set(),
}


@pytest.mark.parametrize("role", MAY)
def test_rights_are_those_of_the_role_and_nobody_has_more(role: str | None) -> None:
    assert {right for right in Right if has_right(role, right)} == MAY[role]


def test_amounts_typed_by_hand_grow_with_the_role() -> None:
    limits = [largest_amount_fen(role) for role in (None, Role.CLERK, Role.MANAGER, Role.OWNER)]
    assert limits == [0, 500_000, 2_000_000, 10_000_000]
