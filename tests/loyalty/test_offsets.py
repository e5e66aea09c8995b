"""Points at the till: unit, cap and the last odd fen."""

import pytest

from loyalty.offsets import OffsetAboveCap, OffsetNotInSteps, check_offset, most_points, offset_fen
from loyalty.shop_file.terms import PointsPolicy

HALF = PointsPolicy(offset_unit=100, offset_percent_cap=50)
ALL = PointsPolicy(offset_unit=100, offset_percent_cap=100)
DEAR = PointsPolicy(offset_unit=10, offset_percent_cap=100, value_fen=3)
NONE = PointsPolicy(offset_percent_cap=0)


@pytest.mark.parametrize(
    ("policy", "amount_fen", "balance", "most"),
    [
        (HALF, 3250, 5000, 1600),
        (HALF, 3250, 1599, 1500),
        (HALF, 199, 5000, 0),
        (ALL, 3250, 5000, 3250),
        (ALL, 3250, 3249, 3200),
        (DEAR, 100, 50, 33),
        (DEAR, 100, 32, 30),
        (NONE, 3250, 5000, 0),
        (HALF, 3250, 0, 0),
    ],
)
def test_the_most_points_for_an_amount(
    policy: PointsPolicy, amount_fen: int, balance: int, most: int
) -> None:
    assert most_points(policy, amount_fen, balance) == most
    assert offset_fen(policy, most) <= amount_fen
    check_offset(policy, amount_fen, most)


def test_points_above_the_cap_are_refused_with_the_most_there_may_be() -> None:
    with pytest.raises(OffsetAboveCap) as refused:
        check_offset(HALF, 3250, 1700)
    assert refused.value.facts == {"points": 1700, "most": 1600}
    with pytest.raises(OffsetAboveCap):
        check_offset(NONE, 3250, 1)


def test_points_out_of_step_are_refused_with_the_step() -> None:
    with pytest.raises(OffsetNotInSteps) as refused:
        check_offset(HALF, 3250, 150)
    assert refused.value.facts["unit"] == 100


def test_only_the_number_that_pays_everything_may_be_out_of_step() -> None:
    check_offset(ALL, 3250, 3250)
    with pytest.raises(OffsetNotInSteps):
        check_offset(ALL, 3250, 3249)
