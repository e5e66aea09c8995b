"""Digests (摘要): what a ledger transaction said when it was written, as one short text.

A stored digest begins with the version of its making, `2:`; those without one are of the first
release and cover kind, cause, entries, allocations and opened lots (`LedgerTransaction.digest`).
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

VERSION_2 = "2:"
SAID = json.JSONEncoder(separators=(",", ":"))

Line = tuple[str | int | None, ...]


@dataclass(frozen=True, slots=True)
class PostingHead:
    """A transaction's own row; `cause` is its JSON text, instants are in milliseconds."""

    kind: str
    cause: str
    key: str
    actor: str
    reverses_id: int | None
    occurred_ms: int
    recorded_ms: int


def posting_digest(
    head: PostingHead,
    *,
    entries: Iterable[Line],
    allocations: Iterable[Line],
    opened: Iterable[Line],
) -> str:
    """Equal for equal content in any order of lines.

    Entries are (account, amount), allocations (account, lot, amount), opened lots (account,
    amount, last day as it was opened with), accounts as their text.
    """
    said = (
        head.kind,
        head.cause,
        head.key,
        head.actor,
        head.reverses_id,
        head.occurred_ms,
        head.recorded_ms,
        sorted(entries),
        sorted(allocations),
        sorted(opened, key=str),
    )
    text = SAID.encode(said)
    return VERSION_2 + hashlib.sha256(text.encode("ascii")).hexdigest()
