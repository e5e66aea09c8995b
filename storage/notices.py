"""Rows of notices (通知): outbox messages whose text is filled when they leave, once a key."""

from datetime import datetime

from storage.instants import to_ms
from storage.sql import Values, change


async def insert_notice(
    member_id: int,
    *,
    key: str,
    content_sealed: bytes,
    message_class: str,
    lane: int,
    topic: str | None,
    campaign: str | None,
    wait_until: datetime,
    useless_after: datetime | None,
    otherwise: str | None,
    now: datetime,
) -> bool:
    """To the account by which the member can be reached best.

    False when this key has its notice already, or the member has no account.
    """
    values = Values()
    put = {
        "key": values(key),
        "account": "f.account",
        "openid": "f.openid",
        "follower_id": "f.id",
        "member_id": "f.member_id",
        "class": values(message_class),
        "lane": values.number(lane),
        "topic": values(topic),
        "campaign": values(campaign),
        "content": "''",
        "content_sealed": values(content_sealed),
        "state": "'queued'",
        "wait_until": values.number(to_ms(wait_until)),
        "useless_after": values.number(to_ms(useless_after)) if useless_after else "NULL",
        "otherwise": values(otherwise),
        "due_at": values.number(to_ms(now)),
        "created_at": values.number(to_ms(now)),
    }
    return bool(
        await change(
            f"INSERT INTO outbox ({', '.join(put)}) SELECT {', '.join(put.values())}"
            f" FROM followers f WHERE f.member_id = {values.number(member_id)}"
            " ORDER BY f.follows DESC, f.id LIMIT 1 ON CONFLICT (key) DO NOTHING",
            *values.all,
        )
    )
