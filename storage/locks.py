"""Locks (锁) that both sides of a receipt take, so that its claim and its purchase meet.

On SQLite the immediate transaction already holds the only write lock.
"""

from storage.database import is_postgres
from storage.sql import rows


async def lock_receipt(till_no: int, receipt_seq: int) -> None:
    """Hold one receipt of one till until the transaction ends; whatever its key epoch."""
    if is_postgres():
        await rows("SELECT pg_advisory_xact_lock($1)", (till_no << 32) | receipt_seq)
