"""Conditions (条件): one thing asked of a member: a word, how it compares, and to what."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from unicodedata import combining, normalize

from loyalty.audiences.words import BY_KEY, Span, Takes, Word
from loyalty.money import MAXIMUM_FEN

PLAIN = re.compile(r"[\w.·-]+")
# Letters that join conditions, and words that do.
JOINING = re.compile(r"[且或]|^非|不?属于")
JOINTS = frozenset({"and", "or", "not", "in", "且", "或", "非"})
SPAN = re.compile(r"(?:最?近)?([0-9]{1,4})天内?")
LONGEST_SPAN_DAYS = 3650
LARGEST_COUNT = 999_999_999
LONGEST_NAME = 64
MOST_NAMES = 200


@dataclass(frozen=True, slots=True)
class Condition:
    """`days`: within so many; `at`: in which stores; `of`: what stands in brackets.

    Names are as somebody wrote them; money is in fen, a share in hundredths of a percent.
    """

    word: str
    operator: str = ""
    names: tuple[str, ...] = ()
    number: int | None = None
    day: date | None = None
    days: int | None = None
    at: tuple[str, ...] = ()
    of: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        assert not fault_of(self), fault_of(self)

    @property
    def kind(self) -> Word:
        return BY_KEY[self.word]

    def as_text(self) -> str:
        span = f"{self.days}天内" if self.days is not None else ""
        inside = f"({_listed(self.of)})" if self.of else ""
        return f"{span}{self._at_text()}{self.kind.name}{inside}{self.operator}{self._value()}"

    def as_data(self) -> dict[str, object]:
        data: dict[str, object] = {"word": self.word}
        for name in ("operator", "number", "days"):
            if (value := getattr(self, name)) not in (None, ""):
                data[name] = value
        for name in ("names", "at", "of"):
            if values := getattr(self, name):
                data[name] = list(values)
        if self.day is not None:
            data["day"] = self.day.isoformat()
        return data

    def _at_text(self) -> str:
        if not self.at:
            return ""
        [first, *more] = self.at
        glued = first + self.kind.name
        is_clear = not more and is_plain(first) and place_and_word(glued) == (first, self.kind)
        return f"在{first}" if is_clear else f"在({_listed(self.at)})"

    def _value(self) -> str:
        if self.names:
            return _listed(self.names)
        if self.day is not None:
            return self.day.isoformat()
        if self.number is None:
            return ""
        if self.kind.takes in (Takes.MONEY, Takes.PERCENT):
            whole, rest = divmod(self.number, 100)
            text = f"{whole}.{rest:02d}" if rest else str(whole)
            return text + ("%" if self.kind.takes is Takes.PERCENT else "")
        return f"{self.number}{self.kind.unit}"


def place_and_word(text: str) -> tuple[str, Word] | None:
    """春熙路店消费: the store, and the longest word that the text ends with."""
    names = {name: word for word in BY_KEY.values() if word.at for name in word.names}
    fitting = [name for name in names if text.endswith(name)]
    if not fitting:
        return None
    longest = max(fitting, key=len)
    return text.removesuffix(longest), names[longest]


def is_plain(name: str) -> bool:
    """Whether a name can be read without quotation marks."""
    if not PLAIN.fullmatch(name) or JOINING.search(name):
        return False
    return name.casefold() not in JOINTS


def fault_of(condition: Condition) -> str:
    """What is wrong with a condition that came as data; empty where nothing is."""
    word = BY_KEY.get(condition.word)
    if word is None:
        return f"no word is named {condition.word}"
    for check in CHECKS:
        if fault := check(condition, word):
            return f"{condition.word}: {fault}"
    return ""


def _span_fault(condition: Condition, word: Word) -> str:
    days = condition.days
    if days is None:
        return "needs days" if word.span is Span.MUST else ""
    if word.span is Span.NEVER or condition.day is not None:
        return "takes no days"
    return "" if 1 <= days <= LONGEST_SPAN_DAYS else f"days are 1 to {LONGEST_SPAN_DAYS}"


def _value_fault(condition: Condition, word: Word) -> str:
    values = (bool(condition.names), condition.number is not None, condition.day is not None)
    if not condition.operator:
        needs_days = word.key == "joined" and condition.days is None
        return "" if word.bare and not needs_days and not any(values) else "needs a value"
    if condition.operator not in word.operators:
        return f"compares by {word.operators}"
    if word.ranked and len(condition.names) > 1 and condition.operator not in ("=", "≠"):
        return "one name is compared"
    wanted = (word.takes is Takes.NAMES, word.takes not in NOT_NUMBERS, word.takes is Takes.DAY)
    return "" if values == wanted else f"takes {word.takes.value}"


def _number_fault(condition: Condition, word: Word) -> str:
    if condition.number is None:
        return ""
    lowest, highest = LIMITS[word.takes]
    return "" if lowest <= condition.number <= highest else f"is not {lowest} to {highest}"


def _names_fault(condition: Condition, word: Word) -> str:
    if (condition.at and not word.at) or (condition.of and not word.of):
        return "takes no store or brackets"
    if word.of == "seed" and len(condition.of) > 1:
        return "takes one seed"
    for names in (condition.names, condition.at, condition.of):
        if len(names) > MOST_NAMES or not all(map(is_name, names)):
            return "names are short lines"
    if word.choices and not all(word.meaning_of(name) for name in condition.names):
        return "is none of its choices"
    return ""


def is_name(name: str) -> bool:
    """As reading leaves a name: wide letters folded, so that nothing folds into its neighbours."""
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable() or name != name.strip():
        return False
    return normalize("NFKC", name) == name and not combining(name[0]) and not set("“”") & set(name)


def _listed(names: tuple[str, ...]) -> str:
    return ",".join(map(_quoted, names))


def _quoted(name: str) -> str:
    return name if is_plain(name) else '"' + name.replace('"', '""') + '"'


NOT_NUMBERS = (Takes.NAMES, Takes.DAY, Takes.NOTHING)
LIMITS = {
    Takes.COUNT: (0, LARGEST_COUNT),
    Takes.MONEY: (0, MAXIMUM_FEN),
    Takes.SCORE: (1, 5),
    Takes.PERCENT: (0, 10_000),
}
CHECKS: tuple[Callable[[Condition, Word], str], ...] = (
    _span_fault,
    _value_fault,
    _number_fault,
    _names_fault,
)
