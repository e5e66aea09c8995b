"""Demo data (演示数据): 500 members of a coffee chain and a year of their purchases.

Everything goes through the use cases, on a clock that walks through the year, so that every
screen has something real to show. The seed is fixed: two installations differ only in their
keys and in the day the year ends on.
"""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.app import Parts
from loyalty.fingerprints import fingerprint
from services.callers import identify
from services.clock import SHOP_ZONE, BusinessClock
from services.details import change_detail
from services.joining import join_member
from services.member_codes import show_code
from services.purchases import PurchaseReport, record_purchase
from services.shop import Shop
from services.tills import Till
from storage.transactions import inside, transactional
from tools.demo_cast import GIVEN_NAMES, GOODS, SURNAMES, Habit, habit_of

SEED = 20260101
MEMBERS = 500
DAYS = 365
BATCH = 50
ACCOUNT = "main"
CONSENT_TEXT = "demo data: joined before this installation kept chats"


@dataclass(frozen=True, slots=True)
class Event:
    """Something a demo member did: joined (no basket) or bought a basket at a till."""

    at: datetime
    member: int
    till: int = 0
    basket: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """The year to tell: who, when, what."""

    parts: Parts
    tills: list[Till]
    events: list[Event]


def plan(parts: Parts, tills: list[Till], year_ends_at: datetime) -> Story:
    chance = random.Random(SEED)
    events: list[Event] = []
    for member in range(MEMBERS):
        events += _life_of(chance, member, len(tills), year_ends_at)
    return Story(parts, tills, sorted(events, key=lambda event: (event.at, event.member)))


async def tell(story: Story) -> AsyncIterator[int]:
    """Write the story; yields percentages. One transaction a batch: thousands of small ones
    would each wait for the disk."""
    for start in range(0, len(story.events), BATCH):
        await _tell_batch(story, story.events[start : start + BATCH])
        yield min(100, (start + BATCH) * 100 // len(story.events))


@transactional
async def _tell_batch(story: Story, events: list[Event]) -> None:
    for event in events:
        shop = _shop_at(story.parts.shop, event.at)
        if event.basket:
            await _buy(shop, story.tills[event.till], event)
        else:
            await _join(shop, event.member)


def _shop_at(shop: Shop, instant: datetime) -> Shop:
    return replace(shop, clock=BusinessClock(lambda: instant))


async def _join(shop: Shop, number: int) -> None:
    chance = random.Random(f"{SEED}:{number}")
    person = (await identify(shop, ACCOUNT, openid_of(number), "")).person
    await inside(join_member)(
        shop,
        person,
        subscribes=chance.random() < 0.6,
        shown_text=CONSENT_TEXT,
        key=f"demo:join:{number}",
    )
    member = (await identify(shop, ACCOUNT, openid_of(number), "")).person.member_id
    assert member is not None
    for name, value in _details(chance):
        await inside(change_detail)(shop, member, name, value)


async def _buy(shop: Shop, till: Till, event: Event) -> None:
    person = (await identify(shop, ACCOUNT, openid_of(event.member), "")).person
    assert person.member_id is not None, "a member joins before buying"
    lines = [_line(good, quantity) for good, quantity in event.basket]
    body: dict[str, Any] = {"lines": lines, "at": event.at.isoformat()}
    report = PurchaseReport(
        receipt_no=f"D{event.at:%y%m%d%H%M%S}-{event.member}",
        receipt_seq=None,
        paid_at=event.at,
        paid_fen=sum(line["amount_fen"] for line in lines),
        lines=lines,
        member_code=(await show_code(shop, person.member_id)).code,
        fingerprint=fingerprint(body),
    )
    await inside(record_purchase)(shop, till, report)


def openid_of(number: int) -> str:
    return f"oDemo{number:023d}"


def _life_of(chance: random.Random, member: int, tills: int, year_ends_at: datetime) -> list[Event]:
    """Joining on some day of the year, then buying by habit until the end or until losing touch."""
    habit = habit_of(chance)
    begins_at = year_ends_at - timedelta(days=DAYS)
    joined_at = _opening_hour(chance, begins_at + timedelta(days=chance.triangular(0, DAYS, 60)))
    ends_at = min(year_ends_at, joined_at + timedelta(days=habit.stays_days))
    home = chance.randrange(tills)
    events = [Event(joined_at, member)]
    at = joined_at + timedelta(minutes=chance.randint(2, 30))
    while at < ends_at:
        till = home if chance.random() < 0.8 else chance.randrange(tills)
        events.append(Event(at, member, till, _basket(chance, habit)))
        at = _opening_hour(chance, at + timedelta(days=1 + chance.expovariate(1 / habit.gap_days)))
    return [event for event in events if event.at <= year_ends_at]


def _opening_hour(chance: random.Random, instant: datetime) -> datetime:
    local = instant.astimezone(SHOP_ZONE)
    hour = chance.choice((8, 8, 9, 10, 12, 13, 14, 15, 15, 16, 18, 19, 20))
    return local.replace(hour=hour, minute=chance.randrange(60), second=chance.randrange(60))


def _basket(chance: random.Random, habit: Habit) -> tuple[tuple[int, int], ...]:
    kinds = chance.sample(range(len(GOODS)), k=min(habit.basket, chance.randint(1, habit.basket)))
    return tuple((good, 1 if chance.random() < 0.8 else 2) for good in kinds)


def _line(good: int, quantity: int) -> dict[str, Any]:
    sku, name, category, amount_fen = GOODS[good]
    return {
        "sku": sku,
        "name": name,
        "category": category,
        "quantity": quantity,
        "amount_fen": amount_fen * quantity,
    }


def _details(chance: random.Random) -> list[tuple[str, str]]:
    """What the member has told: many a name, half a birthday, some a phone."""
    told = []
    if chance.random() < 0.8:
        told.append(("name", chance.choice(SURNAMES) + chance.choice(GIVEN_NAMES)))
    if chance.random() < 0.5:
        month, day = chance.randint(1, 12), chance.randint(1, 28)
        lunar = "农历" if chance.random() < 0.2 else ""
        told.append(("birthday", f"{lunar}{chance.randint(1962, 2006)}-{month:02d}-{day:02d}"))
    if chance.random() < 0.4:
        told.append(("phone", f"138{chance.randrange(10**8):08d}"))
    return told
