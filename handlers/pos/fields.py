"""Fields of till requests (字段): reading them strictly, naming the one that is wrong."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

from bot.web import JsonFault

LONGEST_LINES = 500
# Python reads week dates and offsets with seconds, too; tills write RFC 3339.
INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
SMALLEST_YEAR, LARGEST_YEAR = 2020, 2050


class Fields:
    """One JSON object; what nobody asked for by the end is a fault, so no typo is lost."""

    def __init__(self, value: Any, place: str = "") -> None:
        if not isinstance(value, dict):
            raise JsonFault(400, f"{place or 'the body'} must be an object")
        self._values: Mapping[str, Any] = value
        self._place = f"{place}." if place else ""
        self._asked: set[str] = set()

    def text(self, name: str, *, longest: int = 64) -> str:
        value = self._required(name)
        if not isinstance(value, str) or not 1 <= len(value) <= longest or not value.isprintable():
            self._fault(name, f"must be a text of 1 to {longest} printable characters")
        return value

    def optional_text(self, name: str, *, longest: int = 64) -> str | None:
        return self.text(name, longest=longest) if self._given(name) else None

    def number(self, name: str, *, lowest: int, highest: int) -> int:
        value = self._required(name)
        if type(value) is not int or not lowest <= value <= highest:
            self._fault(name, f"must be a whole number from {lowest} to {highest}")
        return int(value)

    def optional_number(self, name: str, *, lowest: int, highest: int) -> int | None:
        return self.number(name, lowest=lowest, highest=highest) if self._given(name) else None

    def instant(self, name: str) -> datetime:
        value = self._required(name)
        is_instant = isinstance(value, str) and INSTANT.fullmatch(value)
        try:
            instant = datetime.fromisoformat(value) if is_instant else None
        except ValueError:
            instant = None
        if instant is None or instant.tzinfo is None:
            self._fault(name, "must be ISO 8601 with offset, such as 2027-01-31T12:30:00+08:00")
        if not SMALLEST_YEAR < instant.year < LARGEST_YEAR:
            self._fault(name, f"must lie between {SMALLEST_YEAR} and {LARGEST_YEAR}")
        return instant

    def objects(self, name: str) -> "list[Fields]":
        value = self._required(name)
        if not isinstance(value, list) or not 1 <= len(value) <= LONGEST_LINES:
            self._fault(name, f"must be a list of 1 to {LONGEST_LINES} objects")
        return [Fields(item, f"{self._place}{name}[{n}]") for n, item in enumerate(value)]

    def optional_objects(self, name: str) -> "list[Fields] | None":
        return self.objects(name) if self._given(name) else None

    def texts(self, name: str, *, most: int, longest: int = 64) -> tuple[str, ...]:
        """A list of texts; none where nobody gave it."""
        if not self._given(name):
            return ()
        value = self._required(name)
        if not isinstance(value, list) or len(value) > most:
            self._fault(name, f"must be a list of at most {most} texts")
        items = Fields({f"{name}[{n}]": item for n, item in enumerate(value)}, self._place[:-1])
        return tuple(items.text(f"{name}[{n}]", longest=longest) for n in range(len(value)))

    def just_one_of(self, first: str, second: str) -> None:
        """Exactly one of the two stands in the object; nothing is null."""
        if self._given(first) == self._given(second):
            self._fault(first, f"or {second} must be given, not both")

    def no_more(self) -> None:
        for name in self._values:
            if name not in self._asked:
                self._fault(name, "is not known here")

    def _given(self, name: str) -> bool:
        self._asked.add(name)
        return self._values.get(name) is not None

    def _required(self, name: str) -> Any:
        self._asked.add(name)
        if name not in self._values:
            self._fault(name, "is missing")
        return self._values[name]

    def _fault(self, name: str, problem: str) -> NoReturn:
        raise JsonFault(400, f"{self._place}{name[:40]} {problem}")
