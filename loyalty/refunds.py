"""Refunds (退货): what is left of a purchase after goods or money went back.

Everything is a function of the sums of all refunds of a sale, so that it ends alike in whatever
parts and order they came. A discount of the order falls on reward lines first, which it is there
for, and then on all goods alike.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from loyalty.refusals import Refusal

REWARD = "reward"  # the category of goods that were given, not sold

# A part of the money, exactly; whole fen are integers, which reckon ten times as fast.
ExactFen = int | Fraction


class RefundExceedsSale(Refusal):
    """More goods or money than the sale had, earlier refunds counted."""

    wording = "tills/refund_exceeds_sale"


@dataclass(frozen=True, slots=True)
class SaleLine:
    """`paid_fen` is what the line finally cost, where a quote says so."""

    sku: str
    category: str
    quantity: int
    amount_fen: int
    paid_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    """A paid basket as the till reported it."""

    paid_fen: int
    lines: tuple[SaleLine, ...]


@dataclass(frozen=True, slots=True)
class RefundLine:
    """Goods that came back, with quantity and amount as on the sale."""

    sku: str
    quantity: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Returned:
    """All that refunds say of one sale: money of the whole, or goods by the line."""

    amount_fen: int = 0
    lines: tuple[RefundLine, ...] = ()

    def __add__(self, other: "Returned") -> "Returned":
        return Returned(self.amount_fen + other.amount_fen, self.lines + other.lines)


NOTHING_RETURNED = Returned()


def line_values(sale: Sale) -> list[ExactFen]:
    """What of the money paid falls on each line; together exactly what was paid."""
    quoted: list[ExactFen] = [line.paid_fen for line in sale.lines if line.paid_fen is not None]
    if len(quoted) == len(sale.lines) and min(quoted) >= 0 and sum(quoted) == sale.paid_fen:
        return quoted
    weights = _weights(sale.lines)
    if sum(weights) == sale.paid_fen:
        return [*weights]
    given = [line.category == REWARD for line in sale.lines]
    sold_fen = sum(w for w, is_given in zip(weights, given, strict=True) if not is_given)
    given_fen = sum(weights) - sold_fen
    given_paid_fen = min(given_fen, max(0, sale.paid_fen - sold_fen))
    if sold_fen == 0:
        given_paid_fen = sale.paid_fen
    shares = {
        True: Fraction(given_paid_fen, given_fen or 1),
        False: Fraction(sale.paid_fen - given_paid_fen, sold_fen or 1),
    }
    return [weight * shares[is_given] for weight, is_given in zip(weights, given, strict=True)]


def values_left(sale: Sale, returned: Returned) -> list[ExactFen]:
    """What falls on each line after the refunds; money of the whole comes off all lines alike."""
    if returned == NOTHING_RETURNED:
        return line_values(sale)
    if refunded_fen(sale, returned) == sale.paid_fen:
        return [0] * len(sale.lines)
    kept = [
        value * (1 - gone)
        for value, gone in zip(line_values(sale), _shares_gone(sale.lines, returned), strict=True)
    ]
    left = sum(kept, Fraction(0))
    share = Fraction(max(Fraction(0), left - returned.amount_fen), left) if left else Fraction(0)
    return [value * share for value in kept]


def refunded_fen(sale: Sale, returned: Returned) -> int:
    """The money all these refunds are worth. Raises RefundExceedsSale."""
    _check_goods(sale.lines, returned.lines)
    goods = sum(
        value * gone
        for value, gone in zip(line_values(sale), _shares_gone(sale.lines, returned), strict=True)
    )
    total_fen = returned.amount_fen + int(goods)
    if total_fen > sale.paid_fen:
        raise RefundExceedsSale
    return total_fen


def share_of(amount: int, sale: Sale, returned: Returned) -> int:
    """What of something given for the whole sale goes back by now; all of it at the end."""
    if sale.paid_fen:
        return amount * refunded_fen(sale, returned) // sale.paid_fen
    weights, gone = _weights(sale.lines), _shares_gone(sale.lines, returned)
    back = sum(weight * share for weight, share in zip(weights, gone, strict=True))
    return int(amount * back // (sum(weights) or 1))


def is_all_returned(sale: Sale, returned: Returned) -> bool:
    if sale.paid_fen:
        return refunded_fen(sale, returned) == sale.paid_fen
    gone = _shares_gone(sale.lines, returned)
    return all(
        share == 1 for share, weight in zip(gone, _weights(sale.lines), strict=True) if weight
    )


def _weights(lines: Sequence[SaleLine]) -> list[int]:
    """Prices; where no line has one, pieces. A line below zero is a discount of the others."""
    prices = [max(0, line.amount_fen) for line in lines]
    return prices if any(prices) else [line.quantity for line in lines]


def _shares_gone(lines: Sequence[SaleLine], returned: Returned) -> list[Fraction]:
    """How much of each line came back: first of those with exactly the price of a piece that a
    refund names, then lines of one sku fill up in their order. Whose pieces are all back is back,
    though a third of the price three times be a fen short of it."""
    weights = _weights(lines)
    has_prices = any(line.amount_fen > 0 for line in lines)
    back: Counter[tuple[str, Fraction]] = Counter()
    for goods in returned.lines:
        weight = max(0, goods.amount_fen) if has_prices else goods.quantity
        back[goods.sku, Fraction(weight, goods.quantity)] += weight
    taken = []
    for line, weight in zip(lines, weights, strict=True):
        piece = line.sku, Fraction(weight, line.quantity)
        taken.append(min(weight, back[piece]))
        back[piece] -= taken[-1]
    rest = _filling(lines, returned.lines)
    for (sku, _), weight in back.items():
        rest[sku] += weight
    for place, line in enumerate(lines):
        more = min(weights[place] - taken[place], rest[line.sku])
        taken[place] += more
        rest[line.sku] -= more
    return [
        Fraction(part, weight) if weight else Fraction(0)
        for part, weight in zip(taken, weights, strict=True)
    ]


def _filling(sold: Sequence[SaleLine], back: Sequence[RefundLine]) -> Counter[str]:
    """What rounding to whole fen left out of each sku whose pieces are all back; an allowance on
    the price leaves out more, and stays what it is."""
    had, has = _goods(sold), _goods(back)
    priced: Counter[str] = Counter()
    for line in sold:
        priced[line.sku] += line.quantity if line.amount_fen > 0 else 0
    short = {line.sku: had["price", line.sku] - has["price", line.sku] for line in back}
    return Counter(
        {
            sku: fen
            for sku, fen in short.items()
            if has["pieces", sku] >= priced[sku] and 0 < fen < priced[sku]
        }
    )


def _check_goods(sold: Sequence[SaleLine], back: Sequence[RefundLine]) -> None:
    """No sku comes back more often or dearer than it was sold, discounts likewise. The price of a
    piece may be rounded up: for all of them that is less than a fen each."""
    limits, wanted = _goods(sold), _goods(back)
    for (what, sku), amount in wanted.items():
        limit = limits[what, sku]
        rounded = wanted["pieces", sku] - 1 if limit and what != "pieces" else 0
        if amount > limit + rounded:
            raise RefundExceedsSale


def _goods(lines: Sequence[SaleLine | RefundLine]) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for line in lines:
        found["pieces", line.sku] += line.quantity
        found["price" if line.amount_fen > 0 else "discount", line.sku] += abs(line.amount_fen)
    return found


def points_to_take(earned: int, taken: int, *, deserved: int, lapsed: int) -> int:
    """What one more refund takes of an earning, of which some was taken and some has lapsed.

    Points that lapsed unspent are gone: taking them once more would leave a debt for nothing.
    """
    return max(0, earned - deserved - lapsed - taken)
