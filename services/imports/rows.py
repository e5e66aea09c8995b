"""Import rows (导入行): each row of a member file read strictly, or refused with a reason.

A list has the same days and the same beginnings of numbers over and over: what was read once is
remembered, because a million rows are read in a few minutes.
"""

import csv
import functools
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import IO

from loyalty.member_files import (
    COLUMNS,
    DETAILS,
    FileFault,
    RowFault,
    cell_of,
    columns_of,
    day_of_text,
    external_no_of,
    fen_of,
    joined_on_of,
    number_of,
)
from services.details.keeping import CHOICES
from services.details.readers import BadDetail, read_birthday, read_name, read_phone
from services.shop import Shop
from storage.instants import SHOP_ZONE, to_ms
from storage.sealing import blind_index

INDEX_DIGITS = 32
REMEMBERED = 2**16
# Whether a number is a mobile one hangs on its first digits alone.
PREFIX = 7
PLAIN_PHONE = re.compile(r"(?:\+86)?(1[0-9]{10})", re.ASCII)
REASONS = {
    "details/bad_phone": "phone is no mobile number",
    "details/bad_name": "name is empty or longer than 20 letters",
    "details/bad_birthday": "birthday is no day such as 1990-01-31",
    "details/too_young": "birthday is of a child under 14, whose guardian has to agree",
}


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member as the file has one; `details` only what is filled in."""

    line: int
    cells: Sequence[str]
    external_index: str
    joined_ms: int | None
    details: Mapping[str, str]
    points: int
    growth: int
    principal_fen: int


@dataclass(frozen=True, slots=True)
class RejectedRow:
    line: int
    reason: str
    cells: Sequence[str]


@dataclass(slots=True)
class Batch:
    """Some rows of the file; `read` counts also those that are blank."""

    rows: list[MemberRow] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)

    @property
    def read(self) -> int:
        return len(self.rows) + len(self.rejected)


class MemberFileReader:
    """Reads batch after batch. Raises FileFault for what is no list of members."""

    def __init__(self, shop: Shop, store_id: int, text: IO[str], *, delimiter: str) -> None:
        self._shop = shop
        self._store_id = store_id
        self._today = shop.today()
        self._genders = shop.phrase(CHOICES["gender"], {}).split()
        self._lines = csv.reader(text, delimiter=delimiter)
        self.header = self._next_line() or []
        called = {name: shop.phrase(f"imports/titles_{name}", {}).split() for name in COLUMNS}
        self._places = columns_of(self.header, called)

    @property
    def line(self) -> int:
        """How far the file is read."""
        return int(self._lines.line_num)

    def next_batch(self, size: int) -> Batch:
        """Empty at the end of the file."""
        batch, first_lines = Batch(), dict[str, int]()
        for cells in itertools.islice(self._filled_lines(), size):
            line = self._lines.line_num
            try:
                member = self._read(line, cells)
                _refuse_twice(member, first_lines)
                batch.rows.append(member)
            except RowFault as fault:
                batch.rejected.append(RejectedRow(line, str(fault), cells))
        return batch

    def _filled_lines(self) -> Iterator[list[str]]:
        while (cells := self._next_line()) is not None:
            if any(cells):
                yield cells

    def _next_line(self) -> list[str] | None:
        try:
            return next(self._lines, None)
        except csv.Error as error:
            raise FileFault(f"line {self._lines.line_num + 1}: {error}") from None

    def _read(self, line: int, cells: list[str]) -> MemberRow:
        if len(cells) != len(self.header):
            raise RowFault(f"it has {len(cells)} cells, and the first line {len(self.header)}")
        told = {name: cell_of(cells[place]) for name, place in self._places.items()}
        external_no = external_no_of(told["external_no"])
        joined_on = joined_on_of(told.get("joined_on", ""), self._today)
        principal_fen = number_of("principal_fen", told.get("principal_fen", ""))
        return MemberRow(
            line=line,
            cells=cells,
            external_index=external_index(self._shop, self._store_id, external_no),
            joined_ms=_noon_ms(joined_on) if joined_on else None,
            details={
                name: self._detail(name, told[name]) for name in DETAILS if told.get(name, "")
            },
            points=number_of("points", told.get("points", "")),
            growth=number_of("growth", told.get("growth", "")),
            principal_fen=principal_fen or fen_of(told.get("principal", "")),
        )

    def _detail(self, name: str, text: str) -> str:
        try:
            if name == "phone":
                return phone_of(text)
            if name == "name":
                return read_name(text, self._today)
            if name == "birthday":
                return _birthday(text, self._today)
        except BadDetail as bad:
            raise RowFault(REASONS[bad.wording]) from None
        if text not in self._genders:
            raise RowFault(f"gender is none of {' '.join(self._genders)}")
        return text


def external_index(shop: Shop, store_id: int, external_no: str) -> str:
    """Equal for equal numbers of a store, and tells nobody the number."""
    return blind_index(shop.keys, f"external:{store_id}", external_no)[:INDEX_DIGITS]


def _refuse_twice(member: MemberRow, first_lines: dict[str, int]) -> None:
    first = first_lines.setdefault(member.external_index, member.line)
    if first != member.line:
        raise RowFault(f"external_no stands in line {first} already")


def phone_of(text: str) -> str:
    plain = PLAIN_PHONE.fullmatch(text)
    if plain is None:
        return read_phone(text, date.max)
    if not _is_mobile(plain[1][:PREFIX]):
        raise BadDetail("details/bad_phone")
    return f"+86{plain[1]}"


@functools.lru_cache(REMEMBERED)
def _is_mobile(prefix: str) -> bool:
    try:
        read_phone(prefix.ljust(11, "0"), date.max)
    except BadDetail:
        return False
    return True


@functools.lru_cache(REMEMBERED)
def _birthday(text: str, today: date) -> str:
    """As members type it, or as spreadsheets write days."""
    try:
        return read_birthday(text, today)
    except BadDetail as bad:
        if bad.wording != "details/bad_birthday":
            raise
    try:
        day = day_of_text("birthday", text)
    except RowFault:
        raise BadDetail("details/bad_birthday") from None
    return read_birthday(day.isoformat(), today)


@functools.lru_cache(REMEMBERED)
def _noon_ms(day: date) -> int:
    return to_ms(datetime.combine(day, time(12), SHOP_ZONE))
