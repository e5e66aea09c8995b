"""Liability (储值负债): what is owed on cards by issuing store, and what stores settle.

Principal that one store sold and another served is money the first holds for the second: all
stores settle through the brand, each with its own difference.
"""

from collections import defaultdict
from dataclasses import asdict, dataclass

from loyalty.ledger import Unit
from services.shop import Shop
from storage.liability import owed, principal_paid_out, principal_served, principal_sold
from storage.transactions import snapshot

NO_STORE = ""


@dataclass(slots=True)
class StoreLiability:
    """`settles_fen`: what was spent of the store's cards, less what it served of anybody's.

    Above zero the store passes it on, below zero it is paid.
    """

    principal_fen: int = 0
    bonus_fen: int = 0
    sold_principal_fen: int = 0
    paid_out_principal_fen: int = 0
    served_principal_fen: int = 0
    settles_fen: int = 0


@dataclass(frozen=True, slots=True)
class Liability:
    """Bonus that came back late belongs to no store and stands under an empty code."""

    principal_fen: int
    bonus_fen: int
    stores: dict[str, StoreLiability]

    def as_data(self) -> dict[str, object]:
        stores = {code: asdict(self.stores[code]) for code in sorted(self.stores)}
        return {"principal_fen": self.principal_fen, "bonus_fen": self.bonus_fen, "stores": stores}


async def liability(shop: Shop) -> Liability:
    """Everything at one moment of the tables."""
    stores: defaultdict[str, StoreLiability] = defaultdict(StoreLiability)
    async with snapshot():
        for line in await owed():
            store = stores[line["store"] or NO_STORE]
            if line["unit"] == Unit.PRINCIPAL:
                store.principal_fen += int(line["amount"])
            else:
                store.bonus_fen += int(line["amount"])
        for code, amount in (await principal_sold()).items():
            stores[code].sold_principal_fen = amount
        for code, amount in (await principal_paid_out()).items():
            stores[code].paid_out_principal_fen = amount
        for code, amount in (await principal_served()).items():
            stores[code].served_principal_fen = amount
    for store in stores.values():
        kept_fen = store.sold_principal_fen - store.paid_out_principal_fen - store.principal_fen
        store.settles_fen = kept_fen - store.served_principal_fen
    return Liability(
        principal_fen=sum(store.principal_fen for store in stores.values()),
        bonus_fen=sum(store.bonus_fen for store in stores.values()),
        stores=dict(stores),
    )
