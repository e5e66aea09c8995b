"""Points that come back after their last day (逾期退回): whose they stay, and when they lapse."""

import pytest

from loyalty.ledger import Unit
from loyalty.person import Person
from services.custody.verify import verify_ledger
from services.ledger.point_expiry import expire_points
from services.ledger.points import return_points, spend_points
from services.ledger.posting import lock_accounts
from services.loading import load_shop
from services.org.tills import Till
from services.shop import Shop
from storage.sql import rows
from storage.transactions import transactional
from tests.services.claiming import WELCOME
from tests.services.posting import member_id_of
from tests.services.refunding import PAID_FEN, Holding, buys, holding_of, refund
from tests.shop_parts import MachineClock, a_member

EARNED = 80  # by each purchase
SPENT = {"what": "spent", "store": "test"}


@pytest.fixture
async def li(shop: Shop, till: Till) -> Person:
    """All points end with the month; what comes back later lives for a week."""
    await load_shop(shop, {"points": {"expire": "month_end", "return_days": 7}})
    await shop.rules.refresh()
    person = await a_member(shop)
    for receipt_no in ("R-1", "R-2"):
        await buys(shop, till, person, receipt_no)
    return person


@transactional
async def spends(shop: Shop, person: Person, points: int, key: str = "spent") -> None:
    accounts = await lock_accounts(member_id_of(person), [Unit.POINTS])
    await spend_points(shop, member_id_of(person), points, cause=SPENT, key=key, accounts=accounts)


@transactional
async def gets_back(shop: Shop, person: Person, points: int, key: str = "spent") -> None:
    accounts = await lock_accounts(member_id_of(person), [Unit.POINTS])
    cause = {"what": "returned", "points": points}
    await return_points(
        shop, member_id_of(person), key, points, cause=cause, key=f"{key} back", accounts=accounts
    )


async def passes(shop: Shop, clock: MachineClock, *, days: int) -> None:
    clock.pass_time(days=days)
    await expire_points(shop)


async def debt_after(shop: Shop, till: Till, *receipts: str) -> list[int]:
    """What is owed after the refund of each."""
    answers = [
        await refund(shop, till, f"F-{receipt_no}", amount_fen=PAID_FEN, receipt_no=receipt_no)
        for receipt_no in receipts
    ]
    return [int(answer["points_debt"]) for answer in answers]


async def test_what_came_back_late_and_lapsed_is_not_owed(
    shop: Shop, till: Till, li: Person, clock: MachineClock
) -> None:
    await spends(shop, li, WELCOME + 2 * EARNED)
    await passes(shop, clock, days=25)
    await gets_back(shop, li, WELCOME + 2 * EARNED)
    assert (await holding_of(li)).points == WELCOME + 2 * EARNED
    await passes(shop, clock, days=8)
    assert await debt_after(shop, till, "R-1", "R-2") == [0, 0]
    assert await holding_of(li) == Holding(0, 0, 0)
    assert (await verify_ledger(shop)).complaints == ()


async def test_what_was_spent_of_it_is_owed(
    shop: Shop, till: Till, li: Person, clock: MachineClock
) -> None:
    await spends(shop, li, WELCOME + 2 * EARNED)
    await passes(shop, clock, days=25)
    await gets_back(shop, li, WELCOME + 2 * EARNED)
    await spends(shop, li, WELCOME + 10, key="late")
    await passes(shop, clock, days=8)
    assert await debt_after(shop, till, "R-1", "R-2") == [10, 10]


async def test_what_comes_back_late_a_second_time_is_of_the_same_purchase(
    shop: Shop, till: Till, li: Person, clock: MachineClock
) -> None:
    for key in ("first", "second"):
        await spends(shop, li, WELCOME + 2 * EARNED, key=key)
        await passes(shop, clock, days=25)
        await gets_back(shop, li, WELCOME + 2 * EARNED, key=key)
    await passes(shop, clock, days=8)
    assert await debt_after(shop, till, "R-1", "R-2") == [0, 0]


async def test_a_refund_takes_its_own_late_points_and_leaves_those_of_others(
    shop: Shop, till: Till, li: Person, clock: MachineClock
) -> None:
    await spends(shop, li, WELCOME + 2 * EARNED)
    await passes(shop, clock, days=25)
    await gets_back(shop, li, WELCOME + 2 * EARNED)
    assert await debt_after(shop, till, "R-2") == [0]
    left = await rows("SELECT remaining FROM lots WHERE remaining > 0 ORDER BY id")
    assert [lot["remaining"] for lot in left] == [WELCOME, EARNED]
    await passes(shop, clock, days=8)
    assert await debt_after(shop, till, "R-1") == [0]
