"""Earning by purchase (消费积分): what the net of a purchase deserves by the rule of its day.

The rule is kept with the purchase as facts. What is deserved never rises while more goes back,
and depends on nothing but the sum of the refunds: twenty small ones equal one large.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from loyalty.baskets import SHIPPING
from loyalty.refunds import (
    NOTHING_RETURNED,
    REWARD,
    ExactFen,
    Returned,
    Sale,
    SaleLine,
    values_left,
)

PLAIN_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Boost:
    """A boost (积分加倍) that holds on that day at that store: a percentage or flat points.

    The threshold is asked of the goods it covers; no tiers means everybody.
    """

    code: str
    name: str
    percent: int | None = None
    points: int | None = None
    threshold_fen: int = 0
    tiers: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    excluded_categories: tuple[str, ...] = ()

    def covers(self, category: str) -> bool:
        if category in self.excluded_categories:
            return False
        return not self.categories or category in self.categories


@dataclass(frozen=True, slots=True)
class Earning:
    """How one purchase earns; `rules` is the version, `tier` the member's at that moment.

    `day_allowance` is what was left of the member's day when it was credited. `bonus_paid_fen`
    was paid with money the shop had given, which earns nothing.
    """

    rules: int = 0
    per_yuan: int = 0
    tier: str = ""
    boosts: tuple[Boost, ...] = ()
    excluded_categories: tuple[str, ...] = ()
    excluded_skus: tuple[str, ...] = ()
    cap_per_receipt: int | None = None
    day_allowance: int | None = None
    bonus_paid_fen: int = 0

    def as_data(self) -> dict[str, Any]:
        data = {name: getattr(self, name) for name in self.__slots__}
        boosts = [{name: getattr(boost, name) for name in boost.__slots__} for boost in self.boosts]
        return {**data, "boosts": boosts}

    def excludes(self, line: SaleLine) -> bool:
        is_out = line.sku in self.excluded_skus or line.category in self.excluded_categories
        return is_out or line.category in (REWARD, SHIPPING)


class NoPoints(StrEnum):
    """Why a purchase brings no points at all."""

    SMALL = "small"
    RETURNED = "returned"
    EXCLUDED = "excluded"
    GIVEN_MONEY = "given_money"
    CAPPED = "capped"


@dataclass(frozen=True, slots=True)
class Reckoning:
    """Points with all that they come from; `uncapped` is more where a cap cut them.

    Of `base_fen` the multiplier covers `covered_fen`.
    """

    points: int
    uncapped: int
    base_fen: int
    multiplier: Boost | None
    bonuses: tuple[Boost, ...]
    covered_fen: int = 0

    def no_points(self, earning: Earning, *, paid_fen: int, refunded_fen: int) -> NoPoints | None:
        """None where there are some."""
        if self.points:
            return None
        if self.uncapped:
            return NoPoints.CAPPED
        if self.base_fen or paid_fen == 0:
            return NoPoints.SMALL
        if paid_fen == refunded_fen:
            return NoPoints.RETURNED
        is_given = earning.bonus_paid_fen >= paid_fen - refunded_fen
        return NoPoints.GIVEN_MONEY if is_given else NoPoints.EXCLUDED

    def facts(self, earning: Earning) -> dict[str, object]:
        """What explains the points later, kept with the ledger transaction."""
        facts: dict[str, object] = {
            "rules": earning.rules,
            "tier": earning.tier,
            "base_fen": self.base_fen,
            "per_yuan": earning.per_yuan,
        }
        if earning.bonus_paid_fen:
            facts["bonus_paid_fen"] = earning.bonus_paid_fen
        if self.multiplier is not None:
            facts["multiplier"] = {
                "code": self.multiplier.code,
                "name": self.multiplier.name,
                "percent": self.multiplier.percent,
                "covered_fen": self.covered_fen,
            }
        if self.bonuses:
            facts["bonuses"] = [
                {"code": bonus.code, "name": bonus.name, "points": bonus.points}
                for bonus in self.bonuses
            ]
        if self.points < self.uncapped:
            facts["uncapped"] = self.uncapped
            facts["cap_per_receipt"] = earning.cap_per_receipt
            facts["day_allowance"] = earning.day_allowance
        return facts


@dataclass(frozen=True, slots=True)
class EligiblePart:
    """Money paid for goods of one category that earn."""

    category: str
    fen: ExactFen


def earning_from(data: Mapping[str, Any]) -> Earning:
    """Read what `as_data` said; what an older record lacks is empty."""
    values = _with_tuples(data)
    boosts = tuple(Boost(**_with_tuples(boost)) for boost in values.pop("boosts", ()))
    return Earning(**values, boosts=boosts)


def deserved(earning: Earning, sale: Sale, returned: Returned = NOTHING_RETURNED) -> int:
    return reckon(earning, sale, returned).points


def reckon(earning: Earning, sale: Sale, returned: Returned = NOTHING_RETURNED) -> Reckoning:
    """Base × the best multiplier, rounded down once, plus flat bonuses, within the caps.

    Of several multipliers the one counts that gives the most; they are never multiplied.
    """
    parts = eligible_parts(earning, sale, returned)
    held = [boost for boost in earning.boosts if _holds(boost, earning.tier, parts)]
    best, multiplier = points_with(None, parts, earning.per_yuan), None
    for boost in held:
        points = points_with(boost, parts, earning.per_yuan) if boost.percent else 0
        if points > best:
            best, multiplier = points, boost
    bonuses = tuple(boost for boost in held if boost.points)
    uncapped = best + sum(bonus.points or 0 for bonus in bonuses)
    caps = [cap for cap in (earning.cap_per_receipt, earning.day_allowance) if cap is not None]
    return Reckoning(
        points=min([uncapped, *caps]),
        uncapped=uncapped,
        base_fen=int(_total(parts)),
        multiplier=multiplier,
        bonuses=bonuses,
        covered_fen=int(_covered(multiplier, parts)) if multiplier else 0,
    )


def eligible_parts(earning: Earning, sale: Sale, returned: Returned) -> list[EligiblePart]:
    """What is left of the goods that earn, less the part paid with given money."""
    if sale.paid_fen == 0:
        return []
    values = values_left(sale, returned)
    if earning.bonus_paid_fen:
        own = Fraction(sale.paid_fen - earning.bonus_paid_fen, sale.paid_fen)
        values = [value * own for value in values]
    return [
        EligiblePart(line.category, value)
        for line, value in zip(sale.lines, values, strict=True)
        if value > 0 and not earning.excludes(line)
    ]


def points_with(boost: Boost | None, parts: Sequence[EligiblePart], per_yuan: int) -> int:
    """A boost of some categories multiplies only their share; all is rounded down together."""
    weighted = _total(parts) * PLAIN_PERCENT
    if boost and boost.percent:
        weighted += _covered(boost, parts) * (boost.percent - PLAIN_PERCENT)
    return weighted * per_yuan // (100 * PLAIN_PERCENT)


def _holds(boost: Boost, tier: str, parts: Sequence[EligiblePart]) -> bool:
    if boost.tiers and tier not in boost.tiers:
        return False
    covered = _covered(boost, parts)
    return covered > 0 and covered >= boost.threshold_fen


def _covered(boost: Boost, parts: Sequence[EligiblePart]) -> ExactFen:
    return _total([part for part in parts if boost.covers(part.category)])


def _total(parts: Sequence[EligiblePart]) -> ExactFen:
    return sum([part.fen for part in parts])


def _with_tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in data.items()
    }
