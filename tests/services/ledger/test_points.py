"""Points (积分) on real tables: earned, lapsed, and what a member sees of them."""

import asyncio
from datetime import date, timedelta

import pytest

import services.ledger.point_expiry
from loyalty.ledger import Unit
from loyalty.person import Person
from loyalty.points import NotEnoughPoints
from services.custody.verify import verify_ledger
from services.ledger.point_expiry import expire_points
from services.ledger.points import ExpiryLine, PointsBalance, points_balance, return_points
from services.ledger.points import spend_points as spend
from services.ledger.posting import lock_accounts
from services.loading import load_shop
from services.shop import Shop
from storage.sql import rows
from storage.transactions import transactional
from tests.services.posting import give, member_id_of, postings, spend_points, take_back
from tests.shop_parts import MachineClock, a_member, points_of

WELCOME = 50


async def test_points_earned_are_there_and_carry_their_last_day(shop: Shop) -> None:
    li = await a_member(shop)
    assert await give(shop, li, 30, key="gift") == WELCOME + 30
    seen = await points_balance(shop, member_id_of(li))
    last_day = (shop.today() + timedelta(days=365)).isoformat()
    assert seen == PointsBalance(80, 0, (ExpiryLine(last_day, 80),))


async def test_a_key_is_good_for_one_posting_for_ever(shop: Shop, clock: MachineClock) -> None:
    li = await a_member(shop)
    await give(shop, li, 30, key="gift")
    clock.pass_time(days=30)
    assert await give(shop, li, 30, key="gift") == WELCOME + 30
    assert await points_of(shop, li) == WELCOME + 30


async def test_ten_at_once_with_one_key_post_once(shop: Shop) -> None:
    li = await a_member(shop)
    before = await postings()
    told = await asyncio.gather(*[give(shop, li, 30, key="gift") for _ in range(10)])
    assert set(told) == {WELCOME + 30}
    assert await postings() == before + 1


async def test_ten_earnings_of_one_member_at_once_all_count(shop: Shop) -> None:
    li = await a_member(shop)
    told = await asyncio.gather(*[give(shop, li, 1, key=f"gift-{n}") for n in range(10)])
    assert sorted(told) == list(range(WELCOME + 1, WELCOME + 11))
    assert await points_of(shop, li) == WELCOME + 10
    assert (await verify_ledger(shop)).complaints == ()


async def test_nothing_is_earned_with_nothing(shop: Shop) -> None:
    li = await a_member(shop)
    before = await postings()
    assert await give(shop, li, 0, key="gift") == WELCOME
    assert await postings() == before


async def test_an_earning_pays_what_is_owed_first(shop: Shop) -> None:
    li = await a_member(shop)
    await take_back(shop, li, WELCOME + 20, key="refund")
    assert await points_of(shop, li) == 0
    assert await give(shop, li, 15, key="first") == 0
    assert await give(shop, li, 15, key="second") == 10
    assert await points_of(shop, li) == 10
    assert (await verify_ledger(shop)).complaints == ()


async def test_points_are_good_through_their_last_day_and_lapse_after_it(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    clock.pass_time(days=365)
    assert await expire_points(shop) == 0
    assert await points_of(shop, li) == WELCOME
    clock.pass_time(days=1)
    assert await expire_points(shop) == 1
    assert await points_of(shop, li) == 0


async def test_a_lot_that_lapsed_counts_no_more_before_it_is_booked_out(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    clock.pass_time(days=366)
    assert await points_balance(shop, member_id_of(li)) == PointsBalance(0, 0, ())


async def test_the_balance_told_with_an_earning_is_the_balance_shown(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    clock.pass_time(days=366)
    told = await give(shop, li, 7, key="fresh")
    assert told == await points_of(shop, li) == 7


async def test_a_lot_lapses_once(shop: Shop, clock: MachineClock) -> None:
    li = await a_member(shop)
    clock.pass_time(days=366)
    await give(shop, li, 7, key="fresh")
    counts = await asyncio.gather(*[expire_points(shop) for _ in range(5)])
    assert max(counts) == 1
    assert await expire_points(shop) == 0
    assert await rows("SELECT COUNT(*) AS n FROM ledger_transactions WHERE kind = 'expire'") == [
        {"n": 1}
    ]
    assert await points_of(shop, li) == 7


async def test_what_was_spent_does_not_lapse_again(shop: Shop, clock: MachineClock) -> None:
    li = await a_member(shop)
    await give(shop, li, 100, key="gift")
    await spend_points(shop, li, 120, key="spend")
    clock.pass_time(days=366)
    assert await expire_points(shop) == 1
    lapsed = await rows(
        "SELECT SUM(e.amount) AS points FROM ledger_entries e JOIN ledger_accounts a"
        " ON a.id = e.account_id WHERE a.name = 'expired'"
    )
    assert lapsed == [{"points": 30}]
    assert (await verify_ledger(shop)).complaints == ()


async def test_a_member_who_spent_all_is_not_touched(shop: Shop, clock: MachineClock) -> None:
    await spend_points(shop, await a_member(shop), WELCOME, key="spend")
    clock.pass_time(days=366)
    assert await expire_points(shop) == 0


async def test_expiring_goes_through_batches_and_comes_to_an_end(
    shop: Shop, clock: MachineClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.ledger.point_expiry, "EXPIRY_BATCH", 2)
    members = [await a_member(shop, f"member-{number}") for number in range(5)]
    clock.pass_time(days=366)
    async with asyncio.timeout(10):
        assert await expire_points(shop) == 5
    assert [await points_of(shop, member) for member in members] == [0] * 5


async def test_a_lot_spent_at_midnight_is_spent_or_lapses_never_both(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    await give(shop, li, 40, key="fresh", at=shop.now() + timedelta(days=10))
    clock.pass_time(days=366)
    results = await asyncio.gather(
        expire_points(shop), spend_points(shop, li, 40, key="spend"), expire_points(shop)
    )
    assert results[1] is None
    assert await points_of(shop, li) == 0
    assert (await verify_ledger(shop)).complaints == ()


async def test_the_next_three_expiries_are_named_soonest_first(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    for points in (1, 2, 3, 4):
        clock.pass_time(days=10)
        await give(shop, li, points, key=f"gift-{points}")
    await give(shop, li, 5, key="same day")
    seen = await points_balance(shop, member_id_of(li))
    assert seen.points == WELCOME + 15
    assert [(line.expires_on, line.points) for line in seen.next_expiries] == [
        ("2028-01-11", WELCOME),
        ("2028-01-21", 1),
        ("2028-01-31", 2),
    ]


async def test_the_day_of_earning_is_the_shops_day(shop: Shop) -> None:
    li = await a_member(shop)
    late_evening = shop.now().replace(hour=16, minute=30)  # 00:30 of the 12th in the shop
    await give(shop, li, 1, key="gift", at=late_evening)
    seen = await points_balance(shop, member_id_of(li))
    assert date(2028, 1, 12).isoformat() in {line.expires_on for line in seen.next_expiries}


async def test_whoever_comes_again_keeps_what_would_lapse_by_inactivity(
    shop: Shop, clock: MachineClock
) -> None:
    await load_shop(shop, {"points": {"expire": "inactive:30d"}})
    await shop.rules.refresh()
    li = await a_member(shop)
    clock.pass_time(days=20)
    await give(shop, li, 10, key="visit")
    clock.pass_time(days=20)
    assert await points_of(shop, li) == WELCOME + 10
    clock.pass_time(days=11)
    assert await points_of(shop, li) == 0


@transactional
async def pays(shop: Shop, person: Person, points: int, *, key: str) -> int:
    """The use of points as use cases do it."""
    accounts = await lock_accounts(member_id_of(person), [Unit.POINTS])
    cause = {"what": "spent"}
    return await spend(shop, member_id_of(person), points, cause=cause, key=key, accounts=accounts)


@transactional
async def gets_back(shop: Shop, person: Person, points: int, *, key: str) -> int | None:
    accounts = await lock_accounts(member_id_of(person), [Unit.POINTS])
    return await return_points(
        shop,
        member_id_of(person),
        "paid",
        points,
        cause={"what": "returned"},
        key=key,
        accounts=accounts,
    )


async def left_in_lots() -> list[int]:
    return [lot["remaining"] for lot in await rows("SELECT remaining FROM lots ORDER BY id")]


async def test_points_are_spent_once_per_key(shop: Shop) -> None:
    li = await a_member(shop)
    first = await pays(shop, li, 30, key="paid")
    assert await pays(shop, li, 30, key="paid") == first
    assert await points_of(shop, li) == WELCOME - 30
    with pytest.raises(NotEnoughPoints):
        await pays(shop, li, 21, key="more")


async def test_a_hundred_spends_at_once_spend_what_is_there(shop: Shop) -> None:
    li = await a_member(shop)
    tries = [pays(shop, li, 7, key=f"paid-{number}") for number in range(20)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, int) for result in results) == 7
    assert sum(isinstance(result, NotEnoughPoints) for result in results) == 13
    assert await points_of(shop, li) == 1


async def test_points_go_back_to_their_lots_in_any_parts(shop: Shop, clock: MachineClock) -> None:
    li = await a_member(shop)
    clock.pass_time(days=1)
    await give(shop, li, 40, key="gift")
    await pays(shop, li, 70, key="paid")
    assert await left_in_lots() == [0, 20]
    await gets_back(shop, li, 15, key="back-1")
    assert await gets_back(shop, li, 15, key="back-1") is not None
    assert await left_in_lots() == [0, 35]
    await gets_back(shop, li, 55, key="back-2")
    assert await left_in_lots() == [WELCOME, 40]
    assert (await verify_ledger(shop)).complaints == ()


async def test_points_that_come_back_pay_a_debt_first(shop: Shop) -> None:
    li = await a_member(shop)
    await pays(shop, li, 40, key="paid")
    await take_back(shop, li, 30, key="refund")
    await gets_back(shop, li, 40, key="back")
    assert await points_of(shop, li) == 20
    assert (await points_balance(shop, member_id_of(li))).debt == 0
    assert (await verify_ledger(shop)).complaints == ()


async def test_points_of_an_ended_lot_come_back_for_the_days_of_courtesy(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    await pays(shop, li, 40, key="paid")
    clock.pass_time(days=366)
    await expire_points(shop)
    await gets_back(shop, li, 40, key="back")
    seen = await points_balance(shop, member_id_of(li))
    assert seen == PointsBalance(40, 0, (ExpiryLine("2028-02-11", 40),))
    assert (await verify_ledger(shop)).complaints == ()


async def test_what_is_owed_is_told_with_the_balance(shop: Shop) -> None:
    li = await a_member(shop)
    await take_back(shop, li, WELCOME + 20, key="refund")
    assert await points_balance(shop, member_id_of(li)) == PointsBalance(0, 0, (), 20)
