"""Messages that are not the passive reply (发件箱): decided here, delivered by bot/delivery."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loyalty.messages import Channel
from services.messages.claiming import ClaimedMessage, claim_due, moment_of
from services.messages.contacts import flush_contacts
from services.messages.queueing import queue_message
from services.shop import Shop
from storage.instants import to_ms
from storage.outbox import count_by_state, waiting_by_lane
from storage.outbox_claims import any_lease_expired, due_sources
from storage.pace import paused_apis
from storage.transactions import transactional

__all__ = ["ClaimedMessage", "claim_due"]

LANES = ("replies", "owed", "marketing")
# Whose pauses an operator should see; those of single couriers end with the minute or the day.
APIS = tuple(Channel)


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
    """Claim what is due, nothing while sending is paused; one short read where nothing is."""
    moment = moment_of(shop)
    if not await due_sources(moment) and not await any_lease_expired(moment.machine):
        return []
    # What somebody has just done lets them be written to.
    await flush_contacts(shop)
    return await claim_due(shop, worker, limit)


async def outbox_states() -> dict[str, int]:
    """How many rows are in each state."""
    return await count_by_state()


@dataclass(frozen=True, slots=True)
class SendingState:
    """By the names of the lanes: what is due and waits, and for how long; and what is paused."""

    waiting: dict[str, int]
    oldest_seconds: dict[str, float]
    paused: dict[tuple[str, str], datetime]


async def sending_state(shop: Shop) -> SendingState:
    now = shop.clock.machine_now()
    found = await waiting_by_lane(now, shop.now())
    lanes = {line["lane"]: line for line in found}
    waiting = {name: lanes.get(lane, {}).get("messages", 0) for lane, name in enumerate(LANES)}
    oldest = {
        name: (to_ms(now) - lanes[lane]["oldest"]) / 1000 if lane in lanes else 0.0
        for lane, name in enumerate(LANES)
    }
    paused = await paused_apis(shop.cache, shop.account_kinds, APIS, now=shop.now())
    return SendingState(waiting, oldest, paused)
