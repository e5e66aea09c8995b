"""Parts of the shop file (商家档案): how each says itself, its scope (适用范围), its places."""

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
    """A member who lives in one of its `districts` (区县) belongs to it."""

    code: str
    name: str
    districts: tuple[str, ...] = ()


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
class ProfileTerms(ShopTerms):
    """After a claim one detail is asked about, once in `check_days` (0: never).

    Staff find on their list (待核资料) what nobody has confirmed for `stale_months`. Two
    memberships that were merged (合并) can be parted again for `merge_undo_days`.
    """

    check_days: int = 90
    stale_months: int = 12
    merge_undo_days: int = 30
