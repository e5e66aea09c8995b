"""The outbox (发件箱) as tests read it: what was put there, opened."""

from hashlib import sha256
from typing import Any

from services.messages import opened_content
from storage.keyring import PURPOSES, KeyRing
from storage.sql import Row, rows

# The same for every test's shop, so that whoever reads along needs no ring of theirs.
KEYS = KeyRing({purpose: {1: sha256(purpose.encode()).digest()} for purpose in PURPOSES})


async def outbox_rows(where: str = "1 = 1", *values: Any) -> list[Row]:
    """Oldest first, each with the `kind` and `value` of what it says."""
    found = await rows(f"SELECT * FROM outbox WHERE {where} ORDER BY id", *values)
    return [{**line, **opened_content(KEYS, line)} for line in found]


async def notices(about: str = "") -> list[Row]:
    """What members are to be told when it is due, oldest first; of wordings that begin so."""
    found = await outbox_rows("class IN ('transactional', 'service', 'care', 'promotion')")
    told = [line for line in found if line["kind"] == "notice"]
    return [line for line in told if line["wording"].startswith(about)]
