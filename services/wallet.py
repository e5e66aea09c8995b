"""Stored value (储值): what a member has, principal and bonus apart."""

from dataclasses import dataclass

from loyalty.ledger import Unit
from services.shop import Shop
from storage.ledger import AccountState, read_balances

NOTHING = AccountState(id=0, balance=0, held=0, debt=0)


@dataclass(frozen=True, slots=True)
class StoredValue:
    """In fen; principal and bonus are what is free to spend, the held part stands apart."""

    principal_fen: int
    bonus_fen: int
    held_fen: int

    @property
    def available_fen(self) -> int:
        return self.principal_fen + self.bonus_fen


async def stored_value(shop: Shop, member_id: int) -> StoredValue:
    balances = await read_balances(member_id)
    principal = balances.get(Unit.PRINCIPAL, NOTHING)
    bonus = balances.get(Unit.BONUS, NOTHING)
    return StoredValue(principal.spendable, bonus.spendable, principal.held + bonus.held)
