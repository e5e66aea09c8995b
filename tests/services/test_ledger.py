"""The ledger (台账) on real tables: guarded updates, unique keys, all or nothing."""

import asyncio

import pytest
from tortoise.exceptions import IntegrityError

from loyalty.ledger import Unit, spend
from loyalty.points import Draw, NotEnoughPoints
from services.ledger import is_posted, lock_accounts, post
from services.shop import Shop
from services.verify import verify_ledger
from storage.ledger import BalanceMoved, allocate, move_balance, newest_lines, open_lots
from storage.sql import rows
from storage.transactions import transactional
from tests.services.posting import a_gift, give, member_id_of, post_as, postings, spend_points
from tests.shop_parts import MachineClock, a_member, points_of

WELCOME = 50


async def test_a_balance_is_never_moved_below_zero(shop: Shop) -> None:
    li = await a_member(shop)

    @transactional
    async def take(points: int) -> None:
        accounts = await lock_accounts(member_id_of(li), [Unit.POINTS])
        await move_balance(accounts[Unit.POINTS].id, -points)

    with pytest.raises(BalanceMoved):
        await take(WELCOME + 1)
    assert await points_of(shop, li) == WELCOME


async def test_what_is_held_is_not_moved(shop: Shop) -> None:
    li = await a_member(shop)
    await rows("UPDATE ledger_accounts SET held = 20 WHERE name = 'member'")
    with pytest.raises(BalanceMoved):
        await spend_points(shop, li, 31, key="too much")
    await spend_points(shop, li, 30, key="what is free")
    assert await points_of(shop, li) == 0


async def test_moving_the_balance_of_nobody_is_seen(shop: Shop) -> None:
    """A row count of zero is never success, whatever the reason."""

    @transactional
    async def move() -> None:
        await move_balance(999_999, 1)

    with pytest.raises(BalanceMoved):
        await move()


async def test_no_more_is_taken_from_a_lot_than_it_holds(shop: Shop) -> None:
    li = await a_member(shop)
    [lot] = await rows("SELECT id, entry_id FROM lots")

    @transactional
    async def take(points: int) -> None:
        await allocate(lot["id"], lot["entry_id"], points)

    for points in (-WELCOME - 1, 1):
        with pytest.raises(BalanceMoved):
            await take(points)
    assert await rows("SELECT 1 FROM lot_allocations") == []
    assert await points_of(shop, li) == WELCOME


async def test_a_posting_stands_or_falls_as_a_whole(shop: Shop) -> None:
    li = await a_member(shop)
    [lot] = await rows("SELECT id FROM lots")
    before = await postings()
    too_much = spend(member_id_of(li), [Draw(lot["id"], WELCOME + 1)], cause={"what": "spend"})
    with pytest.raises(BalanceMoved):
        await post_as(shop, li, too_much, key="spend")
    assert await postings() == before
    assert (await verify_ledger(shop)).complaints == ()


async def test_a_key_written_twice_is_refused_by_the_table_itself(shop: Shop) -> None:
    """Also for a use case that forgot to look: the unique column is the last guard."""
    li = await a_member(shop)
    gift = a_gift(shop, li, 5)
    await post_as(shop, li, gift, key="gift")
    with pytest.raises(IntegrityError):
        await post_as(shop, li, gift, key="gift")
    assert await points_of(shop, li) == WELCOME + 5


async def test_one_key_for_two_members_at_once_is_good_for_one(shop: Shop) -> None:
    members = [await a_member(shop, f"member-{number}") for number in range(5)]
    postings_of_all = [
        post_as(shop, member, a_gift(shop, member, 5), key="gift") for member in members
    ]
    results = await asyncio.gather(*postings_of_all, return_exceptions=True)
    assert sum(isinstance(result, IntegrityError) for result in results) == 4
    assert sum([await points_of(shop, member) for member in members]) == 5 * WELCOME + 5
    assert (await verify_ledger(shop)).complaints == ()


async def test_of_many_spends_at_once_only_as_many_succeed_as_the_balance_covers(
    shop: Shop,
) -> None:
    li = await a_member(shop)
    spends = [spend_points(shop, li, 7, key=f"spend-{number}") for number in range(12)]
    results = await asyncio.gather(*spends, return_exceptions=True)
    assert sum(result is None for result in results) == WELCOME // 7
    assert sum(isinstance(result, NotEnoughPoints) for result in results) == 12 - WELCOME // 7
    assert await points_of(shop, li) == WELCOME % 7
    assert (await verify_ledger(shop)).complaints == ()


async def test_a_spend_takes_from_the_lot_that_ends_first(shop: Shop, clock: MachineClock) -> None:
    li = await a_member(shop)
    clock.pass_time(days=5)
    await give(shop, li, 10, key="later")
    await spend_points(shop, li, WELCOME + 4, key="spend")
    remaining = await rows("SELECT remaining FROM lots ORDER BY id")
    assert [lot["remaining"] for lot in remaining] == [0, 6]


async def test_is_posted_knows_its_keys(shop: Shop) -> None:
    await give(shop, await a_member(shop), 5, key="gift")
    assert await is_posted("gift")
    assert not await is_posted("other")


async def test_the_newest_lines_come_first(shop: Shop, clock: MachineClock) -> None:
    li = await a_member(shop)
    for points in (1, 2, 3):
        clock.pass_time(hours=1)
        await give(shop, li, points, key=f"gift-{points}")
    lines = await newest_lines(member_id_of(li), 3)
    assert [line["amount"] for line in lines] == [3, 2, 1]


async def test_two_units_of_a_member_are_locked_in_one_order(shop: Shop) -> None:
    li = await a_member(shop)

    @transactional
    async def lock(units: list[Unit]) -> None:
        accounts = await lock_accounts(member_id_of(li), units)
        await open_lots(accounts[units[0]].id)

    orders = [[Unit.POINTS, Unit.GROWTH], [Unit.GROWTH, Unit.POINTS]]
    await asyncio.gather(*[lock(orders[turn % 2]) for turn in range(10)])


async def test_posting_outside_of_the_locked_accounts_is_a_mistake(shop: Shop) -> None:
    li = await a_member(shop)

    @transactional
    async def forget_to_lock() -> None:
        gift = a_gift(shop, li, 5)
        await post(shop, gift, {}, key="gift", actor="test", occurred_at=shop.now())

    with pytest.raises(KeyError):
        await forget_to_lock()
    assert not await is_posted("gift")
