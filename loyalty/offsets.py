"""Points at the till (积分抵现): how many may be used for an amount, and what they take off.

Points come in steps of `offset_unit`, each worth `value_fen`, up to `offset_percent_cap` of the
amount, rounded down to the fen. Where the cap is all of it, the number of points that leaves less
than one point's worth to pay is allowed as well, or odd fen could never be paid with points.
"""

from loyalty.refusals import Refusal
from loyalty.shop_file.terms import PointsPolicy


class OffsetNeedsMember(Refusal):
    """Points are a member's; nobody was named."""

    wording = "tills/offset_needs_member"


class OffsetNotInSteps(Refusal):
    wording = "tills/offset_not_in_steps"


class OffsetAboveCap(Refusal):
    """More than may be used for this amount; `most` is what may."""

    wording = "tills/offset_above_cap"


def offset_fen(policy: PointsPolicy, points: int) -> int:
    return points * policy.value_fen


def most_points(policy: PointsPolicy, amount_fen: int, balance: int) -> int:
    """The largest number that may be used for an amount of goods out of this balance."""
    everything = amount_fen // policy.value_fen
    if policy.offset_percent_cap == 100 and everything <= balance:
        return everything
    within_cap = amount_fen * policy.offset_percent_cap // 100 // policy.value_fen
    usable = max(0, min(within_cap, balance))
    return usable - usable % policy.offset_unit


def check_offset(policy: PointsPolicy, amount_fen: int, points: int) -> None:
    """Raises OffsetAboveCap or OffsetNotInSteps for a number that may not be used."""
    most = most_points(policy, amount_fen, balance=amount_fen)
    if points > most:
        raise OffsetAboveCap(points=points, most=most)
    if points % policy.offset_unit and points != most:
        raise OffsetNotInSteps(points=points, unit=policy.offset_unit)
