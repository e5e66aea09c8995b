"""Whoever was born on a 29 February chooses when to be greeted in other years."""

import pytest

from services.details.keeping import BadDetail, change_detail
from services.details.leap_days import NotBornOnLeapDay, keep_leap_day_on
from services.shop import Shop
from storage.sql import rows
from tests.services.campaigning import load_campaign, run_test_campaign
from tests.services.posting import member_id_of
from tests.shop_parts import MachineClock, a_member


async def born(shop: Shop, text: str) -> int:
    member_id = member_id_of(await a_member(shop))
    await change_detail(shop, member_id, "birthday", text, key=f"born {text}")
    return member_id


async def greeted_over(shop: Shop, clock: MachineClock, days: int) -> list[str]:
    found = []
    for _ in range(days):
        clock.pass_time(days=1)
        found += [shop.today().isoformat()] * await run_test_campaign(shop)
    return found


@pytest.mark.parametrize(
    ("chosen", "greeted"),
    [
        (None, ["2027-02-28", "2028-02-29"]),
        ("02-28", ["2027-02-28", "2028-02-29"]),
        ("03-01", ["2027-03-01", "2028-02-29"]),
    ],
)
async def test_the_chosen_day_is_the_greetings_in_common_years(
    shop: Shop, clock: MachineClock, chosen: str | None, greeted: list[str]
) -> None:
    member_id = await born(shop, "1992-02-29")
    await load_campaign(shop, trigger="birthday")
    # So near to the day that a new birthday would have to wait for the next year.
    clock.pass_time(days=30)
    if chosen:
        await keep_leap_day_on(shop, member_id, chosen, key="chosen")
    assert await greeted_over(shop, clock, 420) == greeted


async def test_choosing_anew_after_the_day_brings_no_second_greeting(
    shop: Shop, clock: MachineClock
) -> None:
    member_id = await born(shop, "02-29")
    await load_campaign(shop, trigger="birthday")
    greeted = await greeted_over(shop, clock, 48)
    await keep_leap_day_on(shop, member_id, "03-01", key="later")
    assert greeted + await greeted_over(shop, clock, 10) == ["2027-02-28"]


async def test_choosing_is_no_change_of_the_birthday(shop: Shop) -> None:
    member_id = await born(shop, "02-29")
    for number, day in enumerate(("03-01", "02-28", "03-01")):
        await keep_leap_day_on(shop, member_id, day, key=f"chosen {number}")
    await change_detail(shop, member_id, "birthday", "03-05", key="once")
    with pytest.raises(BadDetail, match="told_lately"):
        await change_detail(shop, member_id, "birthday", "03-06", key="twice")


@pytest.mark.parametrize("text", ["1990-01-31", "农历02-29"])
async def test_nobody_else_has_anything_to_choose(shop: Shop, text: str) -> None:
    member_id = await born(shop, text)
    before = await rows("SELECT birthday_sealed, birthday_index FROM members")
    with pytest.raises(NotBornOnLeapDay):
        await keep_leap_day_on(shop, member_id, "03-01", key="chosen")
    assert await rows("SELECT birthday_sealed, birthday_index FROM members") == before


async def test_who_told_no_birthday_has_nothing_to_choose(shop: Shop) -> None:
    with pytest.raises(NotBornOnLeapDay):
        await keep_leap_day_on(shop, member_id_of(await a_member(shop)), "03-01", key="chosen")
