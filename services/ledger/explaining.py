"""Explaining (为什么): what the last number told rests on, from the facts stored with its effects.

Nothing is reckoned again: a rule that has changed since explains nothing.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from loyalty.ledger import AccountKind, Unit
from services.clock import day_of
from services.shop import Shop
from storage.explanations import (
    coupons_at_hand,
    lines_of_transaction,
    newest_tier_change,
    newest_transactions,
)
from storage.instants import from_ms
from storage.sql import Row

TRANSACTIONS = 3
UNITS_OF = {"points": (Unit.POINTS,), "wallet": (Unit.BONUS, Unit.PRINCIPAL)}

Facts = Mapping[str, object]


@dataclass(slots=True)
class Movement:
    """One ledger transaction: `amounts` by unit, signed; `debt` is what was owed more or less."""

    number: int
    day: date
    facts: Facts
    amounts: dict[str, int] = field(default_factory=dict)
    debt: int = 0

    @property
    def what(self) -> str:
        return str(self.facts["what"])


@dataclass(frozen=True, slots=True)
class CouponOrigin:
    code: str
    name: str
    ends_on: str
    threshold_fen: int
    facts: Facts


@dataclass(frozen=True, slots=True)
class TierMove:
    """The newest line of a member's tier history; `facts` are what was decided on."""

    day: date
    tier: str
    reason: str
    facts: Facts


async def movements(member_id: int, about: str) -> list[Movement]:
    """The newest ledger transactions behind the points or the stored value."""
    return _movements(await newest_transactions(member_id, UNITS_OF[about], TRANSACTIONS))


async def movement_of(member_id: int, key: str) -> Movement | None:
    """What the transaction of this key did to a member's accounts."""
    return next(iter(_movements(await lines_of_transaction(member_id, key))), None)


def _movements(lines: Iterable[Row]) -> list[Movement]:
    found: dict[int, Movement] = {}
    for line in lines:
        day = day_of(from_ms(line["occurred_at"]))
        known = found.setdefault(line["id"], Movement(line["id"], day, json.loads(line["cause"])))
        if line["name"] == AccountKind.DEBT:
            known.debt -= line["amount"]
        else:
            known.amounts[line["unit"]] = line["amount"]
    return list(found.values())


async def coupon_origins(shop: Shop, member_id: int) -> list[CouponOrigin]:
    """Where the coupons at hand come from, soonest to end first."""
    origins = []
    for line in await coupons_at_hand(member_id, shop.today()):
        terms, cause = json.loads(line["terms"]), json.loads(line["cause"])
        threshold_fen = terms.get("threshold_fen", 0)
        name = terms["name"]
        origins.append(CouponOrigin(line["code"], name, line["ends_on"], threshold_fen, cause))
    return origins


async def tier_move(shop: Shop, member_id: int) -> TierMove | None:
    """None for who never left the lowest rung."""
    found = await newest_tier_change(member_id)
    if found is None:
        return None
    tier = next((rung.name for rung in shop.rules.tiers if rung.code == found["to_tier"]), "")
    facts = json.loads(found["facts"])
    day = day_of(from_ms(found["changed_at"]))
    return TierMove(day, tier or found["to_tier"], found["reason"], facts)
