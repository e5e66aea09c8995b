"""Filters (筛选): conditions joined by 且, 或 and 非, as one line of text and as plain data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from loyalty.audiences.conditions import Condition

MOST_CONDITIONS = 60
DEEPEST = 8


class UnreadableData(ValueError):
    """The data of a filter is not what this program writes; the text says where."""


@dataclass(frozen=True, slots=True)
class Both:
    """且: all of the parts hold."""

    parts: tuple["Filter", ...]

    def as_text(self) -> str:
        return " 且 ".join(_inside(part, Both, Either) for part in self.parts)

    def as_data(self) -> dict[str, object]:
        return {"all": [part.as_data() for part in self.parts]}


@dataclass(frozen=True, slots=True)
class Either:
    """或: one of the parts holds."""

    parts: tuple["Filter", ...]

    def as_text(self) -> str:
        return " 或 ".join(_inside(part, Either) for part in self.parts)

    def as_data(self) -> dict[str, object]:
        return {"any": [part.as_data() for part in self.parts]}


@dataclass(frozen=True, slots=True)
class Not:
    """非: the part does not hold."""

    part: "Filter"

    def as_text(self) -> str:
        return f"非 {_inside(self.part, Both, Either)}"

    def as_data(self) -> dict[str, object]:
        return {"not": self.part.as_data()}


Filter = Condition | Both | Either | Not
EVERYBODY = Condition("everybody")


def conditions_of(wanted: Filter) -> Iterator[Condition]:
    """Every condition, from left to right."""
    if isinstance(wanted, Condition):
        yield wanted
    elif isinstance(wanted, Not):
        yield from conditions_of(wanted.part)
    else:
        for part in wanted.parts:
            yield from conditions_of(part)


def depth_of(wanted: Filter) -> int:
    if isinstance(wanted, Condition):
        return 0
    if isinstance(wanted, Not):
        return 1 + depth_of(wanted.part)
    return 1 + max(map(depth_of, wanted.parts))


def filter_from_data(data: object) -> Filter:
    """Read what `as_data` wrote, strictly. Raises UnreadableData."""
    found = _from_data(data, DEEPEST)
    if sum(1 for _ in conditions_of(found)) > MOST_CONDITIONS:
        raise UnreadableData(f"more than {MOST_CONDITIONS} conditions")
    return found


def _from_data(data: Any, deep: int) -> Filter:
    match data:
        case {"word": str()}:
            return _condition(data)
        case {"not": part} if len(data) == 1 and deep:
            return Not(_from_data(part, deep - 1))
        case {"all": [_, _, *_] as parts} if len(data) == 1 and deep:
            return Both(tuple(_from_data(part, deep - 1) for part in parts))
        case {"any": [_, _, *_] as parts} if len(data) == 1 and deep:
            return Either(tuple(_from_data(part, deep - 1) for part in parts))
    raise UnreadableData(f"no filter: {str(data)[:80]}")


def _condition(data: Mapping[str, Any]) -> Condition:
    values: dict[str, Any] = {name: _field(name, value) for name, value in data.items()}
    try:
        condition = Condition(**values)
    except (TypeError, AssertionError) as fault:
        raise UnreadableData(str(fault)) from None
    if condition.as_data() != data:
        raise UnreadableData(f"not as it is written: {str(data)[:80]}")
    return condition


def _field(name: str, value: object) -> object:
    if name in ("names", "at", "of") and isinstance(value, list):
        if all(isinstance(one, str) for one in value):
            return tuple(value)
    elif name == "day" and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise UnreadableData(f"no day: {value[:20]}") from None
    elif (name in ("word", "operator") and isinstance(value, str)) or (
        name in ("number", "days") and type(value) is int
    ):
        return value
    raise UnreadableData(f"{name} is not what it should be")


def _inside(part: Filter, *bracketed: type) -> str:
    return f"({part.as_text()})" if isinstance(part, bracketed) else part.as_text()
