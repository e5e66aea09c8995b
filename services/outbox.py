"""Messages that are not the passive reply (发件箱): decided here, delivered by bot/delivery."""

import logging
from datetime import timedelta
from typing import Any

from services.messages import opened_content, queue_message
from services.shop import Shop
from services.waiting import wait_instead
from storage.outbox import (
    ClaimedMessage,
    anything_due,
    claim_messages,
    count_by_state,
    fail_message,
    finish_message,
    give_up_expired_leases,
    put_back,
)
from storage.sealing import CannotUnseal
from storage.sql import Row
from storage.transactions import transactional

__all__ = ["ClaimedMessage"]

log = logging.getLogger(__name__)


@transactional
async def queue_replies(
    shop: Shop, *, account: str, openid: str, key: str, contents: list[dict[str, Any]]
) -> None:
    """Queue what is said after, or instead of, the passive reply; once per message and place."""
    for place, content in enumerate(contents):
        await queue_message(
            shop,
            key=f"reply:{key}:{place}",
            account=account,
            openid=openid,
            message_class="reply",
            content=content,
        )


async def take_due_messages(shop: Shop, worker: str, limit: int) -> list[ClaimedMessage]:
    """Claim what is due, nothing while sending is paused.

    Messages a dead worker left in the middle become `unknown`.
    """
    if not await anything_due(shop.clock.machine_now()):
        return []
    return await claim_due(shop, worker, limit)


@transactional
async def claim_due(shop: Shop, worker: str, limit: int) -> list[ClaimedMessage]:
    now = shop.clock.machine_now()
    await give_up_expired_leases(now)
    messages = []
    for row in await claim_messages(worker, now, limit):
        content = _opened(shop, row)
        if content is None:
            await fail_message(row["id"], reason="cannot_unseal", now=now)
        else:
            messages.append(_claimed(row, content))
    return messages


def _opened(shop: Shop, row: Row) -> dict[str, Any] | None:
    """None for what was changed, or whose key is gone: no later try reads it, others are sent."""
    try:
        return opened_content(shop.keys, row)
    except CannotUnseal:
        log.error("cannot_unseal", extra={"facts": {"table": "outbox", "id": row["id"]}})
        return None


def _claimed(row: Row, content: dict[str, Any]) -> ClaimedMessage:
    facts = {name: value for name, value in row.items() if not name.startswith("content")}
    return ClaimedMessage(**facts, content=content)


@transactional
async def record_outcome(
    shop: Shop, message: ClaimedMessage, worker: str, *, state: str, reason: str | None
) -> bool:
    """False when another worker has taken the message over: the outcome is dropped."""
    now = shop.clock.machine_now()
    finished = await finish_message(message, worker, state=state, reason=reason, now=now)
    if finished and state == "failed":
        await wait_instead(shop, message.id)
    return finished


@transactional
async def try_again_later(
    shop: Shop, message: ClaimedMessage, worker: str, *, after_seconds: float, reason: str
) -> bool:
    due_at = shop.clock.machine_now() + timedelta(seconds=after_seconds)
    return await put_back(message, worker, due_at=due_at, reason=reason)


async def outbox_states() -> dict[str, int]:
    """How many rows are in each state."""
    return await count_by_state()
