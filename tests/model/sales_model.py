"""The model's purchases (消费): what a sale and its refunds leave, in exact fractions."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction

from tests.model.points_model import Refused, Spend, refuse_if
from tests.model.wallet_model import Payment

PENDING_FROM_FEN = 20_000
PENDING_FOR = timedelta(days=7)
CAP_PER_RECEIPT = 450
BEANS_BONUS = 20
BEANS_FROM_FEN = 10_000
NO_POINTS = "card"
BOOST_WEEKDAY = 2  # ISO: Tuesday
SHOP_AHEAD = timedelta(hours=8)


def day(instant: datetime) -> date:
    """The day of an instant in the shop."""
    return (instant + SHOP_AHEAD).date()


@dataclass(frozen=True, eq=False)
class Goods:
    """One line of a basket; the price is that of one piece."""

    sku: str
    category: str
    pieces: int
    price: int

    @property
    def amount(self) -> int:
        return self.pieces * self.price


@dataclass(frozen=True, eq=False)
class Back:
    """One refund: money, or pieces by sku."""

    number: str
    money: int = 0
    pieces: tuple[tuple[str, int], ...] = ()


@dataclass(eq=False)
class Sale:
    """One receipt that was reported; `member` is who earns, once known.

    `costs` is what each line came to, where a quote says so.
    """

    paid: int
    goods: tuple[Goods, ...]
    paid_at: datetime
    costs: dict[str, int] = field(default_factory=dict)
    member: object = None
    is_silver: bool = False
    due_at: datetime | None = None
    earned_on: date | None = None
    points: int | None = None
    earned: int = 0
    growth: int | None = None
    backs: list[Back] = field(default_factory=list)
    spend: Spend | None = None
    spent: int = 0
    payment: Payment | None = None
    stored: int = 0
    stored_bonus: int = 0
    stored_back: int = 0

    @property
    def returned(self) -> int:
        return self.returned_with(self.backs)

    @property
    def is_returned(self) -> bool:
        return self.paid > 0 and self.returned == self.paid

    def returned_with(self, backs: list[Back]) -> int:
        """The money of these refunds. Raises Refused."""
        pieces = Counter[str]()
        for back in backs:
            pieces.update(dict(back.pieces))
        sold = {line.sku: line for line in self.goods}
        refuse_if(
            any(
                number > (sold[sku].pieces if sku in sold else 0) for sku, number in pieces.items()
            ),
            "RefundExceedsSale",
        )
        goods = sum(
            (self.value(sold[sku]) * number / sold[sku].pieces for sku, number in pieces.items()),
            Fraction(0),
        )
        total = sum(back.money for back in backs) + int(goods)
        refuse_if(total > self.paid, "RefundExceedsSale")
        return total

    def value(self, line: Goods) -> Fraction:
        """What of the money paid falls on a line."""
        if self.costs:
            return Fraction(self.costs[line.sku])
        whole = sum(other.amount for other in self.goods)
        return Fraction(line.amount * self.paid, whole) if whole else Fraction(0)

    def left(self) -> list[tuple[Goods, Fraction]]:
        """What of the money is left on each line."""
        if self.returned == self.paid:
            return [(line, Fraction(0)) for line in self.goods]
        pieces = Counter[str]()
        for back in self.backs:
            pieces.update(dict(back.pieces))
        kept = [
            (line, self.value(line) * (line.pieces - pieces[line.sku]) / line.pieces)
            for line in self.goods
        ]
        whole = sum((value for _, value in kept), Fraction(0))
        money = sum(back.money for back in self.backs)
        share = max(Fraction(0), whole - money) / whole if whole else Fraction(0)
        return [(line, value * share) for line, value in kept]

    def deserved(self) -> int:
        """Base times the best boost, rounded down once, plus the bonus of beans, capped."""
        own = Fraction(self.paid - self.stored_bonus, self.paid) if self.paid else Fraction(0)
        earning = [(line, value * own) for line, value in self.left() if line.category != NO_POINTS]
        whole = sum((value for _, value in earning), Fraction(0))
        beans = sum((value for line, value in earning if line.category == "beans"), Fraction(0))
        weighted = [whole, whole + beans / 2]
        if day(self.paid_at).isoweekday() == BOOST_WEEKDAY:
            weighted.append(whole * 2)
        if self.is_silver:
            weighted.append(whole * 6 / 5)
        points = int(max(weighted) / 100)
        points += BEANS_BONUS if beans >= BEANS_FROM_FEN else 0
        return min(points, CAP_PER_RECEIPT)

    def share_due(self, amount: int) -> int:
        """What of something given for the whole sale has gone back by now."""
        return amount * self.returned // self.paid if self.paid else 0


@dataclass(eq=False)
class Claim:
    """Somebody's scan of a receipt."""

    person: str
    claimed_at: datetime
    due_at: datetime | None
    state: str = "reserved"
    member: object = None


@dataclass(eq=False)
class Receipt:
    """A receipt number of a till: what is known of it, in whatever order it came."""

    till: int
    number: str
    sequence: int | None
    goods: tuple[Goods, ...]
    paid_at: datetime
    token: str = ""
    sale: Sale | None = None
    claim: Claim | None = None
    waiting: list[Back] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    @property
    def paid(self) -> int:
        return sum(line.amount for line in self.goods)

    def claimable(self, now: datetime) -> None:
        refuse_if(now > self.paid_at + timedelta(days=30), "ReceiptRefused")


__all__ = ["Back", "Claim", "Goods", "Receipt", "Refused", "Sale", "day"]
