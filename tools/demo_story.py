"""The demo's story (演示故事): what 500 guests of a coffee chain do in a year, before it is told.

The seed is fixed: two installations differ only in their keys and in the day the year ends on.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.clock import SHOP_ZONE
from tools.demo_cast import EVERYDAY_GOODS, LOYAL, Habit, habit_of

SEED = 20260101
MEMBERS = 500
DAYS = 365
TOP_UPS_FEN = (50_000, 50_000, 100_000)
VISITS_A_TOP_UP = 7
# What the chain itself gave away in the last days, so that coupons of every kind are about.
PRESENTS = ("weekday-tea", "matcha-trial", "comeback20", "birthday", "shipping6")


class Deed(StrEnum):
    JOIN = "join"
    BUY = "buy"
    BUY_AS_QUOTED = "buy_as_quoted"
    BUY_WITH_CARD = "buy_with_card"
    REFUND = "refund"
    TOP_UP = "top_up"
    EXCHANGE = "exchange"
    PRESENT = "present"
    OFFER_GIFT = "offer_gift"


@dataclass(frozen=True, slots=True)
class Event:
    """What a guest did; a refund names the purchase by its moment, a present its coupon kind."""

    at: datetime
    guest: int
    deed: Deed
    till: int = 0
    basket: tuple[tuple[int, int], ...] = ()
    amount_fen: int = 0
    bought_at: datetime | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Guest:
    number: int
    habit: Habit
    home: int
    joined_at: datetime
    leaves_at: datetime


def plan(year_ends_at: datetime, tills: int, members: int = MEMBERS) -> list[Event]:
    """Guest 0 has been about for the whole year, comes often and keeps a card."""
    chance = random.Random(SEED)
    events: list[Event] = []
    for number in range(members):
        guest = _guest(chance, number, tills, year_ends_at)
        events += _life_of(chance, guest, tills)
        events += _last_days_of(chance, guest, year_ends_at)
    in_time = [event for event in events if event.at <= year_ends_at]
    return sorted(in_time, key=lambda event: (event.at, event.guest))


def _guest(chance: random.Random, number: int, tills: int, year_ends_at: datetime) -> Guest:
    habit = habit_of(chance) if number else LOYAL
    begins_at = year_ends_at - timedelta(days=DAYS)
    day = chance.triangular(0, DAYS, 60) if number else 1
    joined_at = _opening_hour(chance, begins_at + timedelta(days=day))
    leaves_at = min(year_ends_at, joined_at + timedelta(days=habit.stays_days))
    return Guest(number, habit, chance.randrange(tills) if number else 0, joined_at, leaves_at)


def _life_of(chance: random.Random, guest: Guest, tills: int) -> Iterator[Event]:
    """Joining on some day of the year, then buying by habit until the end or losing touch."""
    yield Event(guest.joined_at, guest.number, Deed.JOIN)
    at, visits = guest.joined_at + timedelta(minutes=chance.randint(2, 30)), 0
    while at < guest.leaves_at:
        till = guest.home if chance.random() < 0.8 else chance.randrange(tills)
        if guest.habit.has_card and visits % VISITS_A_TOP_UP == 1:
            paid = chance.choice(TOP_UPS_FEN)
            before = at - timedelta(minutes=1)
            yield Event(before, guest.number, Deed.TOP_UP, till, amount_fen=paid)
        yield from _visit(chance, guest, Event(at, guest.number, Deed.BUY, till))
        days = 1 + chance.expovariate(1 / guest.habit.gap_days)
        at, visits = _opening_hour(chance, at + timedelta(days=days)), visits + 1


def _visit(chance: random.Random, guest: Guest, plain: Event) -> Iterator[Event]:
    """A basket, paid in one of three ways; now and then some of it comes back."""
    deed = Deed.BUY_WITH_CARD if guest.habit.has_card else plain.deed
    if chance.random() < 0.06:
        deed = Deed.BUY_AS_QUOTED
    bought = replace(plain, deed=deed, basket=_basket(chance, guest.habit))
    yield bought
    if chance.random() < 0.03:
        kept = bought.basket[1:] if chance.random() < 0.5 else ()
        back = bought.basket[:1] if kept else bought.basket
        later = bought.at + timedelta(minutes=chance.randint(5, 50))
        yield replace(bought, at=later, deed=Deed.REFUND, basket=back, bought_at=bought.at)


def _last_days_of(chance: random.Random, guest: Guest, year_ends_at: datetime) -> Iterator[Event]:
    """Presents of the chain, rewards taken for points, coupons put on offer to friends."""
    ends_at = year_ends_at - timedelta(minutes=1)
    if guest.joined_at > ends_at - timedelta(days=8):
        return
    at = ends_at - timedelta(hours=chance.randint(1, 150))
    if guest.number == 0 or chance.random() < 0.3:
        kinds = PRESENTS if guest.number == 0 else chance.sample(PRESENTS, 2)
        for kind in kinds:
            yield Event(at, guest.number, Deed.PRESENT, kind=kind)
    if guest.number == 0 or chance.random() < 0.2:
        yield Event(at + timedelta(seconds=1), guest.number, Deed.EXCHANGE)
    if guest.number and chance.random() < 0.04:
        yield Event(ends_at, guest.number, Deed.OFFER_GIFT)


def _opening_hour(chance: random.Random, instant: datetime) -> datetime:
    local = instant.astimezone(SHOP_ZONE)
    hour = chance.choice((8, 8, 9, 10, 12, 13, 14, 15, 15, 16, 18, 19, 20))
    return local.replace(hour=hour, minute=chance.randrange(60), second=chance.randrange(60))


def _basket(chance: random.Random, habit: Habit) -> tuple[tuple[int, int], ...]:
    most = min(habit.basket, chance.randint(1, habit.basket))
    goods = chance.sample(range(EVERYDAY_GOODS), k=most)
    return tuple((good, 1 if chance.random() < 0.8 else 2) for good in goods)
