"""The audit chain (审计链): each row's hash covers the row and the hash of the row before it.

The hash is keyed: who has the database alone can neither change a row nor write the chain anew.
"""

import hmac
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from loyalty.audit import Complaint
from loyalty.audit_anchors import Anchor

# What the first row follows.
BEGINNING = ""


class Link(NamedTuple):
    """A row of the trail without its hash; `facts` is JSON text."""

    id: int
    at_ms: int
    actor: str
    staff_id: int | None
    role: str | None
    store_id: int | None
    what: str
    member_id: int | None
    subject: str
    facts: str
    approval: int | None
    key: str


class Head(NamedTuple):
    """The newest row; before the first one id 0 and no hash."""

    last_id: int
    last_hash: str


def link_hash(audit_key: bytes, before: str, link: Link) -> str:
    """Of a row that follows the one with the hash `before`."""
    # A damaged table may hold bytes where a text was; those are written out, too.
    text = json.dumps([before, *link], separators=(",", ":"), default=repr)
    return hmac.new(audit_key, text.encode("ascii"), "sha256").hexdigest()


class ChainCheck:
    """One walk along the chain from its first row, against the anchors kept elsewhere."""

    def __init__(self, audit_key: bytes, anchors: Iterable[Anchor] = ()) -> None:
        self._audit_key = audit_key
        self._anchors: defaultdict[int, set[str]] = defaultdict(set)
        for anchor in anchors:
            self._anchors[anchor.id].add(anchor.hash)
        self._before = Head(0, BEGINNING)
        self.rows = 0

    def faults_of(self, link: Link, stored_hash: str) -> Iterator[Complaint]:
        """What is wrong with the next row."""
        subject = f"audit row {link.id}"
        if link.id != self._before.last_id + 1:
            yield Complaint("audit_gap", subject, f"follows row {self._before.last_id}")
        if link_hash(self._audit_key, self._before.last_hash, link) != stored_hash:
            message = "its content, or the row before it, is not what was written"
            yield Complaint("altered_audit_row", subject, message)
        if self._anchors.pop(link.id, {stored_hash}) != {stored_hash}:
            yield Complaint("audit_anchor", subject, "its hash is not the one that was anchored")
        self._before = Head(link.id, stored_hash)
        self.rows += 1

    def faults_at_end(self, head: Head) -> Iterator[Complaint]:
        """What is missing behind the last row."""
        if head != self._before:
            message = f"the newest row was {head.last_id}, the last one here is {self.last_id}"
            yield Complaint("audit_cut", "audit head", message)
        for missing in sorted(self._anchors):
            message = "was anchored, and is not there"
            yield Complaint("audit_anchor", f"audit row {missing}", message)

    @property
    def last_id(self) -> int:
        return self._before.last_id
