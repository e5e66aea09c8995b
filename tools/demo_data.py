"""Demo data (演示数据): the story of a year is told to the shop, deed by deed.

Everything goes through the use cases, on a clock that walks through the year, so that every
screen has something real to show and `verify` finds nothing.
"""

from collections.abc import AsyncIterator
from dataclasses import replace

from services.clock import BusinessClock
from services.shop import Shop
from services.tills import Till
from storage.transactions import transactional
from tools.demo_deeds import DEEDS, Told, quote_basket
from tools.demo_story import Deed, Event

BATCH = 50


async def tell(
    shop: Shop, tills: list[Till], events: list[Event], *, regular: str
) -> AsyncIterator[int]:
    """Write the story; yields percentages. One transaction a batch: thousands of small ones
    would each wait for the disk. `regular` is the openid of guest 0."""
    waiting: list[Told] = []
    for count, event in enumerate(events, start=1):
        openid = _openid_of(event.guest) if event.guest else regular
        told = Told(_shop_at(shop, event), tills[event.till], openid, event)
        if event.deed is Deed.BUY_AS_QUOTED:
            # A quote is a transaction of its own, and what it sees must have happened.
            await _tell_batch(waiting)
            waiting = [await quote_basket(told)]
        else:
            waiting.append(told)
        if len(waiting) >= BATCH:
            await _tell_batch(waiting)
            waiting = []
            yield count * 100 // len(events)
    await _tell_batch(waiting)
    yield 100


@transactional
async def _tell_batch(batch: list[Told]) -> None:
    for told in batch:
        await DEEDS[told.event.deed](told)


def _shop_at(shop: Shop, event: Event) -> Shop:
    return replace(shop, clock=BusinessClock(lambda: event.at))


def _openid_of(guest: int) -> str:
    return f"oDemo{guest:023d}"
