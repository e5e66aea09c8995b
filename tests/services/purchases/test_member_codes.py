"""Member codes (会员码): shown for a minute, another one after each use, bound to one receipt."""

import asyncio
from dataclasses import replace

import pytest

from loyalty.member_codes import (
    USES_PER_STEP,
    MemberCodeReading,
    MemberCodeUnknown,
    MemberCodeUsed,
    TooManyMemberCodes,
)
from services.org.tills import Till
from services.purchases.member_codes import is_member_code, read_code, show_code, use_code
from services.shop import Shop
from storage.transactions import transactional
from tests.shop_parts import MachineClock, a_till


@transactional
async def use(
    shop: Shop, reading: MemberCodeReading, till: Till, reference: str, purpose: str = "purchase"
) -> int:
    return await use_code(shop, reading, till, purpose=purpose, reference=reference)


async def test_a_code_says_whose_it_is_and_how_long(
    shop: Shop, member_id: int, clock: MachineClock
) -> None:
    clock.pass_time(seconds=23)
    shown = await show_code(shop, member_id)
    assert is_member_code(shown.code)
    assert shown.seconds_left == 97
    assert shown.picture_url.endswith(f"/member-code/{shown.code}")
    assert read_code(shop, shown.code).handle == member_id


async def test_a_code_is_read_for_its_minute_and_the_next(
    shop: Shop, member_id: int, clock: MachineClock
) -> None:
    shown = await show_code(shop, member_id)
    clock.pass_time(seconds=119)
    assert read_code(shop, shown.code).handle == member_id
    clock.pass_time(seconds=1)
    with pytest.raises(MemberCodeUnknown):
        read_code(shop, shown.code)


async def test_a_code_follows_the_machines_clock(shop: Shop, member_id: int) -> None:
    shown = await show_code(shop, member_id)
    shop.clock.jump_to_offset_ms(86_400_000)
    assert await show_code(shop, member_id) == shown
    assert read_code(shop, shown.code).handle == member_id


async def test_showing_a_code_again_shows_the_same(shop: Shop, member_id: int) -> None:
    assert await show_code(shop, member_id) == await show_code(shop, member_id)


async def test_the_same_use_again_is_fine_and_any_other_refused(shop: Shop, member_id: int) -> None:
    till, other = await a_till(shop), await a_till(shop, "cd01-2")
    reading = read_code(shop, (await show_code(shop, member_id)).code)
    for _ in range(2):
        assert await use(shop, reading, till, "R-1") == member_id
    for where, reference, purpose in (
        (till, "R-2", "purchase"),
        (other, "R-1", "purchase"),
        (till, "R-1", "hold"),
    ):
        with pytest.raises(MemberCodeUsed):
            await use(shop, reading, where, reference, purpose)


async def test_of_many_uses_at_once_one_binds(shop: Shop, member_id: int) -> None:
    till = await a_till(shop)
    reading = read_code(shop, (await show_code(shop, member_id)).code)
    tries = [use(shop, reading, till, f"R-{number}") for number in range(10)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert results.count(member_id) == 1
    assert sum(isinstance(result, MemberCodeUsed) for result in results) == 9


async def test_a_code_of_nobody_is_unknown(shop: Shop, member_id: int) -> None:
    till = await a_till(shop)
    reading = read_code(shop, (await show_code(shop, member_id)).code)
    with pytest.raises(MemberCodeUnknown):
        await use(shop, replace(reading, handle=member_id + 1), till, "R-1")


async def test_when_all_codes_of_a_minute_are_used_the_member_waits(
    shop: Shop, member_id: int, clock: MachineClock
) -> None:
    till = await a_till(shop)
    for number in range(USES_PER_STEP):
        shown = await show_code(shop, member_id)
        await use(shop, read_code(shop, shown.code), till, f"R-{number}")
    with pytest.raises(TooManyMemberCodes):
        await show_code(shop, member_id)
    clock.pass_time(seconds=60)
    assert is_member_code((await show_code(shop, member_id)).code)
