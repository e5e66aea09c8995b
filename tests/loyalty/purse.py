"""A purse (钱包) for tests of stored value: pairs that are paid from and filled again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from loyalty.wallet import Pair, Share, ValueLot, shares_given_back, shares_of_payment

TODAY = date(2027, 1, 11)


def a_pair(number: int, paid_fen: int, given_fen: int = 0, *, ends_on: date | None = None) -> Pair:
    """The pair of the top-up with this number."""
    return Pair(
        number,
        ValueLot(2 * number, paid_fen, paid_fen),
        ValueLot(2 * number + 1, given_fen, given_fen, expires_on=ends_on),
    )


@dataclass(slots=True)
class Purse:
    pairs: list[Pair]
    # Each payment with what was given back of it.
    payments: list[tuple[list[Share], int]] = field(default_factory=list)

    def pay(self, amount_fen: int, today: date = TODAY) -> list[Share]:
        shares = shares_of_payment(self.pairs, amount_fen, today)
        self._move(shares, -1)
        self.payments.append((shares, 0))
        return shares

    def hold(self, amount_fen: int) -> list[Share]:
        shares = shares_of_payment(self.pairs, amount_fen, TODAY)
        self._keep(shares, 1)
        return shares

    def capture(self, held: Sequence[Share], amount_fen: int) -> None:
        self._keep(held, -1)
        self.pay(amount_fen)

    def void(self, held: Sequence[Share]) -> None:
        self._keep(held, -1)

    def refund(self, drawn: list[Share], amount_fen: int) -> list[Share]:
        """Give so much of a payment back after what was given back before."""
        [(place, before)] = [
            (place, before)
            for place, (shares, before) in enumerate(self.payments)
            if shares is drawn
        ]
        self.payments[place] = drawn, before + amount_fen
        then = shares_given_back(drawn, before)
        now = shares_given_back(drawn, before + amount_fen)
        given = [share.less(earlier) for share, earlier in zip(now, then, strict=True)]
        self._move(given, 1)
        return given

    def left(self) -> list[tuple[int, int]]:
        return [(pair.principal.left, pair.bonus.left) for pair in self.pairs]

    def total(self) -> int:
        return sum(map(sum, self.left()))

    def _move(self, shares: Sequence[Share], sign: int) -> None:
        moved = _by_lot(shares)
        self._change(lambda lot: replace(lot, left=lot.left + sign * moved.get(lot.id, 0)))

    def _keep(self, shares: Sequence[Share], sign: int) -> None:
        kept = _by_lot(shares)
        self._change(lambda lot: replace(lot, held=lot.held + sign * kept.get(lot.id, 0)))

    def _change(self, changed: Callable[[ValueLot], ValueLot]) -> None:
        self.pairs = [
            replace(pair, principal=changed(pair.principal), bonus=changed(pair.bonus))
            for pair in self.pairs
        ]
        for lot in (lot for pair in self.pairs for lot in (pair.principal, pair.bonus)):
            assert 0 <= lot.held <= lot.left <= lot.amount


def _by_lot(shares: Sequence[Share]) -> dict[int, int]:
    amounts: dict[int, int] = {}
    for share in shares:
        amounts[share.principal_lot_id] = share.principal_fen
        amounts[share.bonus_lot_id] = share.bonus_fen
    return amounts
