"""Locks by name (命名锁): one phone number, or one person, at a time.

On SQLite the immediate transaction already holds the only write lock.
"""

import hashlib

from storage.database import is_postgres
from storage.sql import rows

HASH_BYTES = 7


async def lock_name(name: str) -> None:
    """Hold the name until the transaction ends. Two names may share a lock, which does no harm."""
    if is_postgres():
        await rows("SELECT pg_advisory_xact_lock($1)", number_of(name))


async def try_lock_name(name: str) -> bool:
    """The same without waiting: False when somebody else holds it."""
    if not is_postgres():
        return True
    found = await rows("SELECT pg_try_advisory_xact_lock($1) AS mine", number_of(name))
    return bool(found[0]["mine"])


def number_of(name: str) -> int:
    """Below zero, where the numbers of no receipt lie."""
    return -1 - int.from_bytes(hashlib.sha256(name.encode()).digest()[:HASH_BYTES], "big")
