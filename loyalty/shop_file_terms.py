"""The shop as its file describes it (商家档案): brand, places, rules, coupon kinds, campaigns."""

from dataclasses import dataclass, fields
from datetime import date

MODES = ("central", "local", "hybrid")


class ShopTerms:
    """What every part of a shop file can do: say itself as plain JSON, always in one way."""

    __slots__ = ()

    def as_data(self) -> dict[str, object]:
        values = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]
        return {name: _as_json(value) for name, value in values.items() if value not in (None, ())}


def _as_json(value: object) -> object:
    if isinstance(value, ShopTerms):
        return value.as_data()
    if isinstance(value, tuple):
        return [_as_json(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


@dataclass(frozen=True, slots=True)
class Scope(ShopTerms):
    """Where, when, for whom and for which goods something holds; what is empty limits nothing.

    Weekdays count from 1, Monday; the last day is included. In the file these keys stand beside
    the others of their section.
    """

    stores: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    excluded_categories: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = ()
    days_of_month: tuple[int, ...] = ()
    excluded_days: tuple[date, ...] = ()
    first_day: date | None = None
    last_day: date | None = None

    def as_data(self) -> dict[str, object]:
        names = {"first_day": "from", "last_day": "until"}
        return {names.get(name, name): day for name, day in ShopTerms.as_data(self).items()}


ANYWHERE = Scope()


def flat(data: dict[str, object]) -> dict[str, object]:
    """Put the keys of a scope beside the others, as the file has them."""
    scope = data.pop("scope", {})
    assert isinstance(scope, dict)
    return {**data, **scope}


class Scoped(ShopTerms):
    """Terms that hold within a scope."""

    __slots__ = ()

    def as_data(self) -> dict[str, object]:
        return flat(ShopTerms.as_data(self))


@dataclass(frozen=True, slots=True)
class Brand(ShopTerms):
    """`mode`: who owns members and rules: headquarters (central), the stores (local), or both."""

    code: str
    name: str
    mode: str = MODES[0]


@dataclass(frozen=True, slots=True)
class Region(ShopTerms):
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Store(ShopTerms):
    code: str
    region: str
    name: str


@dataclass(frozen=True, slots=True)
class Till(ShopTerms):
    code: str
    store: str


@dataclass(frozen=True, slots=True)
class PointsPolicy(ShopTerms):
    """How points (积分) are earned, how long they live, and what they take off at the till.

    Receipts from `pending_from_fen` wait `pending_days` before their points may be spent. Points
    that return to a lot which has ended live `return_days`. Staff give or take up to
    `adjust_limit` points alone, more with a second person.
    """

    points_per_yuan: int = 1
    expire: str = "365d"
    pending_days: int = 0
    pending_from_fen: int = 0
    claim_days: int = 30
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

    Growth is one a yuan of net purchase; a visit is a store and a day; gifts are given once, when
    the rung is reached; benefits are lines for people.
    """

    code: str
    name: str
    growth: int
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


@dataclass(frozen=True, slots=True)
class CouponKind(Scoped):
    """A coupon kind (券种). Valid for days from its issue, or through the last of fixed days.

    A copy issued today begins `delay_days` later. A copy that comes back by a refund after its
    end lives `return_days` more. `with_tier_price`: also taken off a price reduced by the tier.
    """

    code: str
    name: str
    kind: str
    amount_fen: int | None = None
    discount_percent: int | None = None
    max_fen: int | None = None
    item: str | None = None
    count: int | None = None
    threshold_fen: int = 0
    valid_days: int | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    delay_days: int = 0
    stock: int | None = None
    per_member: int | None = None
    giftable: bool = True
    with_tier_price: bool = True
    return_days: int = 7
    scope: Scope = ANYWHERE

    def as_data(self) -> dict[str, object]:
        data = Scoped.as_data(self)
        days = data.pop("valid_days", None)
        if days is not None:
            data["valid"] = f"{days}d"
        for name in ("from", "until"):
            day = data.pop(f"valid_{name}", None)
            if day is not None:
                data[name] = day
        return data


@dataclass(frozen=True, slots=True)
class Promotion(Scoped):
    """A price promotion (满减、折扣、套餐) that needs no coupon.

    `money_off` takes amount_fen from threshold_fen on (`every`: for each full threshold),
    `percent_off` leaves discount_percent, `bundle` sells one of each sku for price_fen. Without
    `with_tier_price` a member pays the lower of promotion and tier price.
    """

    code: str
    name: str
    kind: str
    threshold_fen: int = 0
    amount_fen: int | None = None
    discount_percent: int | None = None
    skus: tuple[str, ...] = ()
    price_fen: int | None = None
    every: bool = False
    with_tier_price: bool = False
    scope: Scope = ANYWHERE


@dataclass(frozen=True, slots=True)
class Reward(Scoped):
    """Something to be had for points (积分商城): a coupon of the kind `coupon`.

    With `returns_points` the points come back when the coupon lapses unused.
    """

    code: str
    name: str
    points: int
    coupon: str
    stock: int | None = None
    per_member: int | None = None
    returns_points: bool = False
    scope: Scope = ANYWHERE


@dataclass(frozen=True, slots=True)
class WalletTerms(ShopTerms):
    """Stored value (储值): a registered card holds `limit_fen` of principal at most.

    A hold above `confirm_above_fen` awaits the member's yes. An unused top-up may be withdrawn
    for `withdraw_days` (0: never).
    """

    limit_fen: int = 500_000
    hold_minutes: int = 15
    confirm_above_fen: int = 100_000
    withdraw_days: int = 7


@dataclass(frozen=True, slots=True)
class TopUpOffer(ShopTerms):
    """Pay `paid_fen` or more at once and get `bonus_fen` (充 500 送 50); the best one counts."""

    code: str
    paid_fen: int
    bonus_fen: int
    bonus_days: int | None = None


@dataclass(frozen=True, slots=True)
class CampaignTerms(ShopTerms):
    """A campaign (营销活动) as written; each action is one name with its value."""

    code: str
    trigger: str
    actions: tuple[tuple[str, int | str], ...]

    def as_data(self) -> dict[str, object]:
        actions = [{name: value} for name, value in self.actions]
        return {"code": self.code, "trigger": self.trigger, "actions": actions}


@dataclass(frozen=True, slots=True)
class ShopFile(ShopTerms):
    """All of a file; what the file leaves out is None or empty and stays as it was."""

    brand: Brand | None = None
    regions: tuple[Region, ...] = ()
    stores: tuple[Store, ...] = ()
    tills: tuple[Till, ...] = ()
    points: PointsPolicy | None = None
    point_boosts: tuple[PointBoost, ...] = ()
    ladder: LadderTerms | None = None
    tiers: tuple[Tier, ...] = ()
    coupon_kinds: tuple[CouponKind, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    rewards: tuple[Reward, ...] = ()
    wallet: WalletTerms | None = None
    topup_offers: tuple[TopUpOffer, ...] = ()
    campaigns: tuple[CampaignTerms, ...] = ()

    def as_data(self) -> dict[str, object]:
        data: dict[str, object] = {}
        for field in fields(self):
            part: ShopTerms | tuple[ShopTerms, ...] | None = getattr(self, field.name)
            if isinstance(part, ShopTerms):
                data[field.name] = part.as_data()
            elif part:
                data[field.name] = [terms.as_data() for terms in part]
        return data


@dataclass(frozen=True, slots=True)
class KnownCodes:
    """What the shop has already, to which a file that brings only a part may refer."""

    regions: frozenset[str] = frozenset()
    stores: frozenset[str] = frozenset()
    tiers: frozenset[str] = frozenset()
    coupon_kinds: frozenset[str] = frozenset()

    def of(self, section: str) -> frozenset[str]:
        codes: frozenset[str] = getattr(self, section)
        return codes
