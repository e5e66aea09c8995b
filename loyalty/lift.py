"""Lift (提升): what the treated bought beside those who were held out, and what may be said of it.

Of few people nothing is claimed (A113): chance alone makes such differences.
"""

from dataclasses import dataclass
from enum import StrEnum

MEASURED_DAYS = 21
SMALLEST_GROUP = 100
# Both groups together; with fewer the approximation says nothing.
FEWEST_BUYERS = 10
# 1.96 squared: beyond it chance alone makes such a difference once in twenty times.
Z_SQUARED_10_000 = 38_416


class Verdict(StrEnum):
    NO_HOLD_OUT = "no_hold_out"
    TOO_SMALL = "too_small"
    NO_DIFFERENCE = "no_difference"
    MORE = "more"
    FEWER = "fewer"


@dataclass(frozen=True, slots=True)
class Group:
    """People whose days are over, how many of them bought meanwhile, and for how much."""

    people: int = 0
    buyers: int = 0
    spent_fen: int = 0

    @property
    def permille(self) -> int:
        """Buyers of a thousand, half up."""
        return (2000 * self.buyers + self.people) // (2 * self.people) if self.people else 0


def verdict_on(treated: Group, held_out: Group) -> Verdict:
    """Compares shares of buyers by the test of two proportions."""
    if held_out.people == 0:
        return Verdict.NO_HOLD_OUT
    people, buyers = treated.people + held_out.people, treated.buyers + held_out.buyers
    if min(treated.people, held_out.people) < SMALLEST_GROUP or buyers < FEWEST_BUYERS:
        return Verdict.TOO_SMALL
    lead = treated.buyers * held_out.people - held_out.buyers * treated.people
    # The square of z, multiplied out: lead² people / (n1 n2 buyers (people - buyers)).
    chance = treated.people * held_out.people * buyers * (people - buyers)
    if 10_000 * lead**2 * people <= Z_SQUARED_10_000 * chance:
        return Verdict.NO_DIFFERENCE
    return Verdict.MORE if lead > 0 else Verdict.FEWER
