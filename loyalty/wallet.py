"""Stored value (储值): what a payment draws, what a refund gives back, what a card is worth.

A top-up opens a pair of lots, principal (本金, paid) and bonus (赠送金, given). The oldest pair is
used up first, and within a pair both shrink by the pair's own ratio, reckoned on everything ever
used of it and never on one payment: so any split of payments ends like one (field-rules D5).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from loyalty.money import yuan_text
from loyalty.refusals import Refusal
from loyalty.shop_file.terms import TopUpOffer


class NotEnoughStored(Refusal):
    """More is wanted than is free to spend."""

    wording = "tills/not_enough_stored"

    def __init__(self, *, wanted_fen: int, free_fen: int) -> None:
        super().__init__(
            wanted=yuan_text(wanted_fen),
            free=yuan_text(free_fen),
            missing=yuan_text(wanted_fen - free_fen),
        )


@dataclass(frozen=True, slots=True)
class ValueLot:
    """One half of a pair: its `amount` when it was opened, and what is `left` of it now.

    `held` is kept for other payments under way, `reserved` for the one at hand, which may use it
    even past the last day.
    """

    id: int
    amount: int
    left: int
    held: int = 0
    reserved: int = 0
    expires_on: date | None = None
    lapsed: int = 0

    @property
    def used(self) -> int:
        return self.amount - self.left

    def usable(self, today: date) -> int:
        free = self.left - self.held
        has_ended = self.expires_on is not None and self.expires_on < today
        return min(free, self.reserved) if has_ended else free


NO_LOT = ValueLot(id=0, amount=0, left=0)


@dataclass(frozen=True, slots=True)
class Pair:
    """What one transaction opened; bonus that came back late (补回的赠送金) has no principal."""

    opened_by: int
    principal: ValueLot = NO_LOT
    bonus: ValueLot = NO_LOT
    # Of bonus that came back late: how much was paid from which bonus lot.
    came_from: tuple[tuple[int, int], ...] = ()

    def usable(self, today: date) -> int:
        return self.principal.usable(today) + self.bonus.usable(today)


@dataclass(frozen=True, slots=True)
class Share:
    """What a payment takes from one pair, or a refund gives back to it."""

    principal_lot_id: int
    principal_fen: int
    bonus_lot_id: int
    bonus_fen: int

    @property
    def total_fen(self) -> int:
        return self.principal_fen + self.bonus_fen

    def less(self, other: "Share") -> "Share":
        """What this one has more than an earlier state of the same share."""
        principal_fen = self.principal_fen - other.principal_fen
        bonus_fen = self.bonus_fen - other.bonus_fen
        return Share(self.principal_lot_id, principal_fen, self.bonus_lot_id, bonus_fen)


def in_spending_order(pairs: Iterable[Pair]) -> list[Pair]:
    """Bonus that came back late first, soonest end first, for it lapses soon; then oldest first."""

    def place(pair: Pair) -> tuple[bool, date, int]:
        is_pair = pair.principal.amount > 0
        last_day = date.max if is_pair else pair.bonus.expires_on or date.max
        return is_pair, last_day, pair.opened_by

    return sorted(pairs, key=place)


def free_fen(pairs: Iterable[Pair], today: date) -> int:
    return sum(pair.usable(today) for pair in pairs)


def shares_of_payment(pairs: Iterable[Pair], amount_fen: int, today: date) -> list[Share]:
    """Take an amount from the pairs. Raises NotEnoughStored."""
    assert amount_fen > 0, amount_fen
    ordered = in_spending_order(pairs)
    free = free_fen(ordered, today)
    if free < amount_fen:
        raise NotEnoughStored(wanted_fen=amount_fen, free_fen=free)
    shares = []
    missing = amount_fen
    for pair in ordered:
        taken = min(missing, pair.usable(today))
        missing -= taken
        if taken > 0:
            shares.append(_share_of_pair(pair, taken, today))
    assert sum(share.total_fen for share in shares) == amount_fen
    return shares


def _share_of_pair(pair: Pair, taken: int, today: date) -> Share:
    """The bonus used ends at its share of all that was used, rounded down, as far as it can.

    It cannot where the bonus has ended or is held: then principal pays for it, and the other way
    round; the next payment makes up for it.
    """
    principal, bonus = pair.principal, pair.bonus
    used = principal.used + bonus.used + taken
    due = used * bonus.amount // (principal.amount + bonus.amount) - bonus.used
    least = max(0, taken - principal.usable(today))
    most = min(taken, bonus.usable(today))
    bonus_fen = max(least, min(due, most))
    return Share(principal.id, taken - bonus_fen, bonus.id, bonus_fen)


def shares_given_back(drawn: Sequence[Share], returned_fen: int) -> list[Share]:
    """Of what a payment drew, the part that stands given back once so much was refunded.

    The pair drawn on last is filled first, as if the payment had been smaller, and each by the
    shares it gave. A function of the sum alone: twenty part refunds end like one.
    """
    assert 0 <= returned_fen <= sum(share.total_fen for share in drawn), returned_fen
    given = []
    for share in reversed(drawn):
        part = min(returned_fen, share.total_fen)
        returned_fen -= part
        bonus_fen = part * share.bonus_fen // share.total_fen
        given.append(Share(share.principal_lot_id, part - bonus_fen, share.bonus_lot_id, bonus_fen))
    return given[::-1]


def best_offer(offers: Iterable[TopUpOffer], paid_fen: int) -> TopUpOffer | None:
    """The offer with the most bonus that the paid amount reaches."""
    reached = [offer for offer in offers if offer.paid_fen <= paid_fen]
    return max(reached, key=lambda offer: offer.bonus_fen, default=None)


@dataclass(frozen=True, slots=True)
class CardRefund:
    """What giving a card back (退卡) is worth: the principal left, with its reckoning.

    Of what was used, `used_principal_fen` counts against what was paid: by the ratio of paid and
    given, because every payment was drawn by it. The bonus left is void.
    """

    paid_fen: int
    given_fen: int
    used_fen: int
    used_principal_fen: int
    lapsed_bonus_fen: int
    void_bonus_fen: int
    refund_fen: int


def card_refund_figures(pairs: Iterable[Pair]) -> CardRefund:
    """The figures over all pairs of which something is left, with what came back late of them."""
    kept = _kept(pairs)
    paid_fen = sum(pair.principal.amount for pair in kept)
    # What came back late stands in two lots and was given once.
    lots = {pair.bonus.id for pair in kept}
    twice_fen = sum(fen for pair in kept for lot, fen in pair.came_from if lot in lots)
    given_fen = sum(pair.bonus.amount for pair in kept) - twice_fen
    refund_fen = sum(pair.principal.left for pair in kept)
    void_bonus_fen = sum(pair.bonus.left for pair in kept)
    lapsed_fen = sum(pair.bonus.lapsed for pair in kept)
    return CardRefund(
        paid_fen=paid_fen,
        given_fen=given_fen,
        used_fen=paid_fen + given_fen - refund_fen - void_bonus_fen - lapsed_fen,
        used_principal_fen=paid_fen - refund_fen,
        lapsed_bonus_fen=lapsed_fen,
        void_bonus_fen=void_bonus_fen,
        refund_fen=refund_fen,
    )


def _kept(pairs: Iterable[Pair]) -> list[Pair]:
    kept: list[Pair] = []
    for pair in sorted(pairs, key=lambda pair: pair.opened_by):
        lots = {other.bonus.id for other in kept}
        is_of_kept = any(lot in lots for lot, _ in pair.came_from)
        if pair.principal.left + pair.bonus.left > 0 or is_of_kept:
            kept.append(pair)
    return kept
