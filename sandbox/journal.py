"""The journal (日志): every push and every API call, with what was asked and answered."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.bell import Bell
from sandbox.records import JsonObject, State

KEPT_ROWS = 1000
KEPT_TEXT = 4000


@dataclass(frozen=True, slots=True)
class Attempt:
    status: int | None
    seconds: float
    verdict: str


@dataclass(slots=True)
class JournalRow:
    n: int
    at: datetime
    direction: str
    account: str
    summary: str
    verdict: str | None = None
    attempts: list[Attempt] = field(default_factory=list)
    request: Any = None
    answer: Any = None

    def as_json(self) -> JsonObject:
        tries = [
            {"status": entry.status, "seconds": round(entry.seconds, 3), "verdict": entry.verdict}
            for entry in self.attempts
        ]
        return {
            "n": self.n,
            "at": self.at.isoformat(),
            "direction": self.direction,
            "account": self.account,
            "summary": self.summary,
            "attempts": tries,
            "verdict": self.verdict,
            "request": self.request,
            "answer": self.answer,
        }


class Journal:
    def __init__(self, state: State) -> None:
        self._state = state
        self._rows: deque[JournalRow] = deque(maxlen=KEPT_ROWS)
        self.bell = Bell()

    def add(self, direction: str, account: str, summary: str, *, at: datetime) -> JournalRow:
        self._state.journal_count += 1
        row = JournalRow(self._state.journal_count, at, direction, account, summary)
        self._rows.append(row)
        self.bell.ring()
        return row

    def rows_after(self, n: int, limit: int) -> list[JournalRow]:
        """The newest `limit` of them, oldest first."""
        return [row for row in self._rows if row.n > n][-limit:]


def shortened(text: str) -> str:
    return text if len(text) <= KEPT_TEXT else text[:KEPT_TEXT] + "…"
