"""Members who grow (成长): purchases that count for a tier, refunds, and ladders to climb."""

import itertools
from datetime import datetime

from loyalty.ledger import Unit, earn, reverse_earning
from loyalty.person import Person
from loyalty.points import ClawBack
from services.ledger.posting import lock_accounts, post
from services.loading import load_shop
from services.shop import Shop
from services.tiers.rungs import UNITS_OF_A_RISE, TierChange, after_growth, after_return, tier_of
from storage.instants import day_of
from storage.ledger import transaction_by_key
from storage.purchases import insert_purchase
from storage.sql import Row, change, row, rows
from storage.transactions import transactional
from tests.services.posting import member_id_of

numbers = itertools.count(1)
RUNGS = (("base", 0), ("silver", 500), ("gold", 2000), ("black", 6000))


async def use_ladder(shop: Shop, **terms: object) -> None:
    """Another ladder with the demo's rungs; `silver={...}` adds to what a rung says."""
    tiers = [
        {"code": code, "name": code, "growth": growth, **dict(terms.pop(code, {}))}  # type: ignore[call-overload]
        for code, growth in RUNGS
    ]
    await load_shop(shop, {"ladder": terms or {"window_days": 365}, "tiers": tiers})
    await shop.rules.refresh()


@transactional
async def spends(
    shop: Shop, person: Person, fen: int, *, at: datetime | None = None, store_id: int = 1
) -> tuple[int, TierChange | None]:
    """A purchase that earns growth, one a yuan: its id, and what it did to the tier."""
    member_id, paid_at = member_id_of(person), at or shop.now()
    accounts = await lock_accounts(member_id, UNITS_OF_A_RISE)
    number = next(numbers)
    purchase_id = await insert_purchase(
        till_id=1,
        receipt_no=f"G-{number}",
        key_epoch=0,
        paid_at=paid_at,
        paid_fen=fen,
        lines="[]",
        member_id=member_id,
        points=0,
        claim_until=paid_at,
        fingerprint="f",
        recorded_at=shop.now(),
        store_id=store_id,
        points_standing=0,
        growth_standing=fen,
    )
    assert purchase_id is not None
    transaction = earn(
        member_id,
        {Unit.GROWTH: fen},
        debt=0,
        earned_on=day_of(paid_at),
        expires_on=None,
        cause={"what": "purchase"},
    )
    key = f"purchase:{purchase_id}"
    await post(shop, transaction, accounts, key=key, actor="test", occurred_at=paid_at)
    return purchase_id, await after_growth(shop, member_id, purchase_id=purchase_id, key=key)


@transactional
async def brings_back(shop: Shop, person: Person, purchase_id: int, fen: int) -> TierChange | None:
    """A refund of so much of a purchase."""
    member_id = member_id_of(person)
    accounts = await lock_accounts(member_id, UNITS_OF_A_RISE)
    await change(
        "UPDATE purchases SET refunded_fen = refunded_fen + $1,"
        " growth_standing = growth_standing - $1 WHERE id = $2",
        fen,
        purchase_id,
    )
    transaction = reverse_earning(
        member_id, ClawBack((), 0), amounts={Unit.GROWTH: fen}, cause={"what": "refund"}
    )
    earned = await transaction_by_key(f"purchase:{purchase_id}")
    assert earned is not None
    key = f"refund:{purchase_id}:{next(numbers)}"
    await post(
        shop,
        transaction,
        accounts,
        key=key,
        actor="test",
        occurred_at=shop.now(),
        reverses_id=earned["id"],
    )
    return await after_return(shop, member_id, purchase_id=purchase_id, key=key)


async def tier_code(shop: Shop, person: Person) -> str:
    return (await tier_of(shop, member_id_of(person))).code


async def until(person: Person) -> str | None:
    """The last day of the member's term."""
    found = await row(
        "SELECT until_on FROM member_tiers WHERE member_id = $1", member_id_of(person)
    )
    return found["until_on"] if found else None


async def moves() -> list[str]:
    """Why tiers changed, oldest first."""
    found = await rows("SELECT reason, from_tier, to_tier FROM tier_changes ORDER BY id")
    return [f"{line['reason']} {line['from_tier']}→{line['to_tier']}" for line in found]


async def gifts_of(person: Person) -> list[Row]:
    return await rows(
        "SELECT tier, given_on FROM tier_gifts WHERE member_id = $1 ORDER BY id",
        member_id_of(person),
    )


def instant_of(day: str) -> datetime:
    """Noon of a day in the shop."""
    return datetime.fromisoformat(f"{day}T12:00+08:00")
