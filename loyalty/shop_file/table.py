"""A table of the shop file (商家档案), read key by key; faults are noted with their place."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

CODE = re.compile(r"[a-z0-9-]{1,32}")
LARGEST_NUMBER = 1_000_000_000
LONGEST_NAME = 64
LONGEST_KEY_SHOWN = 40


@dataclass(frozen=True, slots=True)
class ShopFileFault:
    """`path` is where it stands, counted from 0: `tiers[1].growth`."""

    path: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}: {self.remedy}"


class ShopFileFaults(Exception):
    """The file is not to be loaded; `faults` holds everything that is wrong with it."""

    def __init__(self, faults: Sequence[ShopFileFault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


class Table:
    """After a fault a reader answers the default or something empty, so that reading goes on."""

    def __init__(self, path: str, values: dict[str, object], faults: list[ShopFileFault]) -> None:
        self.path = path
        self.faults = faults
        self._values = values
        self._known: set[str] = set()

    def place(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else shown(key)

    def fault(self, key: str, problem: str, remedy: str) -> None:
        self.faults.append(ShopFileFault(self.place(key), problem, remedy))

    def has(self, key: str) -> bool:
        return key in self._values

    def offers(self, key: str) -> bool:
        """Whether it stands there; it may."""
        self._known.add(key)
        return self.has(key)

    def value(self, key: str) -> object:
        """Whatever stands there; None where nothing does."""
        self._known.add(key)
        return self._values.get(key)

    def number(self, key: str, default: int | None = None, *, lowest: int, highest: int) -> int:
        """A whole number; without a default it has to be there."""
        value = self.value(key)
        span = f"a whole number from {lowest} to {highest}"
        if not self.has(key):
            if default is None:
                self.fault(key, "is missing", f"write {span}")
            return lowest if default is None else default
        # In Python True is also an int; in a shop file it is not.
        if type(value) is not int or not lowest <= value <= highest:
            self.fault(key, f"is not {span}", "write one")
            return lowest
        return value

    def optional_number(self, key: str, *, lowest: int, highest: int) -> int | None:
        return self.number(key, lowest=lowest, highest=highest) if self.offers(key) else None

    def optional_text(self, key: str) -> str | None:
        return self.text(key) if self.offers(key) else None

    def text(self, key: str, *, longest: int = LONGEST_NAME) -> str:
        """One line for people, in one Unicode form and without space around it."""
        value = self.value(key)
        if not self.has(key):
            self.fault(key, "is missing", f'write {key} = "…"')
            return ""
        text = readable(value, longest=longest)
        if text is None or "\n" in text:
            self.fault(key, f"is not a line of 1 to {longest} characters", "write one")
            return ""
        return text

    def matching(self, key: str, shape: re.Pattern[str], remedy: str) -> str:
        """A text of a fixed form; empty after a fault."""
        value = self.value(key)
        if isinstance(value, str) and shape.fullmatch(value):
            return value
        self.fault(key, "is malformed" if self.has(key) else "is missing", remedy)
        return ""

    def code(self, key: str = "code") -> str:
        return self.matching(key, CODE, "write 1 to 32 of a-z, 0-9 and -")

    def choice(self, key: str, options: Sequence[str], default: str | None = None) -> str:
        value = self.value(key)
        if default is not None and not self.has(key):
            return default
        if isinstance(value, str) and value in options:
            return value
        wanted = ", ".join(f'"{option}"' for option in options)
        problem = "is not one of the possible values" if self.has(key) else "is missing"
        self.fault(key, problem, f"write one of {wanted}")
        return ""

    def switch(self, key: str, default: bool) -> bool:
        value = self.value(key)
        if not self.has(key):
            return default
        if not isinstance(value, bool):
            self.fault(key, "is neither true nor false", "write one of them")
            return default
        return value

    def day(self, key: str) -> date | None:
        """A date as TOML has it, or as JSON writes it."""
        day = day_in(self.value(key))
        if day is None and self.has(key):
            self.fault(key, "is not a day", "write one such as 2027-01-31")
        return day

    def period(self, first: str, last: str) -> tuple[date | None, date | None]:
        """Two days, both included; either may be left open."""
        start, end = self.day(first), self.day(last)
        if start is not None and end is not None and end < start:
            self.fault(last, f"is before {first}", "write a later day")
        return start, end

    def refuse_unknown_keys(self) -> None:
        """To be called when all that may stand here was asked for."""
        for key in self._values:
            if key not in self._known:
                known = ", ".join(sorted(self._known))
                self.fault(shown(key), "is not known here", f"remove it, or write one of {known}")


def readable(value: object, *, longest: int) -> str | None:
    """A text that people can read; None for anything else, such as terminal codes or NUL."""
    if not isinstance(value, str):
        return None
    text = unicodedata.normalize("NFC", value).strip()
    categories = {unicodedata.category(letter) for letter in text if letter != "\n"}
    return text if 1 <= len(text) <= longest and not categories & {"Cc", "Cs"} else None


def day_in(value: object) -> date | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def shown(key: str) -> str:
    """A key that someone wrote, fit for one line of an answer."""
    short = key if len(key) <= LONGEST_KEY_SHOWN else key[:LONGEST_KEY_SHOWN] + "…"
    return short if short.isprintable() else ascii(short)
