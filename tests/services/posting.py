"""Moving points about for tests: use cases of their own around the ledger's helpers."""

from datetime import datetime

from loyalty.ledger import LedgerTransaction, Unit, earn, reverse_earning, spend
from loyalty.person import Person
from loyalty.points import claw_back, spend_from
from services.ledger.points import earn_points, points_balance
from services.ledger.posting import lock_accounts, post
from services.shop import Shop
from storage.ledger import open_lots
from storage.sql import rows
from storage.transactions import transactional


def member_id_of(person: Person) -> int:
    assert person.member_id is not None
    return person.member_id


@transactional
async def give(
    shop: Shop, person: Person, points: int, *, key: str, at: datetime | None = None
) -> int:
    """Earn; the balance after it."""
    member_id, occurred_at = member_id_of(person), at or shop.now()
    cause = {"what": "gift", "points": points}
    await earn_points(shop, member_id, points, key=key, cause=cause, occurred_at=occurred_at)
    return (await points_balance(shop, member_id)).points


@transactional
async def spend_points(shop: Shop, person: Person, points: int, *, key: str) -> None:
    member_id = member_id_of(person)
    accounts = await lock_accounts(member_id, [Unit.POINTS])
    draws = spend_from(await open_lots(accounts[Unit.POINTS].id), points, shop.today())
    transaction = spend(member_id, draws, cause={"what": "spent", "store": "test"})
    await post(shop, transaction, accounts, key=key, actor="test", occurred_at=shop.now())


@transactional
async def take_back(shop: Shop, person: Person, points: int, *, key: str) -> None:
    """Undo an earning whose lot nobody knows; what is missing becomes debt."""
    member_id = member_id_of(person)
    accounts = await lock_accounts(member_id, [Unit.POINTS])
    lots = await open_lots(accounts[Unit.POINTS].id)
    taken = claw_back(lots, points, own_lots=(), today=shop.today())
    transaction = reverse_earning(member_id, taken, amounts={}, cause={"what": "refund"})
    await post(shop, transaction, accounts, key=key, actor="test", occurred_at=shop.now())


@transactional
async def post_as(shop: Shop, person: Person, transaction: LedgerTransaction, *, key: str) -> int:
    accounts = await lock_accounts(member_id_of(person), [Unit.POINTS])
    return await post(shop, transaction, accounts, key=key, actor="test", occurred_at=shop.now())


def a_gift(shop: Shop, person: Person, points: int) -> LedgerTransaction:
    return earn(
        member_id_of(person),
        {Unit.POINTS: points},
        debt=0,
        earned_on=shop.today(),
        expires_on=None,
        cause={"what": "gift"},
    )


async def postings() -> int:
    found = await rows("SELECT COUNT(*) AS n FROM ledger_transactions")
    return int(found[0]["n"])
