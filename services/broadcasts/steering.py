"""Steering a group send (暂停、继续、取消): it holds everywhere at once, whoever is sending."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from loyalty.broadcasts import NotNow, State
from loyalty.person import Person
from services.broadcasts.drafts import audit_broadcast, broadcast_there, seen_broadcast
from services.shop import Shop
from storage.broadcasts import cancel, go_on, pause
from storage.sql import Row
from storage.transactions import transactional

BY_STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Step:
    """False from `take` where the state does not allow it; twice the same is no fault."""

    name: str
    reaches: State
    take: Callable[[Shop, int], Awaitable[bool]]


PAUSE = Step("pause", State.PAUSED, lambda shop, number: pause(number, BY_STAFF))
RESUME = Step("resume", State.RUNNING, lambda shop, number: go_on(number))
CANCEL = Step("cancel", State.CANCELLED, lambda shop, number: cancel(number, shop.now()))


@transactional
async def pause_broadcast(shop: Shop, person: Person | None, number: int, *, key: str) -> Row:
    """No message is claimed any more. Raises BroadcastUnknown, NotNow."""
    return await _steer(shop, person, number, PAUSE, key=key)


@transactional
async def resume_broadcast(shop: Shop, person: Person | None, number: int, *, key: str) -> Row:
    """With the audience it began with. Raises BroadcastUnknown, NotNow."""
    return await _steer(shop, person, number, RESUME, key=key)


@transactional
async def cancel_broadcast(shop: Shop, person: Person | None, number: int, *, key: str) -> Row:
    """For ever: what has not left counts as held back. Raises BroadcastUnknown, NotNow."""
    return await _steer(shop, person, number, CANCEL, key=key)


async def _steer(shop: Shop, person: Person | None, number: int, step: Step, *, key: str) -> Row:
    await seen_broadcast(shop, person, number)
    if await step.take(shop, number):
        await audit_broadcast(shop, person, number, step.name, key=key)
    broadcast = await broadcast_there(number)
    if broadcast["state"] != step.reaches:
        raise NotNow(number=number)
    return broadcast
