"""Tills and their keys (收银台)."""

from dataclasses import dataclass
from datetime import datetime

from storage.instants import to_ms
from storage.models import TillKey
from storage.sql import change, row


@dataclass(frozen=True, slots=True)
class TillWithKey:
    till_no: int
    code: str
    store_id: int
    store_name: str
    epoch: int
    key_sealed: bytes


SELECT_TILL = """
SELECT t.id AS till_no, t.code, t.store_id, s.name AS store_name, k.epoch, k.key_sealed
FROM tills t JOIN stores s ON s.id = t.store_id JOIN till_keys k ON k.till_id = t.id
"""


async def signing_till(code: str) -> TillWithKey | None:
    """The till with the one key that signs its requests now."""
    found = await row(SELECT_TILL + "WHERE t.code = $1 AND k.signs_requests", code)
    return TillWithKey(**found) if found else None


async def till_of_receipt(till_no: int, epoch: int) -> TillWithKey | None:
    """The till with the key of that epoch; retired keys still vouch for receipts they made."""
    found = await row(SELECT_TILL + "WHERE t.id = $1 AND k.epoch = $2", till_no, epoch)
    return TillWithKey(**found) if found else None


async def till_no_of(code: str) -> int | None:
    found = await row("SELECT id FROM tills WHERE code = $1", code)
    return found["id"] if found else None


async def retire_keys(till_no: int) -> int:
    """No key of this till signs requests any more; returns the newest epoch, or -1."""
    await change(
        "UPDATE till_keys SET signs_requests = FALSE WHERE till_id = $1 AND signs_requests",
        till_no,
    )
    found = await row("SELECT MAX(epoch) AS newest FROM till_keys WHERE till_id = $1", till_no)
    return -1 if found is None or found["newest"] is None else int(found["newest"])


async def add_key(till_no: int, *, epoch: int, key_sealed: bytes, now: datetime) -> None:
    await change(
        "INSERT INTO till_keys (till_id, epoch, key_sealed, signs_requests, enrolled_at)"
        " VALUES ($1, $2, $3, TRUE, $4)",
        till_no,
        epoch,
        key_sealed,
        to_ms(now),
    )


async def count_keys() -> int:
    return await TillKey.all().count()
