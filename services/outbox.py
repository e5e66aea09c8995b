"""Messages that are not the passive reply (发件箱): decided here, delivered by bot/delivery."""

from datetime import timedelta
from typing import Any

from services.shop import Shop
from storage.outbox import (
    ClaimedMessage,
    anything_due,
    claim_messages,
    count_by_state,
    finish_message,
    give_up_expired_leases,
    put_back,
    put_in_outbox,
)
from storage.transactions import transactional

__all__ = ["ClaimedMessage"]


@transactional
async def queue_replies(
    shop: Shop, *, account: str, openid: str, key: str, contents: list[dict[str, Any]]
) -> None:
    """Queue what is said after, or instead of, the passive reply; once per message and place."""
    for place, content in enumerate(contents):
        await put_in_outbox(
            key=f"reply:{key}:{place}",
            account=account,
            openid=openid,
            message_class="reply",
            content=content,
            now=shop.clock.machine_now(),
        )


async def take_due_messages(shop: Shop, worker: str, limit: int) -> list[ClaimedMessage]:
    """Claim what is due; messages a dead worker left in the middle become `unknown`."""
    if not await anything_due(shop.clock.machine_now()):
        return []
    return await claim_due(shop, worker, limit)


@transactional
async def claim_due(shop: Shop, worker: str, limit: int) -> list[ClaimedMessage]:
    now = shop.clock.machine_now()
    await give_up_expired_leases(now)
    return await claim_messages(worker, now, limit)


@transactional
async def record_outcome(
    shop: Shop, message: ClaimedMessage, worker: str, *, state: str, reason: str | None
) -> bool:
    """False when another worker has taken the message over: the outcome is dropped."""
    now = shop.clock.machine_now()
    return await finish_message(message, worker, state=state, reason=reason, now=now)


@transactional
async def try_again_later(
    shop: Shop, message: ClaimedMessage, worker: str, *, after_seconds: float, reason: str
) -> bool:
    due_at = shop.clock.machine_now() + timedelta(seconds=after_seconds)
    return await put_back(message, worker, due_at=due_at, reason=reason)


async def outbox_states() -> dict[str, int]:
    """How many rows are in each state."""
    return await count_by_state()
