"""Coupons (券): issued once per key, within stock and share, with the terms of their day."""

import asyncio
from typing import Any

import pytest

from services.coupons.issuing import IssuedCoupon, issue_coupon, usable_coupons
from services.loading import load_shop
from services.shop import Shop
from storage.counters import give_back_to_counter, take_from_counter
from storage.sql import rows
from storage.transactions import transactional
from tests.services.posting import member_id_of
from tests.shop_parts import MachineClock, a_member, demo_shop


@transactional
async def issue(shop: Shop, member_id: int, kind: str, *, key: str) -> IssuedCoupon | None:
    return await issue_coupon(shop, member_id, kind, key=key)


async def change_kind(shop: Shop, place: int, **changed: Any) -> None:
    data: dict[str, Any] = demo_shop()
    kind = {**data["coupon_kinds"][place], **changed}
    data["coupon_kinds"][place] = {name: value for name, value in kind.items() if value is not None}
    await load_shop(shop, data)
    await shop.rules.refresh()


BIRTHDAY, COMEBACK = 1, 2


async def test_a_key_gives_one_coupon_for_ever(shop: Shop, clock: MachineClock) -> None:
    member_id = member_id_of(await a_member(shop))
    first = await issue(shop, member_id, "comeback20", key="k")
    clock.pass_time(days=100)
    assert await issue(shop, member_id, "comeback20", key="k") == first
    assert await rows("SELECT COUNT(*) AS n FROM coupons WHERE kind = 'comeback20'") == [{"n": 1}]


async def test_a_members_share_is_kept_also_by_twenty_at_once(shop: Shop) -> None:
    await change_kind(shop, COMEBACK, per_member=1)
    member_id = member_id_of(await a_member(shop))
    tries = [issue(shop, member_id, "comeback20", key=f"k{number}") for number in range(20)]
    issued = await asyncio.gather(*tries)
    assert sum(coupon is not None for coupon in issued) == 1


async def test_twenty_at_once_take_a_stock_of_seven(shop: Shop) -> None:
    await change_kind(shop, COMEBACK, stock=7)
    members = [member_id_of(await a_member(shop, f"member-{n}")) for n in range(4)]
    tries = [issue(shop, members[n % 4], "comeback20", key=f"k{n}") for n in range(20)]
    issued = await asyncio.gather(*tries)
    codes = {coupon.code for coupon in issued if coupon is not None}
    assert len(codes) == 7


async def test_no_stock_is_no_coupon(shop: Shop) -> None:
    await change_kind(shop, COMEBACK, stock=0)
    assert await issue(shop, member_id_of(await a_member(shop)), "comeback20", key="k") is None


async def test_what_was_issued_keeps_its_terms(shop: Shop) -> None:
    member_id = member_id_of(await a_member(shop))
    await change_kind(shop, 0, name="new name", amount_fen=1)
    [mine] = await usable_coupons(shop, member_id)
    assert mine.name == "新人券"
    [stored] = await rows("SELECT terms FROM coupons")
    assert '"amount_fen": 1000' in stored["terms"]


async def test_a_coupon_is_usable_from_its_first_through_its_last_day(
    shop: Shop, clock: MachineClock
) -> None:
    member_id = member_id_of(await a_member(shop))
    [coupon] = await usable_coupons(shop, member_id)
    assert coupon.ends_on.isoformat() == "2027-02-10"
    clock.pass_time(days=30, hours=13)  # 23:00 of the last day
    assert await usable_coupons(shop, member_id) == [coupon]
    clock.pass_time(hours=1)
    assert await usable_coupons(shop, member_id) == []


async def test_a_kind_with_fixed_days_is_not_usable_before_them(
    shop: Shop, clock: MachineClock
) -> None:
    fixed = {"valid": None, "from": "2027-01-13", "until": "2027-01-20"}
    await change_kind(shop, BIRTHDAY, **fixed)
    member_id = member_id_of(await a_member(shop))
    issued = await issue(shop, member_id, "birthday", key="k")
    assert issued not in await usable_coupons(shop, member_id)
    clock.pass_time(days=2)
    assert issued in await usable_coupons(shop, member_id)


async def test_the_coupon_that_ends_first_is_named_first(shop: Shop) -> None:
    member_id = member_id_of(await a_member(shop))
    await issue(shop, member_id, "comeback20", key="k1")
    await issue(shop, member_id, "birthday", key="k2")
    names = [coupon.name for coupon in await usable_coupons(shop, member_id)]
    assert names == ["好久不见券", "生日蛋糕券", "新人券"]


async def test_coupons_of_others_and_used_ones_are_not_named(shop: Shop) -> None:
    li, wang = await a_member(shop, "li"), await a_member(shop, "wang")
    await rows("UPDATE coupons SET state = 'used' WHERE member_id = $1", wang.member_id)
    assert len(await usable_coupons(shop, member_id_of(li))) == 1
    assert await usable_coupons(shop, member_id_of(wang)) == []


async def test_a_counter_gives_up_to_its_limit_and_takes_back(shop: Shop) -> None:
    assert [await take_from_counter("c", 2) for _ in range(3)] == [True, True, False]
    await give_back_to_counter("c")
    assert await take_from_counter("c", 2)
    assert not await take_from_counter("none", 0)


async def test_nothing_is_taken_back_that_was_not_given(shop: Shop) -> None:
    with pytest.raises(AssertionError):
        await give_back_to_counter("never used")
