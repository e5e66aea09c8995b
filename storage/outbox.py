"""The outbox (发件箱): rows made in business transactions, then claimed, sent and finished.

Order of states: queued → sending, committed before the call → sent, failed, suppressed or
unknown. Unknown means the call may have been accepted and no proof exists (reliability 2.2).
"""

from datetime import datetime
from typing import TypedDict, Unpack

from loyalty.messages import MessageClass
from storage.instants import to_ms
from storage.sql import Row, change, insert, rows


class Addressing(TypedDict, total=False):
    """Whom and what a message is about, and by the shop's clock when it may leave."""

    follower_id: int | None
    member_id: int | None
    topic: str | None
    campaign: str | None
    wait_until: datetime | None
    useless_after: datetime | None


async def put_in_outbox(
    *,
    key: str,
    account: str,
    openid: str,
    message_class: str,
    content_sealed: bytes,
    now: datetime,
    otherwise: str | None = None,
    **addressing: Unpack[Addressing],
) -> bool:
    """Decide that a message goes out; the same key again changes nothing.

    `otherwise`: what becomes of it when it cannot be delivered.
    """
    message = {
        "key": key,
        "account": account,
        "openid": openid,
        "class": message_class,
        "lane": MessageClass(message_class).lane,
        "content": "",
        "content_sealed": content_sealed,
        "state": "queued",
        "due_at": now,
        "created_at": now,
        "otherwise": otherwise,
        **{name: value for name, value in addressing.items() if value is not None},
    }
    return await insert("outbox", message, conflict="ON CONFLICT (key) DO NOTHING") is not None


async def hold_back_queued(account: str, openid: str, *, reason: str) -> int:
    """What is still to be sent to one person is not sent; how many messages."""
    return await change(
        "UPDATE outbox SET state = 'suppressed', reason = $1"
        " WHERE state = 'queued' AND openid = $2 AND account = $3",
        reason,
        openid,
        account,
    )


async def count_by_state() -> dict[str, int]:
    found = await rows("SELECT state, COUNT(*) AS n FROM outbox GROUP BY state")
    return {line["state"]: line["n"] for line in found}


async def waiting_by_lane(now: datetime, business_now: datetime) -> list[Row]:
    """What is due and waits, by lane: how many, and since when the oldest, in ms."""
    return await rows(
        "SELECT lane, COUNT(*) AS messages, MIN(due_at) AS oldest FROM outbox"
        " WHERE state = 'queued' AND due_at <= $1 AND wait_until <= $2 GROUP BY lane",
        to_ms(now),
        to_ms(business_now),
    )
