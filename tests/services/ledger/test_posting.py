"""The ledger (台账) on real tables: guarded updates, unique keys, all or nothing."""

import asyncio
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

import storage.transactions
from loyalty.ledger import Unit, earn, reverse_earning, reverse_spending, spend
from loyalty.points import Draw, GiveBack, NotEnoughPoints, claw_back
from services.custody.verify import verify_ledger
from services.ledger.posting import is_posted, lock_accounts, post
from services.shop import Shop
from storage.ledger import AccountState, BalanceMoved, newest_lines, open_lots
from storage.sql import rows
from storage.transactions import transactional
from tests.services.posting import (
    a_gift,
    give,
    member_id_of,
    post_as,
    postings,
    spend_points,
    take_back,
)
from tests.shop_parts import MachineClock, a_member, points_of

WELCOME = 50


async def test_a_balance_is_never_moved_below_zero(shop: Shop) -> None:
    li = await a_member(shop)
    await give(shop, li, 10, key="gift")
    await rows("UPDATE ledger_accounts SET balance = 59 WHERE name = 'member'")
    with pytest.raises(BalanceMoved, match="moved"):
        await spend_points(shop, li, WELCOME + 10, key="too much")
    await rows("UPDATE ledger_accounts SET balance = 60 WHERE name = 'member'")
    await spend_points(shop, li, WELCOME + 10, key="all")
    assert await points_of(shop, li) == 0


async def test_a_debt_is_never_moved_below_zero(shop: Shop) -> None:
    li = await a_member(shop)
    await take_back(shop, li, WELCOME + 30, key="refund")
    assert await rows("SELECT debt FROM ledger_accounts WHERE name = 'member'") == [{"debt": 30}]
    repaid = earn(
        member_id_of(li),
        {Unit.POINTS: 31},
        debt=31,
        earned_on=shop.today(),
        expires_on=None,
        cause={"what": "gift"},
    )
    with pytest.raises(BalanceMoved, match="moved"):
        await post_as(shop, li, repaid, key="repaid")


async def test_what_is_held_is_not_moved(shop: Shop) -> None:
    li = await a_member(shop)
    await rows("UPDATE ledger_accounts SET held = 20 WHERE name = 'member'")
    with pytest.raises(BalanceMoved):
        await spend_points(shop, li, 31, key="too much")
    await spend_points(shop, li, 30, key="what is free")
    assert await points_of(shop, li) == 0


async def test_moving_the_balance_of_nobody_is_seen(shop: Shop) -> None:
    """A row count of zero is never success, whatever the reason."""
    li = await a_member(shop)

    @transactional
    async def move_another() -> None:
        [sold] = await rows("SELECT id FROM ledger_accounts WHERE unit='points' AND name='sold'")
        accounts = {Unit.POINTS: AccountState(sold["id"], 0, 0, 0)}
        gift = a_gift(shop, li, 5)
        await post(shop, gift, accounts, key="gift", actor="test", occurred_at=shop.now())

    with pytest.raises(BalanceMoved, match="moved"):
        await move_another()
    assert not await is_posted("gift")


@pytest.mark.parametrize(("lots_hold", "drawn"), [(49, 50), (50, 51)])
async def test_no_more_is_taken_from_a_lot_than_it_holds(
    shop: Shop, lots_hold: int, drawn: int
) -> None:
    li = await a_member(shop)
    await rows(f"UPDATE lots SET remaining = {lots_hold}")
    await rows("UPDATE ledger_accounts SET balance = 99 WHERE name = 'member'")
    [lot] = await rows("SELECT id FROM lots")
    too_much = spend(member_id_of(li), [Draw(lot["id"], drawn)], cause={"what": "spend"})
    with pytest.raises(BalanceMoved, match="drawn"):
        await post_as(shop, li, too_much, key="spend")
    assert await rows("SELECT remaining FROM lots") == [{"remaining": lots_hold}]


async def test_what_is_held_of_a_lot_stays_in_it(shop: Shop) -> None:
    li = await a_member(shop)
    await rows("UPDATE lots SET held = 20")
    with pytest.raises(BalanceMoved, match="drawn"):
        await spend_points(shop, li, 31, key="too much")
    await spend_points(shop, li, 30, key="what is free")


async def test_a_lot_is_filled_no_further_than_it_was_opened_with(shop: Shop) -> None:
    li = await a_member(shop)
    await spend_points(shop, li, 10, key="spend")
    [lot] = await rows("SELECT id FROM lots")
    given = GiveBack(repaid=0, draws=(Draw(lot["id"], 11),), late=())
    undone = reverse_spending(
        member_id_of(li), given, earned_on=shop.today(), late_expires_on=None, cause={}
    )
    with pytest.raises(BalanceMoved, match="drawn"):
        await post_as(shop, li, undone, key="undo")


async def test_two_draws_on_one_lot_are_one_change_of_it(shop: Shop) -> None:
    li = await a_member(shop)
    [lot] = await rows("SELECT id FROM lots")
    twice = spend(member_id_of(li), [Draw(lot["id"], 20), Draw(lot["id"], 5)], cause={})
    await post_as(shop, li, twice, key="spend")
    assert await rows("SELECT remaining FROM lots") == [{"remaining": WELCOME - 25}]
    assert (await verify_ledger(shop)).complaints == ()


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


async def test_a_reversal_names_what_it_undoes(shop: Shop) -> None:
    li = await a_member(shop)
    [welcome] = await rows("SELECT id FROM ledger_transactions")

    @transactional
    async def undo() -> int:
        accounts = await lock_accounts(member_id_of(li), [Unit.POINTS])
        taken = claw_back(
            await open_lots(accounts[Unit.POINTS].id), 5, own_lots=(), today=shop.today()
        )
        undone = reverse_earning(member_id_of(li), taken, amounts={}, cause={})
        facts: dict[str, Any] = {"actor": "test", "occurred_at": shop.now()}
        return await post(shop, undone, accounts, key="undo", reverses_id=welcome["id"], **facts)

    posted = await undo()
    found = await rows("SELECT id, reverses_id FROM ledger_transactions ORDER BY id DESC LIMIT 1")
    assert found == [{"id": posted, "reverses_id": welcome["id"]}]


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


async def test_two_units_of_a_member_are_locked_in_one_order(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.transactions, "ATTEMPTS", 1)  # a second try would hide a deadlock
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
