"""Parts of an audience's SQL (人群条件): one condition being asked, its values, its window.

No part is ever NULL, so that 非 is the rest of the members and nobody falls between.
"""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from loyalty.audiences.conditions import Condition
from loyalty.audiences.names import Names
from storage.instants import SHOP_ZONE, to_ms
from storage.sql import Values

COMPARE: dict[str, Callable[[int, int], bool]] = {
    "=": operator.eq,
    "≠": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def _unkeyed(word: str, name: str) -> Sequence[str]:
    raise AssertionError(f"{word} needs keys")


@dataclass(frozen=True, slots=True)
class Moment:
    """When an audience is asked, and by which names; `keyed` makes the digests of a sealed detail.

    `is_one`: one member is looked at, so that sums are made of that member's rows alone.
    """

    now: datetime
    today: date
    names: Names = field(default_factory=Names)
    keyed: Callable[[str, str], Sequence[str]] = _unkeyed
    is_one: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One condition on `member`, an alias of members."""

    condition: Condition
    values: Values
    moment: Moment
    member: str

    @property
    def sign(self) -> str:
        return "<>" if self.condition.operator == "≠" else self.condition.operator

    @property
    def no(self) -> str:
        """Of a word with names: ≠ is all the others."""
        return "NOT " if self.condition.operator == "≠" else ""

    @property
    def since_ms(self) -> int:
        """The midnight so many days before today."""
        assert self.condition.days is not None
        return midnight_ms(self.moment.today - timedelta(days=self.condition.days))

    @property
    def until(self) -> str:
        """The last of so many days ahead."""
        assert self.condition.days is not None
        return (self.moment.today + timedelta(days=self.condition.days)).isoformat()

    def among(self, wanted: Sequence[object]) -> str:
        """IN with these values; in none of them is nothing."""
        if not wanted:
            return "IN (SELECT NULL WHERE 1 = 0)"
        return f"IN ({', '.join(self.values(value) for value in wanted)})"

    def meanings(self) -> list[str]:
        """What the chosen words stand for."""
        found = [self.condition.kind.meaning_of(name) for name in self.condition.names]
        return [meaning for meaning in found if meaning is not None]

    def known(self) -> list[int | str]:
        return self.moment.names.found(self.condition.kind.known_as, self.condition.names)

    def one(self, alias: str) -> str:
        """Where sums are made: only of the member in question, if it is one."""
        return f" AND {alias}.member_id = {self.member}.id" if self.moment.is_one else ""

    def has(self, source: str, where: str, *, no: str = "") -> str:
        return f"{no}EXISTS (SELECT 1 FROM {source} WHERE {where})"


Asked = Callable[[Question], str]


def tally(question: Question, source: str, amount: str) -> str:
    """Compare a sum for each member; who has no rows has zero.

    `source` is a grouped SELECT of member_id, to which the comparison is added.
    """
    having, no = comparison(question, amount)
    found = f"({source} HAVING {having}) found"
    return question.has(found, f"found.member_id = {question.member}.id", no=no)


def comparison(question: Question, amount: str) -> tuple[str, str]:
    """What is asked of those who have rows; where zero would do, the contrary, and NOT."""
    number = number_of(question)
    compared = f"{amount} {question.sign} {question.values.number(number)}"
    has_zero = COMPARE[question.condition.operator](0, number)
    return (f"NOT ({compared})", "NOT ") if has_zero else (compared, "")


def compared_day(question: Question, instant: str) -> str:
    """An instant in ms, compared by its day in the shop."""
    starts, ends = _edges(question)
    at = question.values.number
    match question.condition.operator:
        case ">":
            return f"{instant} >= {at(ends)}"
        case ">=":
            return f"{instant} >= {at(starts)}"
        case "<":
            return f"{instant} < {at(starts)}"
        case "<=":
            return f"{instant} < {at(ends)}"
        case _:
            return f"{question.no}({is_on_day(question, instant)})"


def is_on_day(question: Question, instant: str) -> str:
    starts, ends = _edges(question)
    at = question.values.number
    return f"{instant} >= {at(starts)} AND {instant} < {at(ends)}"


def _edges(question: Question) -> tuple[int, int]:
    day = question.condition.day
    assert day is not None
    return midnight_ms(day), midnight_ms(day + timedelta(days=1))


def number_of(question: Question) -> int:
    assert question.condition.number is not None
    return question.condition.number


def midnight_ms(day: date) -> int:
    return to_ms(datetime.combine(day, time(), SHOP_ZONE))
