"""Tiers (等级): which rung of the ladder a member deserves, and what is missing to the next.

One reckoning, `standards`, serves the decision and the words a member reads: a rung holds when its
conditions do, and each condition tells what is there, what is asked for and what is missing.
Growth (成长值) is counted in hundredths here as in the ledger, so that a gap is exact to the fen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from loyalty.shop_file.terms import Tier

# Where a shop has no ladder everybody stands on this.
GROUND = Tier(code="base", name="", growth=0)
HUNDREDTHS = 100


@dataclass(frozen=True, slots=True)
class Measures:
    """What counts towards a rung, of one member in one window of days."""

    growth: int = 0
    visits: int = 0
    spend_fen: int = 0

    def after_spending(self, amount_fen: int, *, visit_from_fen: int) -> "Measures":
        """As they would be after one more purchase, at a store not visited on that day."""
        is_visit = amount_fen >= max(1, visit_from_fen)
        return replace(
            self,
            growth=self.growth + amount_fen,
            visits=self.visits + is_visit,
            spend_fen=self.spend_fen + amount_fen,
        )


class Condition(NamedTuple):
    """One measure against what a rung asks of it."""

    measure: str
    have: int
    need: int

    @property
    def holds(self) -> bool:
        return self.have >= self.need

    @property
    def missing(self) -> int:
        return max(0, self.need - self.have)


@dataclass(frozen=True, slots=True)
class Standards:
    """What a rung asks for (升级、保级条件), and how far a member meets it."""

    tier: Tier
    conditions: tuple[Condition, ...]

    @property
    def holds(self) -> bool:
        """The lowest rung asks for nothing."""
        held = [condition.holds for condition in self.conditions]
        return not held or (any(held) if self.tier.match == "any" else all(held))

    @property
    def missing_fen(self) -> int | None:
        """The purchases that would do, where purchases alone can."""
        gaps = [item.missing for item in self.conditions if item.measure != "visits"]
        if self.holds:
            return 0
        if self.tier.match == "any":
            return min(gaps, default=None)
        visits_hold = all(item.holds for item in self.conditions if item.measure == "visits")
        return max(gaps, default=None) if visits_hold else None


def standards(tier: Tier, measures: Measures, *, percent: int = 100) -> Standards:
    """The conditions of a rung; `percent` of them is what keeping it takes, rounded up."""
    asked = (
        ("growth", measures.growth, tier.growth * HUNDREDTHS),
        ("visits", measures.visits, tier.visits),
        ("spend_fen", measures.spend_fen, tier.spend_fen),
    )
    conditions = [
        Condition(measure, have, -(-need * percent // 100))
        for measure, have, need in asked
        if need > 0
    ]
    return Standards(tier, tuple(conditions))


def rungs_of(tiers: Sequence[Tier]) -> tuple[Tier, ...]:
    return tuple(tiers) or (GROUND,)


def place_of(rungs: Sequence[Tier], code: str, growth: int) -> int:
    """Where a member stands: by the rung's code, else the highest that asks no more growth."""
    for place, tier in enumerate(rungs):
        if tier.code == code:
            return place
    asking = [place for place, tier in enumerate(rungs) if 0 < tier.growth <= growth]
    return max(asking, default=0)


def deserved_place(rungs: Sequence[Tier], measures: Measures) -> int:
    """The highest rung whose conditions hold, whatever those below it ask for."""
    return max(place for place, tier in enumerate(rungs) if standards(tier, measures).holds)
