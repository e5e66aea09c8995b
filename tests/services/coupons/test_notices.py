"""Reminders of coupons that end soon: one a member and day, 30 days and a week before."""

from services.coupons.notices import notice_ending_coupons
from services.shop import Shop
from storage.sql import Row
from tests.outbox import notices
from tests.services.couponing import CAKE, a_coupon
from tests.services.posting import member_id_of
from tests.shop_parts import MachineClock, a_member


async def test_a_month_and_a_week_before_the_last_day_members_are_reminded(
    shop: Shop, clock: MachineClock
) -> None:
    member_id = member_id_of(await a_member(shop))
    for key in ("1", "2"):
        await a_coupon(shop, member_id, {**CAKE, "valid": "33d"}, key=key)
    for _ in range(35):
        await notice_ending_coupons(shop)
        clock.pass_time(days=1)
    # Between them the welcome coupon.
    assert _facts(await notices(), "days", "count", "names") == [
        *((30, 2, "蛋糕券"), (7, 1, "新人券"), (7, 2, "蛋糕券")),
    ]


async def test_twice_a_day_reminds_once_and_a_missed_day_is_made_up_for(
    shop: Shop, clock: MachineClock
) -> None:
    await a_coupon(shop, member_id_of(await a_member(shop)))
    clock.pass_time(days=4)
    assert [await notice_ending_coupons(shop) for _ in range(2)] == [1, 0]
    assert _facts(await notices(), "days") == [(6,)]


async def test_a_coupon_for_a_few_days_is_announced_by_its_coming(
    shop: Shop, clock: MachineClock
) -> None:
    await a_coupon(shop, member_id_of(await a_member(shop)), {**CAKE, "valid": "7d"})
    for _ in range(8):
        assert await notice_ending_coupons(shop) == 0
        clock.pass_time(days=1)


async def test_each_member_is_reminded_of_their_own(shop: Shop, clock: MachineClock) -> None:
    for name in ("li", "wang"):
        await a_coupon(shop, member_id_of(await a_member(shop, name)), key=name)
    clock.pass_time(days=3)
    assert await notice_ending_coupons(shop) == 2
    assert len({notice["member_id"] for notice in await notices()}) == 2


def _facts(told: list[Row], *names: str) -> list[tuple[object, ...]]:
    return [tuple(notice["facts"][name] for name in names) for notice in told]
