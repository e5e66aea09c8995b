"""Demo data (演示数据): the story of a year is told to the shop, deed by deed.

Everything goes through the use cases, on a clock that walks through the year, so that every
screen has something real to show and `verify` finds nothing.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime

from services.clock import BusinessClock
from services.org.tills import Till
from services.shop import Shop
from storage.campaign_cues import due_cues, take_cue
from storage.outbox import hold_back_queued
from storage.transactions import transactional
from tools.demo_deeds import ACCOUNT, DEEDS, Told, quote_basket
from tools.demo_story import Deed, Event

BATCH = 50
# The sandbox knows them by these as well: they follow, without a phone on the table.
OPENID_OF_GUEST = "oDemo{:023d}"


async def tell(
    shop: Shop, tills: list[Till], events: list[Event], *, regular: str
) -> AsyncIterator[int]:
    """Write the story; yields percentages. One transaction a batch: thousands of small ones
    would each wait for the disk. `regular` is the openid of guest 0."""
    waiting: list[Told] = []
    for count, event in enumerate(events, start=1):
        openid = openid_of_guest(event.guest) if event.guest else regular
        told = Told(shop_at(shop, event.at), tills[event.till], openid, event)
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
    await _hold_back({regular, *(openid_of_guest(event.guest) for event in events)})
    await let_cues_pass(shop)
    yield 100


@transactional
async def _tell_batch(batch: list[Told]) -> None:
    for told in batch:
        await DEEDS[told.event.deed](told)


@transactional
async def _hold_back(openids: set[str]) -> None:
    """What the shop had to say in that year was said then."""
    for openid in openids:
        await hold_back_queued(ACCOUNT, openid, reason="demo_year")


@transactional
async def let_cues_pass(shop: Shop) -> None:
    """What campaigns would have done on a day of that year was done then."""
    after = 0
    while due := await due_cues(shop.now(), after=after, limit=BATCH):
        for cue in due:
            await take_cue(cue["id"])
            after = cue["id"]


def shop_at(shop: Shop, at: datetime) -> Shop:
    return replace(shop, clock=BusinessClock(lambda: at))


def openid_of_guest(guest: int) -> str:
    return OPENID_OF_GUEST.format(guest)
