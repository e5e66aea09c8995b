"""Explaining (为什么): what the last number told rests on, from the facts stored with its effects.

Nothing is reckoned again: a rule that has changed since explains nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from loyalty.ledger import AccountKind, Unit
from loyalty.person import Person
from services.clock import day_of
from services.shop import Shop
from storage.explanations import newest_coupons, newest_tier_change, newest_transactions
from storage.instants import from_ms

TRANSACTIONS = 3
COUPONS = 5
TOLD_SECONDS = 24 * 3600
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


async def note_told(shop: Shop, person: Person, wording: str) -> None:
    """Remember which sentence was said last; nothing waits for it, and it may be lost."""
    await shop.cache.note(_key(person), wording.encode(), TOLD_SECONDS)


async def last_told(shop: Shop, person: Person) -> str:
    """The name of the sentence said last, within a day; empty when nothing is remembered."""
    return (await shop.cache.get(_key(person)) or b"").decode()


async def movements(member_id: int, about: str) -> list[Movement]:
    """The newest ledger transactions behind the points or the stored value."""
    found: dict[int, Movement] = {}
    for line in await newest_transactions(member_id, UNITS_OF[about], TRANSACTIONS):
        day = day_of(from_ms(line["occurred_at"]))
        known = found.setdefault(line["id"], Movement(line["id"], day, json.loads(line["cause"])))
        if line["name"] == AccountKind.DEBT:
            known.debt -= line["amount"]
        else:
            known.amounts[line["unit"]] = line["amount"]
    return list(found.values())


async def coupon_origins(member_id: int) -> list[CouponOrigin]:
    """Where the coupons at hand come from, soonest to end first."""
    origins = []
    for line in await newest_coupons(member_id, COUPONS):
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


def _key(person: Person) -> str:
    return f"told:{person.follower_id}"
