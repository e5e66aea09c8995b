"""Points and tiers (积分、等级) in the shop file: how they are earned, kept and told."""

from dataclasses import dataclass
from datetime import date

from loyalty.shop_file.parts import ANYWHERE, Scope, Scoped, ShopTerms


@dataclass(frozen=True, slots=True)
class PointsPolicy(ShopTerms):
    """How points (积分) are earned, how long they live, and what they take off at the till.

    Receipts from `pending_from_fen` wait `pending_days` before their points may be spent. Points
    that return to a lot which has ended live `return_days`. Staff give or take up to
    `adjust_limit` points alone, more with a second person. A person claims `claims_per_day`
    receipts, of one store `claims_per_store_per_day` (0: no limit).
    """

    points_per_yuan: int = 1
    expire: str = "365d"
    pending_days: int = 0
    pending_from_fen: int = 0
    claim_days: int = 30
    claims_per_day: int = 0
    claims_per_store_per_day: int = 0
    value_fen: int = 1
    offset_unit: int = 100
    offset_percent_cap: int = 50
    cap_per_receipt: int | None = None
    cap_per_day: int | None = None
    excluded_categories: tuple[str, ...] = ()
    excluded_skus: tuple[str, ...] = ()
    bonus_paid_earns: bool = False
    return_days: int = 30
    adjust_limit: int = 1000


@dataclass(frozen=True, slots=True)
class PointBoost(Scoped):
    """More points for a while (积分加倍): `percent` of the base (200 doubles it), or flat `points`.

    The highest percentage counts, flat points add up.
    """

    code: str
    name: str
    percent: int | None = None
    points: int | None = None
    threshold_fen: int = 0
    scope: Scope = ANYWHERE


@dataclass(frozen=True, slots=True)
class LadderTerms(ShopTerms):
    """By which rules the rungs are reached and kept; in force from `starts` on.

    What counts is what was reached in the last `window_days` (0: ever). A rung is kept through
    the month `term_months` later, and again with `keep_percent` of what it asks for.
    """

    starts: date | None = None
    window_days: int = 365
    keep_percent: int = 80
    term_months: int = 12
    grace_days: int = 30
    visit_from_fen: int = 0


@dataclass(frozen=True, slots=True)
class Tier(ShopTerms):
    """A rung of the ladder (等级): `match` any or all of the measures that are above zero.

    The first rung asks for nothing. Growth is one a yuan of net purchase; a visit is a store and a
    day; gifts are given once, when the rung is reached; benefits are lines for people.
    """

    code: str
    name: str
    growth: int = 0
    discount_percent: int = 100
    visits: int = 0
    spend_fen: int = 0
    match: str = "all"
    benefits: tuple[str, ...] = ()
    gifts: tuple[tuple[str, int | str], ...] = ()

    def as_data(self) -> dict[str, object]:
        data = ShopTerms.as_data(self)
        if self.gifts:
            data["gifts"] = [{name: value} for name, value in self.gifts]
        return data
