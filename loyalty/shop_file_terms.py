"""The shop as its file describes it (商家档案): brand, places, rules, coupon kinds, campaigns."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date

MODES = ("central", "local", "hybrid")


class ShopTerms:
    """What every part of a shop file can do: say itself as plain JSON, always in one way."""

    __slots__ = ()

    def as_data(self) -> dict[str, object]:
        values = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]
        return {name: value for name, value in values.items() if value is not None}


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
    """How points (积分) are earned, how long they live, and what they take off at the till."""

    points_per_yuan: int = 1
    expire: str = "365d"
    pending_days: int = 0
    claim_days: int = 30
    value_fen: int = 1
    offset_unit: int = 100
    offset_percent_cap: int = 50


@dataclass(frozen=True, slots=True)
class Tier(ShopTerms):
    """A rung of the ladder (等级): reached with so much growth, paying so much of the price."""

    code: str
    name: str
    growth: int
    discount_percent: int = 100


@dataclass(frozen=True, slots=True)
class CouponKind(ShopTerms):
    """A coupon kind (券种). Valid for days from its issue, or through the last of fixed days."""

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
    stock: int | None = None
    per_member: int | None = None

    def as_data(self) -> dict[str, object]:
        data = super(CouponKind, self).as_data()
        days = data.pop("valid_days", None)
        if days is not None:
            data["valid"] = f"{days}d"
        for name in ("from", "until"):
            day = data.pop(f"valid_{name}", None)
            if isinstance(day, date):
                data[name] = day.isoformat()
        return data


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
    tiers: tuple[Tier, ...] = ()
    coupon_kinds: tuple[CouponKind, ...] = ()
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
    coupon_kinds: frozenset[str] = frozenset()

    def of(self, section: str) -> frozenset[str]:
        codes: Mapping[str, frozenset[str]] = {
            "regions": self.regions,
            "stores": self.stores,
            "coupon_kinds": self.coupon_kinds,
        }
        return codes[section]
