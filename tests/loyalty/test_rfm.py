"""RFM names (field-rules D8): every score has one, the more particular one first."""

import pytest

from loyalty.rfm import RfmName, rfm_name


@pytest.mark.parametrize(
    ("scores", "name"),
    [
        ((5, 4, 4), RfmName.CHAMPION),
        ((5, 4, 3), RfmName.LOYAL),
        ((3, 5, 1), RfmName.LOYAL),
        ((4, 2, 5), RfmName.PROMISING),
        ((2, 3, 3), RfmName.AT_RISK),
        ((1, 5, 5), RfmName.AT_RISK),
        ((1, 1, 5), RfmName.LOST),
        ((2, 2, 1), RfmName.HIBERNATING),
        ((1, 2, 2), RfmName.HIBERNATING),
        ((3, 3, 3), RfmName.STEADY),
        ((2, 4, 1), RfmName.STEADY),
    ],
)
def test_scores_have_names(scores: tuple[int, int, int], name: RfmName) -> None:
    assert rfm_name(*scores) == name
