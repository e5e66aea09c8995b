"""Stored value in the ledger (储值记账): top-ups, payments, returns and card refunds as entries.

Principal comes from `sold` and bonus from `issued`; what is paid goes to `redeemed`, what is paid
out to `refunded`, bonus that ends or is void to `expired`.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from loyalty.ledger import (
    Account,
    AccountKind,
    Allocation,
    Cause,
    Entry,
    LedgerTransaction,
    OpenedLot,
    TransactionKind,
    Unit,
)
from loyalty.points import Draw
from loyalty.wallet import Pair, Share


def open_pair(
    member_id: int,
    *,
    paid_fen: int,
    bonus_fen: int,
    opened_on: date,
    bonus_ends_on: date | None,
    cause: Cause,
) -> LedgerTransaction:
    """Open a pair: principal that never lapses and, where something is given, bonus."""
    principal, bonus = _mine(member_id, Unit.PRINCIPAL), _mine(member_id, Unit.BONUS)
    lots = [
        OpenedLot(principal, paid_fen, opened_on, None),
        OpenedLot(bonus, bonus_fen, opened_on, bonus_ends_on),
    ]
    return LedgerTransaction(
        TransactionKind.TOP_UP,
        cause,
        _moved((principal, AccountKind.SOLD, paid_fen), (bonus, AccountKind.ISSUED, bonus_fen)),
        opened=tuple(lot for lot in lots if lot.amount),
    )


def pay(member_id: int, shares: Iterable[Share], *, cause: Cause) -> LedgerTransaction:
    redeemed = AccountKind.REDEEMED
    return _taken(TransactionKind.PAY, member_id, shares, to=(redeemed, redeemed), cause=cause)


def pay_out(member_id: int, pairs: Iterable[Pair], *, cause: Cause) -> LedgerTransaction:
    """Pay the principal out and void the bonus."""
    left = [
        Share(pair.principal.id, pair.principal.left, pair.bonus.id, pair.bonus.left)
        for pair in pairs
    ]
    kind = TransactionKind.CARD_REFUND
    to = (AccountKind.REFUNDED, AccountKind.EXPIRED)
    return _taken(kind, member_id, left, to=to, cause=cause)


def give_back_shares(
    member_id: int,
    shares: Sequence[Share],
    *,
    late_bonus_fen: int,
    returned_on: date,
    late_ends_on: date,
    cause: Cause,
) -> LedgerTransaction:
    """Undo a payment or a part of it; bonus of ended lots gets a lot with a short life."""
    principal, bonus = _mine(member_id, Unit.PRINCIPAL), _mine(member_id, Unit.BONUS)
    late = OpenedLot(bonus, late_bonus_fen, returned_on, late_ends_on)
    principal_fen = sum(share.principal_fen for share in shares)
    bonus_fen = sum(share.bonus_fen for share in shares) + late_bonus_fen
    return LedgerTransaction(
        TransactionKind.REVERSE,
        cause,
        _moved(
            (principal, AccountKind.REDEEMED, principal_fen),
            (bonus, AccountKind.REDEEMED, bonus_fen),
        ),
        _allocations(member_id, shares, sign=1),
        (late,) if late_bonus_fen else (),
    )


def lapse_bonus(member_id: int, draws: Sequence[Draw], *, cause: Cause) -> LedgerTransaction:
    """Book out what is left of bonus lots past their last day."""
    bonus = _mine(member_id, Unit.BONUS)
    return LedgerTransaction(
        TransactionKind.EXPIRE,
        cause,
        _moved((bonus, AccountKind.EXPIRED, -sum(draw.points for draw in draws))),
        tuple(Allocation(bonus, draw.lot_id, -draw.points) for draw in draws),
    )


def _taken(
    kind: TransactionKind,
    member_id: int,
    shares: Iterable[Share],
    *,
    to: tuple[AccountKind, AccountKind],
    cause: Cause,
) -> LedgerTransaction:
    drawn = list(shares)
    entries = _moved(
        (_mine(member_id, Unit.PRINCIPAL), to[0], -sum(share.principal_fen for share in drawn)),
        (_mine(member_id, Unit.BONUS), to[1], -sum(share.bonus_fen for share in drawn)),
    )
    return LedgerTransaction(kind, cause, entries, _allocations(member_id, drawn, sign=-1))


def _allocations(member_id: int, shares: Iterable[Share], *, sign: int) -> tuple[Allocation, ...]:
    """Share by share, principal before bonus: a refund reads them in this order."""
    principal, bonus = _mine(member_id, Unit.PRINCIPAL), _mine(member_id, Unit.BONUS)
    allocations = []
    for share in shares:
        allocations += [
            Allocation(principal, share.principal_lot_id, sign * share.principal_fen),
            Allocation(bonus, share.bonus_lot_id, sign * share.bonus_fen),
        ]
    return tuple(allocation for allocation in allocations if allocation.amount)


def _moved(*moves: tuple[Account, AccountKind, int]) -> tuple[Entry, ...]:
    """Each amount on a member's account against the shop's account of the same unit."""
    entries = []
    for account, counter, amount in moves:
        entries += [Entry(account, amount), Entry(Account(counter, account.unit), -amount)]
    return tuple(entry for entry in entries if entry.amount)


def _mine(member_id: int, unit: Unit) -> Account:
    return Account(AccountKind.MEMBER, unit, member_id)
