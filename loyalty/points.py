"""Points (积分): which lots a spend consumes, where a return goes, what a refund takes back.

Points earned together form a lot (批次) and are usable through the lot's last day. Every spend says
how much it drew from which lot, so a return can put the points back where they came from.
A balance is what is left in the lots; what is owed (欠积分) is kept apart as debt.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from loyalty.refusals import Refusal


class NotEnoughPoints(Refusal):
    """More points are wanted than may be spent today."""

    wording = "points/not_enough"

    def __init__(self, *, wanted: int, balance: int) -> None:
        super().__init__(wanted=wanted, balance=balance, missing=wanted - balance)


@dataclass(frozen=True, slots=True)
class Lot:
    """Points earned together, which therefore expire together; no last day means never."""

    id: int
    points_left: int
    earned_on: date
    expires_on: date | None = None

    def has_ended(self, today: date) -> bool:
        return self.expires_on is not None and self.expires_on < today

    def is_live(self, today: date) -> bool:
        return self.points_left > 0 and not self.has_ended(today)


@dataclass(frozen=True, slots=True)
class Draw:
    """So many points of one lot: taken out of it, or put back."""

    lot_id: int
    points: int


@dataclass(frozen=True, slots=True)
class Repayment:
    """How an earning is shared between what the member owes and the member."""

    repaid: int
    credited: int


@dataclass(frozen=True, slots=True)
class ClawBack:
    """Where points of a returned purchase are taken from; what no lot can give is owed."""

    draws: tuple[Draw, ...]
    debt: int


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Where the points of an undone spend go: debt first, then their own lots.

    Points whose lot has ended meanwhile (`late`) need new lots with a short life, one for each
    lot they were drawn from, so that whose points lapse then can be told.
    """

    repaid: int
    draws: tuple[Draw, ...]
    late: tuple[Draw, ...] = ()


def live_lots(lots: Iterable[Lot], today: date) -> list[Lot]:
    """Usable lots in spending order: nearest expiry first, then oldest."""
    live = [lot for lot in lots if lot.is_live(today)]
    return sorted(live, key=lambda lot: (lot.expires_on or date.max, lot.earned_on, lot.id))


def spend_from(lots: Iterable[Lot], points: int, today: date) -> list[Draw]:
    """Take points from the lots that expire soonest, so a member loses the least."""
    assert points > 0, points
    usable = live_lots(lots, today)
    balance = sum(lot.points_left for lot in usable)
    if balance < points:
        raise NotEnoughPoints(wanted=points, balance=balance)
    draws = _draws_from(usable, points)
    assert sum(draw.points for draw in draws) == points
    return draws


def expire_lots(lots: Iterable[Lot], today: date) -> list[Draw]:
    """What lapses: only what remains of an ended lot, so spent points cannot lapse again."""
    ended = [lot for lot in lots if lot.has_ended(today) and lot.points_left > 0]
    return [Draw(lot.id, lot.points_left) for lot in ended]


def repay_debt(earned: int, debt: int) -> Repayment:
    """An earning pays what is owed first; only the rest becomes spendable."""
    assert min(earned, debt) >= 0, (earned, debt)
    repaid = min(earned, debt)
    return Repayment(repaid=repaid, credited=earned - repaid)


def claw_back(
    lots: Iterable[Lot], points: int, *, own_lots: Collection[int], today: date
) -> ClawBack:
    """Take an earning back: from its own lots, then from the others, the rest becomes debt.

    Its own lots count even past their last day: those points came from this very purchase.
    An earning that went into debt altogether has none.
    """
    assert points >= 0, points
    every_lot = list(lots)
    own = [lot for lot in every_lot if lot.id in own_lots and lot.points_left > 0]
    others = [lot for lot in live_lots(every_lot, today) if lot.id not in own_lots]
    draws = _draws_from([*own, *others], points)
    return ClawBack(tuple(draws), debt=points - sum(draw.points for draw in draws))


def give_back(
    draws: Iterable[Draw], lots: Iterable[Lot], today: date, *, debt: int = 0
) -> GiveBack:
    """Undo a spend: the points return to the lots they were drawn from, with the same last day."""
    drawn = list(draws)
    repaid = repay_debt(sum(draw.points for draw in drawn), debt).repaid
    open_lots = {lot.id for lot in lots if not lot.has_ended(today)}
    returned = _without_first(drawn, repaid)
    return GiveBack(
        repaid,
        tuple(draw for draw in returned if draw.lot_id in open_lots),
        tuple(draw for draw in returned if draw.lot_id not in open_lots),
    )


def part_of(draws: Iterable[Draw], first: int, points: int) -> list[Draw]:
    """So many points of a spend after the `first` ones, counted from the last draw backwards.

    What lives longest goes back first; a return in parts ends like one return.
    """
    backwards = _without_first(reversed(list(draws)), first)
    part = []
    for draw in backwards:
        taken = min(draw.points, points)
        points -= taken
        if taken:
            part.append(Draw(draw.lot_id, taken))
    assert points == 0, "no more can go back than was spent"
    return list(reversed(part))


def _draws_from(lots: Iterable[Lot], points: int) -> list[Draw]:
    """Up to so many points from the lots in the given order."""
    draws = []
    for lot in lots:
        taken = min(lot.points_left, points)
        points -= taken
        if taken > 0:
            draws.append(Draw(lot.id, taken))
    return draws


def _without_first(draws: Iterable[Draw], points: int) -> list[Draw]:
    """The draws less their first so many points: the soonest to lapse are used up first."""
    kept = []
    for draw in draws:
        skipped = min(draw.points, points)
        points -= skipped
        if draw.points > skipped:
            kept.append(Draw(draw.lot_id, draw.points - skipped))
    return kept
