"""Pinned tiers (手动等级): a floor by hand with a reason and an end, and taken off again."""

import json
from datetime import date

import pytest

from loyalty.person import Person
from services.shop import Shop
from services.tiers.pins import PinRefused, pin_tier, unpin_tier
from services.tiers.reviews import review_tiers
from storage.sql import rows
from tests.services.growing import (
    brings_back,
    instant_of,
    moves,
    spends,
    tier_code,
    until,
    use_ladder,
)
from tests.shop_parts import MachineClock, a_member

JUNE = date(2027, 6, 15)


async def pin(shop: Shop, person: Person, tier: str, *, last: date = JUNE) -> dict[str, object]:
    assert person.member_no is not None
    return await pin_tier(shop, person.member_no, tier, until=last, reason="guest of the house")


async def unpin(shop: Shop, person: Person) -> dict[str, object]:
    assert person.member_no is not None
    return await unpin_tier(shop, person.member_no, reason="a mistake")


async def test_a_pin_holds_through_its_last_day(shop: Shop, clock: MachineClock) -> None:
    li = await a_member(shop)
    told = await pin(shop, li, "gold")
    assert (told["was"], told["tier"], told["until"]) == ("base", "gold", "2027-06-15")
    clock.now = instant_of("2027-06-15")
    await review_tiers(shop)
    assert await moves() == ["pinned base→gold"]


async def test_after_its_last_day_it_is_reviewed_like_any_rung(
    shop: Shop, clock: MachineClock
) -> None:
    await use_ladder(shop, grace_days=0)
    li = await a_member(shop)
    await pin(shop, li, "gold")
    clock.now = instant_of("2027-06-16")
    await review_tiers(shop)
    assert await moves() == ["pinned base→gold", "stepped_down gold→silver"]
    assert await until(li) == "2028-06-30"


async def test_the_reason_is_kept_with_the_pin(shop: Shop) -> None:
    li = await a_member(shop)
    await pin(shop, li, "gold")
    [line] = await rows("SELECT facts FROM tier_changes")
    assert json.loads(line["facts"])["by_hand"] == "guest of the house"


async def test_a_pin_gives_no_entry_gift_and_keeps_nobody_from_rising(shop: Shop) -> None:
    await use_ladder(shop, silver={"gifts": [{"points": 100}]})
    li = await a_member(shop)
    await pin(shop, li, "silver")
    assert await rows("SELECT * FROM tier_gifts") == []
    await spends(shop, li, 200_000)
    assert await moves() == ["pinned base→silver", "reached silver→gold"]


async def test_the_same_pin_again_changes_nothing(shop: Shop) -> None:
    li = await a_member(shop)
    await pin(shop, li, "gold")
    await pin(shop, li, "gold")
    assert len(await moves()) == 1


@pytest.mark.parametrize(
    ("tier", "last"), [("amber", JUNE), ("silver", date(2027, 1, 10)), ("base", JUNE)]
)
async def test_a_pin_that_cannot_be_is_refused(shop: Shop, tier: str, last: date) -> None:
    li = await a_member(shop)
    await spends(shop, li, 50_000)
    with pytest.raises(PinRefused):
        await pin(shop, li, tier, last=last)
    assert await moves() == ["reached base→silver"]


async def test_an_unknown_member_is_refused(shop: Shop) -> None:
    with pytest.raises(PinRefused, match="no member 99"):
        await pin_tier(shop, "99", "gold", until=JUNE, reason="guest")


async def test_a_pin_does_not_cut_a_term_short(shop: Shop) -> None:
    li = await a_member(shop)
    await spends(shop, li, 50_000)
    await pin(shop, li, "silver")
    assert await until(li) == "2028-01-31"


async def test_taking_it_off_brings_back_what_stood_there(shop: Shop) -> None:
    li = await a_member(shop)
    await spends(shop, li, 50_000)
    await pin(shop, li, "gold")
    await pin(shop, li, "black")
    assert (await unpin(shop, li))["tier"] == "silver"
    assert (await tier_code(shop, li), await until(li)) == ("silver", "2028-01-31")
    with pytest.raises(PinRefused):
        await unpin(shop, li)


async def test_what_was_brought_back_meanwhile_is_not_given_again(shop: Shop) -> None:
    li = await a_member(shop)
    purchase_id, _ = await spends(shop, li, 50_000)
    await pin(shop, li, "gold")
    await brings_back(shop, li, purchase_id, 50_000)
    assert await tier_code(shop, li) == "gold"
    assert (await unpin(shop, li))["tier"] == "base"
