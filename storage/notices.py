"""Rows of notices (通知): outbox messages whose text is filled when they leave, once a key."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from storage.bulk import among, as_list
from storage.instants import to_ms
from storage.sql import Values, change, stored

OF_FOLLOWER = {
    "account": "f.account",
    "openid": "f.openid",
    "follower_id": "f.id",
    "member_id": "f.member_id",
}


async def insert_notice(member_id: int, notice: Mapping[str, Any]) -> bool:
    """Put these columns into the outbox, to the account by which the member is reached best.

    False when its key has its notice already, or the member has no account.
    """
    values = Values()
    put = {name: _cast(value, values) for name, value in notice.items() if value is not None}
    put |= OF_FOLLOWER
    return bool(
        await change(
            f"INSERT INTO outbox ({', '.join(put)}) SELECT {', '.join(put.values())}"
            f" FROM followers f WHERE f.member_id = {values.number(member_id)}"
            " ORDER BY f.follows DESC, f.id LIMIT 1 ON CONFLICT (key) DO NOTHING",
            *values.all,
        )
    )


async def withdraw_notices(keys: Sequence[str], *, reason: str, now: datetime) -> None:
    """They are not sent any more, nor told at the next contact or to who comes back."""
    await change(
        "UPDATE outbox SET state = 'suppressed', reason = $2, finished_at = $3"
        f" WHERE {among('key', '$1')}"
        " AND (state = 'queued' OR (state = 'suppressed' AND reason = 'left'))",
        as_list(keys),
        reason,
        to_ms(now),
    )
    await change(
        f"DELETE FROM waiting_lines WHERE told_at IS NULL AND {among('key', '$1')}", as_list(keys)
    )


def _cast(value: Any, values: Values) -> str:
    """In a SELECT the place of a value does not say what it is."""
    kept = stored(value)
    return values.number(kept) if isinstance(kept, int) else values(kept)
