"""Files of an import (导入文件): the list as it lies there, and beside it what stayed out."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from loyalty.csv_text import BYTE_ORDER_MARK, csv_line
from loyalty.member_files import ADDED, FileFault, encoding_of
from services.imports.rows import RejectedRow

BLOCK_BYTES = 2**20
DELIMITERS = ",\t;"
OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class MemberFile:
    """A list that can be read: `rows` counts its lines but the first, about as many as members."""

    path: Path
    digest: str
    encoding: str
    delimiter: str
    rows: int

    @contextmanager
    def text(self) -> Iterator[IO[str]]:
        # The mark that spreadsheets put in front is no part of the first title.
        encoding = self.encoding.replace("utf-8", "utf-8-sig")
        with self.path.open(encoding=encoding, newline="") as text:
            yield text

    @property
    def rejected_path(self) -> Path:
        return self.path.with_suffix(".rejected.csv")


def look_at(path: Path) -> MemberFile:
    """Read the whole file once. Raises FileFault, OSError."""
    digest, ends = hashlib.sha256(), 0
    with path.open("rb") as file:
        for block in _blocks(file):
            digest.update(block)
            ends += block.count(b"\n")
        file.seek(0)
        encoding = encoding_of(_blocks(file))
        file.seek(0)
        first = file.readline(BLOCK_BYTES).decode(encoding, "replace")
    if not first.strip():
        raise FileFault("its first line is empty: the titles of the columns stand there")
    return MemberFile(path, digest.hexdigest(), encoding, _delimiter(first), ends)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(BLOCK_BYTES):
        yield block


def _delimiter(first_line: str) -> str:
    return max(DELIMITERS, key=first_line.count)


class RejectedFile:
    """What stayed out, with line and reason, to be put right and imported again.

    For its owner's eyes only, and gone when nothing stayed out. Raises FileFault where it cannot
    be made, before anything is imported.
    """

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self._path = path
        # A rejected file, put right in part, is rejected with one line and reason again.
        self._kept = [place for place, title in enumerate(header) if title not in ADDED]
        self._is_empty = True
        try:
            path.unlink(missing_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        except OSError as error:
            raise FileFault(f"{path} cannot be written: {error.strerror}") from None
        self._file = os.fdopen(descriptor, "w", encoding="utf-8", newline="")
        self._file.write(BYTE_ORDER_MARK + csv_line([*ADDED, *self._own(header)]))

    def add(self, rows: Sequence[RejectedRow]) -> None:
        for row in rows:
            self._is_empty = False
            self._file.write(csv_line([row.line, row.reason, *self._own(row.cells)]))

    def close(self) -> None:
        self._file.close()
        if self._is_empty:
            self._path.unlink()

    def _own(self, cells: Sequence[str]) -> list[str]:
        return [cells[place] for place in self._kept if place < len(cells)]
