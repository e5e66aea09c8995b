"""Baskets (购物篮): the lines a till has counted, and what is left of them after each reduction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loyalty.money import split_fen
from loyalty.scopes import covers_goods
from loyalty.shop_file.terms import Scope

# Delivery is a line of this category; no step but the shipping coupon touches it.
SHIPPING = "shipping"


@dataclass(frozen=True, slots=True)
class Line:
    """`amount_fen` is the line's total; below zero for what comes back or is a reward."""

    sku: str
    name: str
    category: str
    quantity: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Basket:
    lines: tuple[Line, ...]

    @property
    def total_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)

    def goods(self) -> tuple[int, ...]:
        """Places of everything but delivery; a delivery that is given back counts with them."""
        return tuple(n for n, line in enumerate(self.lines) if not _is_delivery(line))

    def shipping(self) -> tuple[int, ...]:
        return tuple(n for n, line in enumerate(self.lines) if _is_delivery(line))

    def covered(self, scope: Scope) -> tuple[int, ...]:
        """Places of the goods a scope is about."""
        return tuple(n for n in self.goods() if covers_goods(scope, self.lines[n].category))


def _is_delivery(line: Line) -> bool:
    return line.category == SHIPPING and line.amount_fen > 0


@dataclass(frozen=True, slots=True)
class Left:
    """What is still to be paid of each line, and how many of its units are still to be paid."""

    fen: tuple[int, ...]
    units: tuple[int, ...]

    def sum_of(self, places: Iterable[int]) -> int:
        """What comes back reduces the sum, never below zero."""
        return max(0, sum(self.fen[place] for place in places))

    def unit_fen(self, place: int) -> int:
        """The price of one unit, rounded down; nothing where nothing is left to pay."""
        return max(0, self.fen[place]) // max(1, self.units[place])

    def less(self, places: Sequence[int], off_fen: int) -> "Left":
        """Share a reduction over these lines by what is left of them, exact to the fen."""
        if off_fen == 0:
            return self
        shares = split_fen(off_fen, [max(0, self.fen[place]) for place in places])
        return self.less_each(dict(zip(places, shares, strict=True)))

    def less_each(self, shares: dict[int, int]) -> "Left":
        fen = tuple(amount - shares.get(place, 0) for place, amount in enumerate(self.fen))
        return Left(fen, self.units)

    def less_unit(self, place: int, most_fen: int) -> "Left":
        """One unit of this line for nothing, or for what it costs above `most_fen`."""
        units = tuple(n - (place == index) for index, n in enumerate(self.units))
        return Left(self.less_each({place: min(self.unit_fen(place), most_fen)}).fen, units)


def untouched(basket: Basket) -> Left:
    lines = basket.lines
    return Left(tuple(line.amount_fen for line in lines), tuple(line.quantity for line in lines))


def percent_off(amount_fen: int, percent: int) -> int:
    """What goes when `percent` of an amount is left, half a fen rounded up (contract §6)."""
    return amount_fen - (amount_fen * percent + 50) // 100
