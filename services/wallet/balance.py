"""Stored value (储值): what a member can spend, principal and bonus apart."""

from collections import Counter
from dataclasses import dataclass

from loyalty.ledger import Unit
from services.shop import Shop
from storage.sql import Row
from storage.wallet import read_stored

EXPIRIES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class BonusExpiry:
    """So much bonus whose last usable day is the same."""

    expires_on: str
    bonus_fen: int


@dataclass(frozen=True, slots=True)
class StoredValue:
    """In fen; principal and bonus are what is free to spend, the held part stands apart."""

    principal_fen: int
    bonus_fen: int
    held_fen: int
    next_expiries: tuple[BonusExpiry, ...] = ()

    @property
    def available_fen(self) -> int:
        return self.principal_fen + self.bonus_fen


async def stored_value(shop: Shop, member_id: int) -> StoredValue:
    """One read. What overdue holds keep is free again, and ended bonus is gone, booked or not."""
    today = shop.today().isoformat()
    lines = await read_stored(member_id, shop.now())
    free = Counter[str]()
    expiries = Counter[str]()
    held_fen = 0
    for line in lines:
        has_ended = line["expires_on"] is not None and line["expires_on"] < today
        held_fen += _held(line)
        free[line["unit"]] += _free(line, has_ended=has_ended)
        if line["expires_on"] is not None and not has_ended:
            expiries[line["expires_on"]] += line["amount"]
    next_expiries = [BonusExpiry(day, expiries[day]) for day in sorted(expiries)]
    return StoredValue(
        principal_fen=free[Unit.PRINCIPAL],
        bonus_fen=free[Unit.BONUS],
        held_fen=held_fen,
        next_expiries=tuple(next_expiries[:EXPIRIES_SHOWN]),
    )


def _held(line: Row) -> int:
    match line["what"]:
        case "held":
            return int(line["amount"])
        case "overdue":
            return -int(line["amount"])
        case _:
            return 0


def _free(line: Row, *, has_ended: bool) -> int:
    match line["what"]:
        case "free":
            return int(line["amount"])
        case "overdue":
            return 0 if has_ended else int(line["amount"])
        case "bonus":
            # The balance counts it until the night's run books it out.
            return -int(line["amount"]) if has_ended else 0
        case _:
            return 0
