"""The journal of accepted sends (送达账本): on the disk before anybody is answered.

Sends that come while the disk is busy are written together, so that a hundred callers wait for
one `fsync` and not for a hundred.
"""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

Then = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Accepted:
    """One call that the platform took; `line` is its row in the file."""

    n: int
    at: float
    api: str
    appid: str
    openids: tuple[str, ...]
    line: bytes


class SendJournal:
    """Opens the file to append; without a path it keeps everything in memory only."""

    def __init__(self, path: Path | None = None) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._file = os.open(path, flags, 0o644) if path else None
        self._pool = ThreadPoolExecutor(1)
        self._lines: list[bytes] = []
        self._waiting: list[Then] = []
        self._is_writing = False
        self.accepted: list[Accepted] = []
        self.of_openid: dict[str, list[Accepted]] = {}

    def note(self, entry: Accepted) -> None:
        self.accepted.append(entry)
        self._lines.append(entry.line)
        for openid in entry.openids:
            self.of_openid.setdefault(openid, []).append(entry)

    def then(self, act: Then) -> None:
        """Acts once everything noted until now is safe."""
        if self._file is None:
            act()
            return
        self._waiting.append(act)
        if not self._is_writing:
            self._start_writing()

    def close(self) -> None:
        self._pool.shutdown(wait=True)
        if self._file is not None:
            os.close(self._file)

    def _start_writing(self) -> None:
        lines, waiting = b"".join(self._lines), self._waiting
        self._lines, self._waiting = [], []
        self._is_writing = True
        loop = asyncio.get_running_loop()
        done = loop.run_in_executor(self._pool, self._write, lines)
        done.add_done_callback(lambda outcome: self._written(outcome, waiting))

    def _write(self, lines: bytes) -> None:
        assert self._file is not None
        if lines:
            left = memoryview(lines)
            while left:
                left = left[os.write(self._file, left) :]
            os.fsync(self._file)

    def _written(self, outcome: "asyncio.Future[None]", waiting: list[Then]) -> None:
        outcome.result()
        self._is_writing = False
        for act in waiting:
            act()
        if self._waiting and not self._is_writing:
            self._start_writing()
