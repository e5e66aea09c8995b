"""Progress (进度): how far a long command is, on standard error."""

import sys
from time import monotonic

BAR = 30
# Where nobody watches, a line now and then; before a person's eyes, smoothly.
SECONDS_WATCHED, SECONDS_LOGGED = 0.1, 10.0


class Progress:
    def __init__(self, what: str) -> None:
        self._what = what
        self._total = 1
        self._done = 0
        self._is_watched = sys.stderr.isatty()
        self._shown_at = monotonic()

    def begin(self, rows: int) -> None:
        self._total, self._done = max(rows, 1), 0

    def add(self, rows: int) -> None:
        self._done += rows
        wait = SECONDS_WATCHED if self._is_watched else SECONDS_LOGGED
        if monotonic() - self._shown_at >= wait:
            self._shown_at = monotonic()
            self._show()

    def finish(self) -> None:
        if self._is_watched:
            self._show()
            sys.stderr.write("\n")

    def _show(self) -> None:
        # Rows written meanwhile are beyond the total.
        filled = min(BAR * self._done // self._total, BAR)
        bar = "#" * filled + "." * (BAR - filled)
        start, end = ("\r", "") if self._is_watched else ("", "\n")
        line = f"{start}{self._what} [{bar}] {self._done:,} of {self._total:,}{end}"
        sys.stderr.write(line)
        sys.stderr.flush()
