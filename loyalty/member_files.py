"""Member files (会员名单): the columns of a list from an older system, and what a cell must be.

Pure: text in, values out. Phone, name, birthday and gender are read as a member's own would be.
"""

import codecs
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from loyalty.csv_text import is_formula

COLUMNS = (
    *("external_no", "phone", "name", "birthday", "gender", "joined_on"),
    *("points", "growth", "principal_fen", "principal"),
)
# As a rejected file names what it adds: such a file, put right, is read again.
ADDED = ("line", "reason")
DETAILS = ("phone", "name", "birthday", "gender")
NUMBER = re.compile(r"[0-9]{1,9}")
YUAN = re.compile(r"([0-9]{1,7})(?:\.([0-9]{1,2}))?")
# Whatever stands between the figures; a time of day may follow.
DAY = re.compile(r"([0-9]{4})[^0-9]([0-9]{1,2})[^0-9]([0-9]{1,2})[^0-9]?(?:[ T].*)?")
LONGEST_EXTERNAL_NO = 60
FIRST_DAY = date(1970, 1, 2)
ENCODINGS = ("utf-8", "gb18030")


class FileFault(Exception):
    """The file as a whole cannot be read; the text says what is wrong."""


class RowFault(Exception):
    """This row cannot be brought along; the text says why."""


def encoding_of(blocks: Iterable[bytes]) -> str:
    """The first encoding that the whole file is good in. Raises FileFault."""
    decoders = {name: codecs.getincrementaldecoder(name)() for name in ENCODINGS}
    for block in blocks:
        for name in _failing(decoders, block, final=False):
            del decoders[name]
    for name in _failing(decoders, b"", final=True):
        del decoders[name]
    if not decoders:
        raise FileFault("it is written neither in UTF-8 nor in GBK: save it again as CSV UTF-8")
    return next(iter(decoders))


def _failing(
    decoders: Mapping[str, codecs.IncrementalDecoder], block: bytes, *, final: bool
) -> list[str]:
    failing = []
    for name, decoder in decoders.items():
        try:
            decoder.decode(block, final)
        except UnicodeDecodeError:
            failing.append(name)
    return failing


def columns_of(header: Sequence[str], called: Mapping[str, Sequence[str]]) -> Mapping[str, int]:
    """At which place each column stands; `called` has the titles of each. Raises FileFault."""
    columns = {title: column for column, titles in called.items() for title in titles}
    places: dict[str, int] = {}
    for place, title in enumerate(title.strip().lower() for title in header):
        if title in ADDED:
            continue
        if title not in columns:
            known = ", ".join("/".join(titles[:2]) for titles in called.values())
            raise FileFault(f"column {place + 1} is called {header[place]!r}; known are {known}")
        if columns[title] in places:
            raise FileFault(f"column {place + 1} is {columns[title]} a second time")
        places[columns[title]] = place
    if "external_no" not in places:
        raise FileFault("it has no column external_no, by which its members are told apart")
    if {"principal", "principal_fen"} <= places.keys():
        raise FileFault("it has stored value twice: keep principal_fen or principal")
    return MappingProxyType(places)


def cell_of(text: str) -> str:
    """Without white space around it, and without the apostrophe that keeps a formula from running.

    A spreadsheet's `="138…"`, by which it keeps a number's zeros, is its text.
    """
    cell = text.strip()
    if cell.startswith("'") and is_formula(cell[1:]):
        cell = cell[1:]
    if cell.startswith('="') and cell.endswith('"') and len(cell) > 2:
        return cell[2:-1].strip()
    return cell


def external_no_of(text: str) -> str:
    if not text:
        raise RowFault("external_no is empty")
    if len(text) > LONGEST_EXTERNAL_NO:
        raise RowFault(f"external_no is longer than {LONGEST_EXTERNAL_NO} letters")
    return text


def number_of(name: str, text: str) -> int:
    """A whole number; nothing is zero."""
    if not text:
        return 0
    if NUMBER.fullmatch(text) is None:
        raise RowFault(f"{name} is no whole number from 0 to 999999999")
    return int(text)


def fen_of(text: str) -> int:
    """Yuan with two decimals at most, in fen; nothing is zero."""
    if not text:
        return 0
    found = YUAN.fullmatch(text)
    if found is None:
        raise RowFault("principal is no amount in yuan such as 128.50")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def day_of_text(name: str, text: str) -> date:
    """2020-01-31, also as spreadsheets and people write it; a time of day is left out."""
    found = DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else _compact_day(text)
    except ValueError:
        raise RowFault(f"{name} is no day such as 2020-01-31") from None


def joined_on_of(text: str, today: date) -> date | None:
    """None where it is not told."""
    if not text:
        return None
    day = day_of_text("joined_on", text)
    if not FIRST_DAY <= day <= today:
        raise RowFault("joined_on is after today, or before 1970")
    return day


def _compact_day(text: str) -> date:
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))
