"""Locks (锁) that both sides of a receipt take, so that its claim and its purchase meet.

On SQLite the immediate transaction already holds the only write lock.
"""

from zlib import crc32

from storage.database import is_postgres
from storage.sql import rows


async def lock_receipt(till_no: int, receipt_seq: int) -> None:
    """Hold one receipt of one till until the transaction ends; whatever its key epoch."""
    if is_postgres():
        await rows("SELECT pg_advisory_xact_lock($1)", receipt_number(till_no, receipt_seq))


async def lock_receipt_no(till_no: int, receipt_no: str) -> None:
    """Hold one receipt number of one till until the transaction ends, reported or not."""
    if is_postgres():
        # Two numbers are a space of their own: none of them is a receipt sequence's.
        number = crc32(receipt_no.encode()) - 2**31
        await rows("SELECT pg_advisory_xact_lock($1::int4, $2::int4)", till_no, number)


def receipt_number(till_no: int, receipt_seq: int) -> int:
    return (till_no << 32) | receipt_seq
