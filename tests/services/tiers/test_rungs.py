"""Tiers (等级): up at once, down only by the return of the purchase that raised the member."""

from datetime import timedelta

import pytest

from services.shop import Shop
from services.tiers.rungs import tier_of, tiers_of
from storage.sql import change, rows
from tests.services.growing import (
    brings_back,
    gifts_of,
    instant_of,
    moves,
    spends,
    tier_code,
    until,
    use_ladder,
)
from tests.services.posting import member_id_of, spend_points
from tests.shop_parts import MachineClock, a_member, points_of


async def test_who_never_bought_stands_on_the_lowest_rung(shop: Shop) -> None:
    li = await a_member(shop)
    assert (await tier_of(shop, member_id_of(li))).code == "base"
    assert await rows("SELECT * FROM member_tiers") == []


async def test_a_purchase_raises_at_once_to_the_fen(shop: Shop) -> None:
    li = await a_member(shop)
    assert (await spends(shop, li, 49_999))[1] is None
    _, change = await spends(shop, li, 1)
    assert change is not None
    assert (change.from_tier.code, change.to_tier.code) == ("base", "silver")
    assert await tier_code(shop, li) == "silver"


async def test_one_purchase_may_raise_over_several_rungs(shop: Shop) -> None:
    li = await a_member(shop)
    await spends(shop, li, 600_000)
    assert await moves() == ["reached base→black"]


@pytest.mark.parametrize(
    ("day", "last"),
    [("2027-01-31", "2028-01-31"), ("2027-02-10", "2028-02-29"), ("2027-12-01", "2028-12-31")],
)
async def test_a_term_runs_to_the_end_of_the_twelfth_month(
    shop: Shop, clock: MachineClock, day: str, last: str
) -> None:
    li = await a_member(shop)
    clock.now = instant_of(day)
    await spends(shop, li, 50_000)
    assert await until(li) == last


async def test_what_is_older_than_the_window_counts_no_more(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    await spends(shop, li, 30_000)
    clock.pass_time(days=365)
    await spends(shop, li, 20_000)
    assert await tier_code(shop, li) == "base"


async def test_the_first_day_of_the_window_counts(shop: Shop, clock: MachineClock) -> None:
    li = await a_member(shop)
    await spends(shop, li, 30_000)
    clock.pass_time(days=364)
    await spends(shop, li, 20_000)
    assert await tier_code(shop, li) == "silver"


async def test_a_window_of_no_days_counts_for_ever(shop: Shop, clock: MachineClock) -> None:
    await use_ladder(shop, window_days=0)
    li = await a_member(shop)
    await spends(shop, li, 30_000)
    clock.pass_time(days=3000)
    await spends(shop, li, 20_000)
    assert await tier_code(shop, li) == "silver"


async def test_visits_are_stores_and_days(shop: Shop, clock: MachineClock) -> None:
    await use_ladder(shop, visit_from_fen=1000, silver={"match": "any", "visits": 3})
    li = await a_member(shop)
    for fen in (1000, 999, 5000):
        await spends(shop, li, fen)
    await spends(shop, li, 1000, store_id=2)
    assert await tier_code(shop, li) == "base"
    clock.pass_time(days=1)
    await spends(shop, li, 1000)
    assert await tier_code(shop, li) == "silver"


async def test_a_day_of_the_shop_ends_at_its_own_midnight(shop: Shop) -> None:
    await use_ladder(shop, silver={"match": "any", "visits": 2})
    li = await a_member(shop)
    for time in ("2027-01-10T00:00+08:00", "2027-01-10T23:59+08:00"):
        await spends(shop, li, 100, at=instant_of("2027-01-10").fromisoformat(time))
    assert await tier_code(shop, li) == "base"
    await spends(shop, li, 100, at=instant_of("2027-01-11"))
    assert await tier_code(shop, li) == "silver"


async def test_a_rung_that_wants_all_wants_each(shop: Shop, clock: MachineClock) -> None:
    await use_ladder(shop, silver={"match": "all", "visits": 2})
    li = await a_member(shop)
    await spends(shop, li, 50_000)
    assert await tier_code(shop, li) == "base"
    clock.pass_time(days=1)
    await spends(shop, li, 1)
    assert await tier_code(shop, li) == "silver"


async def test_skipped_rungs_give_their_gifts_all_once(shop: Shop) -> None:
    gifts = {"gifts": [{"points": 100}]}
    await use_ladder(shop, silver=gifts, gold={"gifts": [{"points": 200}, {"coupon": "birthday"}]})
    li = await a_member(shop)
    before = await points_of(shop, li)
    _, change = await spends(shop, li, 200_000)
    assert change is not None
    assert (change.gifts.points, [c.name for c in change.gifts.coupons]) == (300, ["生日蛋糕券"])
    assert await points_of(shop, li) == before + 300


@pytest.mark.parametrize(("days", "gifts"), [(729, 1), (731, 2)])
async def test_a_rung_gives_its_gift_again_after_24_months(
    shop: Shop, clock: MachineClock, days: int, gifts: int
) -> None:
    await use_ladder(shop, silver={"gifts": [{"points": 100}]})
    li = await a_member(shop)
    await spends(shop, li, 50_000)
    await change("DELETE FROM member_tiers")  # as a review does, without two years of them
    clock.pass_time(days=days)
    await spends(shop, li, 50_000)
    assert await tier_code(shop, li) == "silver"
    assert len(await gifts_of(li)) == gifts


async def test_the_return_of_what_raised_a_member_lowers_at_once(shop: Shop) -> None:
    li = await a_member(shop)
    await spends(shop, li, 49_999)
    purchase_id, _ = await spends(shop, li, 500_000)
    change = await brings_back(shop, li, purchase_id, 400_000)
    assert change is not None
    assert (change.from_tier.code, change.to_tier.code) == ("gold", "silver")
    await brings_back(shop, li, purchase_id, 100_000)
    assert await moves() == ["reached base→gold", "returned gold→silver", "returned silver→base"]
    assert await until(li) is None


async def test_the_return_of_another_purchase_waits_for_the_review(shop: Shop) -> None:
    li = await a_member(shop)
    other, _ = await spends(shop, li, 40_000)
    await spends(shop, li, 10_000)
    assert await brings_back(shop, li, other, 40_000) is None
    assert await tier_code(shop, li) == "silver"


@pytest.mark.parametrize(("days", "code"), [(30, "base"), (31, "silver")])
async def test_after_thirty_days_a_return_waits_for_the_review(
    shop: Shop, clock: MachineClock, days: int, code: str
) -> None:
    li = await a_member(shop)
    purchase_id, _ = await spends(shop, li, 50_000)
    clock.pass_time(days=days)
    await brings_back(shop, li, purchase_id, 50_000)
    assert await tier_code(shop, li) == code


async def test_a_rung_held_before_is_taken_up_again_with_its_term(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    await spends(shop, li, 50_000)
    clock.pass_time(days=330)
    purchase_id, _ = await spends(shop, li, 150_000)
    assert await until(li) == "2028-12-31"
    clock.pass_time(days=29)
    await brings_back(shop, li, purchase_id, 150_000)
    assert (await tier_code(shop, li), await until(li)) == ("silver", "2028-01-31")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_two_raising_purchases_may_come_back_in_any_order(
    shop: Shop, order: tuple[int, int]
) -> None:
    li = await a_member(shop)
    bought = [(await spends(shop, li, fen))[0] for fen in (50_000, 150_000)]
    for index in order:
        await brings_back(shop, li, bought[index], (50_000, 150_000)[index])
    assert await tier_code(shop, li) == "base"


async def test_growth_is_taken_back_from_the_day_that_earned_it(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    long_ago, _ = await spends(shop, li, 40_000)
    clock.pass_time(days=365)
    await brings_back(shop, li, long_ago, 40_000)
    await spends(shop, li, 50_000)
    assert await tier_code(shop, li) == "silver"


async def test_a_receipt_of_a_till_whose_clock_is_ahead_counts_at_once(shop: Shop) -> None:
    li = await a_member(shop)
    await spends(shop, li, 50_000, at=shop.now() + timedelta(hours=20))
    assert await tier_code(shop, li) == "silver"


async def test_tiers_of_many_are_one_read(shop: Shop) -> None:
    li, wang = await a_member(shop), await a_member(shop, "wang")
    await spends(shop, li, 50_000)
    tiers = await tiers_of(shop, [member_id_of(li), member_id_of(wang)])
    assert [tier.code for tier in tiers.values()] == ["silver", "base"]
    assert await tiers_of(shop, []) == {}


async def test_a_rung_the_ladder_lost_counts_by_what_it_asked_for(shop: Shop) -> None:
    li = await a_member(shop)
    await spends(shop, li, 200_000)
    await change("UPDATE member_tiers SET tier = 'amber', growth = 1999")
    assert await tier_code(shop, li) == "silver"


async def test_a_return_takes_its_entry_gifts_with_it(shop: Shop) -> None:
    await use_ladder(shop, silver={"gifts": [{"points": 100}, {"coupon": "birthday"}]})
    li = await a_member(shop)
    purchase_id, _ = await spends(shop, li, 60_000)
    assert await points_of(shop, li) == 150
    await brings_back(shop, li, purchase_id, 60_000)
    assert await points_of(shop, li) == 50
    states = await rows("SELECT kind, state FROM coupons ORDER BY id")
    assert [tuple(line.values()) for line in states] == [
        ("welcome10", "issued"),
        ("birthday", "void"),
    ]


async def test_a_gift_that_was_taken_back_is_given_when_the_rung_is_reached_again(
    shop: Shop,
) -> None:
    await use_ladder(shop, silver={"gifts": [{"points": 100}]})
    li = await a_member(shop)
    purchase_id, _ = await spends(shop, li, 60_000)
    await brings_back(shop, li, purchase_id, 60_000)
    await spends(shop, li, 60_000)
    assert await points_of(shop, li) == 150
    assert len(await gifts_of(li)) == 2


async def test_gift_points_spent_meanwhile_are_owed(shop: Shop) -> None:
    await use_ladder(shop, silver={"gifts": [{"points": 100}]})
    li = await a_member(shop)
    purchase_id, _ = await spends(shop, li, 60_000)
    await spend_points(shop, li, 150, key="spent")
    await brings_back(shop, li, purchase_id, 60_000)
    [account] = await rows("SELECT balance, debt FROM ledger_accounts WHERE debt > 0")
    assert account == {"balance": 0, "debt": 100}


async def test_a_rung_does_not_outlive_the_return_of_everything_in_any_order(shop: Shop) -> None:
    li = await a_member(shop)
    bought = [(await spends(shop, li, 25_000))[0] for _ in range(4)]
    assert await tier_code(shop, li) == "silver"
    raising = bought[1]
    for purchase_id in (raising, bought[0], bought[2], bought[3]):
        await brings_back(shop, li, purchase_id, 25_000)
    assert await tier_code(shop, li) == "base"
