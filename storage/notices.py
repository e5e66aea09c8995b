"""Rows of notices (通知): outbox messages whose text is filled when they leave, once a key."""

from collections.abc import Mapping
from typing import Any

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


def _cast(value: Any, values: Values) -> str:
    """In a SELECT the place of a value does not say what it is."""
    kept = stored(value)
    return values.number(kept) if isinstance(kept, int) else values(kept)
