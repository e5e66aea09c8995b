"""The model's points (积分): lots, debt and spends of one member, simple and slow.

Nothing of the program is used here: what a member must have is reckoned a second way.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count

LIFE = timedelta(days=60)
NUMBERS = count(1)  # what was opened first has the lower one, whosever it is
COURTESY = timedelta(days=9)  # how long points live that come back to a lot which has ended


class Refused(Exception):
    """What the program must refuse, by the name of its refusal."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def refuse_if(condition: object, name: str) -> None:
    if condition:
        raise Refused(name)


@dataclass(eq=False)
class PointLot:
    left: int
    ends_on: date
    earned_on: date
    source: str
    book: "PointsBook"
    lapsed: int = 0
    number: int = field(default_factory=NUMBERS.__next__)


@dataclass(eq=False)
class Spend:
    """Which lots a spend drew from, in their order, and how much of it is back."""

    draws: list[tuple[PointLot, int]]
    given_back: int = 0


@dataclass(eq=False)
class PointsBook:
    lots: list[PointLot] = field(default_factory=list)
    debt: int = 0

    @property
    def booked(self) -> int:
        return sum(lot.left for lot in self.lots)

    def live(self, today: date) -> list[PointLot]:
        """In spending order; the list itself is in the order of opening."""
        usable = [lot for lot in self.lots if lot.left and lot.ends_on >= today]
        return sorted(usable, key=lambda lot: (lot.ends_on, lot.earned_on))

    def balance(self, today: date) -> int:
        return sum(lot.left for lot in self.live(today))

    def earn(self, points: int, earned_on: date, today: date, source: str = "") -> None:
        repaid = min(points, self.debt)
        self.debt -= repaid
        ends_on = earned_on + LIFE
        if points > repaid:
            last_day = ends_on if ends_on >= today else today + LIFE
            self.lots.append(PointLot(points - repaid, last_day, earned_on, source, self))

    def spend(self, points: int, today: date) -> Spend:
        refuse_if(self.balance(today) < points, "NotEnoughPoints")
        return Spend(_take(self.live(today), points))

    def take_back(self, points: int, source: str, today: date) -> None:
        """From the lot it came with, then from the others; the rest is owed."""
        own = [lot for lot in self.lots if lot.source == source and lot.left]
        others = [lot for lot in self.live(today) if lot not in own]
        self.debt += points - sum(taken for _, taken in _take([*own, *others], points))

    def give_back(self, spend: Spend, points: int, today: date) -> None:
        """What was drawn last comes back first, each to the book its lot is in by now."""
        drawn = [lot for lot, taken in spend.draws for _ in range(taken)]
        end = len(drawn) - spend.given_back
        back = drawn[end - points : end]
        spend.given_back += points
        for book in {id(lot.book): lot.book for lot in back}.values():
            book.get_back([lot for lot in back if lot.book is book], today)

    def get_back(self, back: list[PointLot], today: date) -> None:
        """Debt is paid by what would lapse first; what is late still is of its purchase."""
        repaid = min(self.debt, len(back))
        self.debt -= repaid
        late = Counter[PointLot]()
        for lot in back[repaid:]:
            if lot.ends_on >= today:
                lot.left += 1
            else:
                late[lot] += 1
        for lot, points in late.items():
            self.lots.append(PointLot(points, today + COURTESY, today, lot.source, self))

    def hand_over(self, lots: list[PointLot], debt: int, taker: "PointsBook") -> None:
        for lot in lots:
            self.lots.remove(lot)
            lot.book = taker
        taker.lots = sorted([*taker.lots, *lots], key=lambda lot: lot.number)
        self.debt -= debt
        taker.debt += debt

    def lapse(self, today: date) -> None:
        for lot in self.lots:
            if lot.ends_on < today:
                lot.lapsed += lot.left
                lot.left = 0

    def lapsed_of(self, source: str) -> int:
        return sum(lot.lapsed for lot in self.lots if lot.source == source)


def _take(lots: Iterable[PointLot], points: int) -> list[tuple[PointLot, int]]:
    draws = []
    for lot in lots:
        taken = min(lot.left, points)
        lot.left -= taken
        points -= taken
        if taken:
            draws.append((lot, taken))
    return draws
