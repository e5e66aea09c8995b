"""Anchors (锚): hashes of the audit trail, kept where the database's keeper cannot write."""

import json
from typing import NamedTuple

HASH_LETTERS = 64


class Anchor(NamedTuple):
    """The newest row at the end of a day."""

    day: str
    id: int
    hash: str

    def as_line(self) -> str:
        return json.dumps(self._asdict())

    def short_hash(self) -> str:
        """What a person keeps of it, and can compare."""
        return self.hash[:16]


def read_anchor(line: str) -> Anchor | None:
    """An anchor of a line of the file; None when it is not one."""
    try:
        found = json.loads(line)
        anchor = Anchor(str(found["day"]), int(found["id"]), str(found["hash"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return anchor if len(anchor.hash) == HASH_LETTERS and anchor.id > 0 else None
