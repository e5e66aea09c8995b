"""员工: who may do what, and up to which amounts."""

import pytest

from loyalty.staff import Right, Role, has_right, largest_amount_fen

EVERYBODY = {Right.CONFIRM, Right.TRAIN}
AT_THE_COUNTER = {
    *(Right.REDEEM, Right.TOP_UP, Right.RECEIPT, Right.CHECK_DETAILS, Right.CHECK_IN),
}
SPEAKING = {Right.ANNOUNCE, Right.AUDIENCE, Right.BROADCAST, Right.ACTIVITY}
IN_SERVICE = {Right.LOOK_UP, Right.UNDO, Right.UNMASK, Right.TICKETS, Right.REMEDY}
OF_OWNERS = {
    *(Right.MANAGE_STAFF, Right.KNOW_STAFF, Right.AUDIT, Right.APPROVE),
    *(Right.PAUSE_SENDING, Right.BACK_UP),
}
MAY = {
    "owner": set(Right),
    "manager": set(Right) - OF_OWNERS - {Right.CAMPAIGN},
    "clerk": EVERYBODY | AT_THE_COUNTER | {Right.LOOK_UP, Right.UNDO},
    "support": EVERYBODY | IN_SERVICE,
    "marketing": EVERYBODY | SPEAKING | {Right.CAMPAIGN, Right.CHECK_IN},
    "auditor": EVERYBODY | {Right.AUDIT, Right.KNOW_STAFF},
    None: set(),
}


@pytest.mark.parametrize("role", MAY)
def test_rights_are_those_of_the_role_and_nobody_has_more(role: str | None) -> None:
    assert {right for right in Right if has_right(role, right)} == MAY[role]


def test_amounts_typed_by_hand_grow_with_the_role() -> None:
    limits = [largest_amount_fen(role) for role in (None, Role.CLERK, Role.MANAGER, Role.OWNER)]
    assert limits == [0, 500_000, 2_000_000, 10_000_000]
