"""RFM: how recently, how often and for how much somebody buys, each from 1 to 5 (field-rules D8).

By percentile in the shop's own base; alike values get alike scores. In a young or small shop by
fixed bounds, because percentiles of few say nothing.
"""

from enum import StrEnum

ENOUGH_BUYERS = 500
ENOUGH_DAYS = 180
WINDOW_DAYS = 365
# From so many days since the last purchase on, so many purchases, so much money: one score less,
# or one more.
QUIET_DAYS = (30, 60, 90, 180)
PURCHASES = (2, 4, 8, 16)
SPENT_FEN = (10_000, 30_000, 100_000, 300_000)


class RfmName(StrEnum):
    """What a score is called; of several the first in this order."""

    CHAMPION = "champion"
    LOYAL = "loyal"
    PROMISING = "promising"
    AT_RISK = "at_risk"
    LOST = "lost"
    HIBERNATING = "hibernating"
    STEADY = "steady"


RFM_WORDS = {
    RfmName.CHAMPION: "重要价值",
    RfmName.LOYAL: "忠诚",
    RfmName.PROMISING: "潜力",
    RfmName.AT_RISK: "重要挽留",
    RfmName.LOST: "流失",
    RfmName.HIBERNATING: "沉寂",
    RfmName.STEADY: "一般",
}


def rfm_name(r: int, f: int, m: int) -> RfmName:
    if r == 5 and f >= 4 and m >= 4:
        return RfmName.CHAMPION
    if r >= 3 and f >= 4:
        return RfmName.LOYAL
    if r >= 4 and f <= 2:
        return RfmName.PROMISING
    if r <= 2 and f >= 3 and m >= 3:
        return RfmName.AT_RISK
    if r == 1 and f == 1:
        return RfmName.LOST
    return RfmName.HIBERNATING if r <= 2 and f <= 2 else RfmName.STEADY
