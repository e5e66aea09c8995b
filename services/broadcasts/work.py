"""What a group send needs done (群发后台): one step at a time, by whichever process is free.

Nothing depends on who does it: a lease spares double work, and guards decide.
"""

from collections.abc import Sequence
from datetime import timedelta

from loyalty.broadcasts import Figures, State
from services.broadcasts.drafts import broadcast_there
from services.broadcasts.fan_out import fan_out_chunk, write_audience
from services.broadcasts.rehearsals import rehearsal_of, rehearse_chunk
from services.broadcasts.reports import figures_of
from services.broadcasts.words import figures_text, rehearsal_text
from services.messages.telling import tell_follower
from services.shop import Shop
from storage.broadcast_figures import keep_figures
from storage.broadcast_people import end_queued, finish_if_done
from storage.broadcasts import (
    any_work,
    author_of,
    note_brake_told,
    release_work,
    take_work,
    tell_rehearsal,
)
from storage.instants import to_ms
from storage.sql import Row
from storage.transactions import transactional

LEASE = timedelta(seconds=15)
SWEPT = 5000


async def work_round(shop: Shop, worker: str) -> bool:
    """One step of each that nobody else is at; False when nothing could be done."""
    has_moved, besides = False, list[int]()
    while await any_work(shop.clock.machine_now()):
        broadcast = await take_broadcast(shop, worker, besides)
        if broadcast is None:
            break
        besides.append(broadcast["id"])
        try:
            has_moved = await _step(shop, broadcast) or has_moved
        finally:
            await hand_back(shop, broadcast["id"], worker)
    return has_moved


@transactional
async def take_broadcast(shop: Shop, worker: str, besides: Sequence[int]) -> Row | None:
    now = shop.clock.machine_now()
    return await take_work(worker, besides=besides, until=now + LEASE, now=now)


@transactional
async def hand_back(shop: Shop, number: int, worker: str) -> None:
    await release_work(number, worker, shop.clock.machine_now())


async def _step(shop: Shop, broadcast: Row) -> bool:
    match State(broadcast["state"]):
        case State.RUNNING if broadcast["people"] is None:
            return await write_audience(shop, broadcast)
        case State.RUNNING:
            return await fan_out_chunk(shop, broadcast) or await finish(shop, broadcast["id"])
        case State.PAUSED:
            return await tell_brake(shop, broadcast["id"])
        case State.CANCELLED:
            return await clear_up(shop, broadcast["id"])
        case _:
            return await _rehearse(shop, broadcast)


@transactional
async def finish(shop: Shop, number: int) -> bool:
    """Once all have an end: the author hears the figures."""
    broadcast = await finish_if_done(number, shop.now())
    if broadcast is None:
        return False
    figures = await _keep_figures(broadcast)
    facts = {"number": number, "figures": figures_text(shop, figures)}
    await _tell(shop, broadcast, shop.phrase("broadcast/finished", facts), key="finished")
    return True


@transactional
async def clear_up(shop: Shop, number: int) -> bool:
    """What a cancel has left in the outbox ends, a part at a time."""
    if await end_queued(number, limit=SWEPT, now=shop.clock.machine_now()):
        return True
    broadcast = await broadcast_there(number)
    if (await figures_of(broadcast)).on_the_way:
        return False
    await _keep_figures(broadcast)
    return True


@transactional
async def tell_brake(shop: Shop, number: int) -> bool:
    """The author hears that too much of it failed, once for each time it stops."""
    if not await note_brake_told(number):
        return False
    broadcast = await broadcast_there(number)
    facts = {"number": number, "figures": figures_text(shop, await figures_of(broadcast))}
    at = to_ms(shop.now())
    await _tell(shop, broadcast, shop.phrase("broadcast/braked", facts), key=f"braked:{at}")
    return True


async def _rehearse(shop: Shop, broadcast: Row) -> bool:
    if await rehearse_chunk(shop, broadcast):
        await tell_result(shop, broadcast["id"])
    return True


@transactional
async def tell_result(shop: Shop, number: int) -> None:
    """Whoever waits for the rehearsal of a large audience reads it once."""
    broadcast = await broadcast_there(number)
    rehearsal = rehearsal_of(shop, broadcast)
    if rehearsal is None:
        return
    await tell_rehearsal(number, tells=False)
    text = await rehearsal_text(shop, broadcast, rehearsal)
    await _tell(shop, broadcast, text, key=f"rehearsal:{broadcast['rehearsed_at']}")


async def _keep_figures(broadcast: Row) -> Figures:
    figures = await figures_of(broadcast)
    await keep_figures(broadcast["id"], figures.as_text())
    return figures


async def _tell(shop: Shop, broadcast: Row, text: str, *, key: str) -> None:
    """Whoever wrote it; of an operator's draft who confirmed it."""
    staff_id = broadcast["staff_id"] or broadcast["confirmed_by"]
    author = await author_of(staff_id) if staff_id is not None else None
    if author is not None:
        name = f"broadcast_told:{broadcast['id']}:{key}"
        await tell_follower(shop, author, text, key=name, otherwise="first_line")
