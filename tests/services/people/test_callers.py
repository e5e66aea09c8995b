"""Who is writing (身份): one row a person, open questions, following in any order of pushes."""

import asyncio
from itertools import permutations

import pytest

from services.people.callers import follow, identify, keep_progress, unfollow
from services.shop import Shop
from storage.sql import rows
from tests.shop_parts import MachineClock, a_follower, a_member


async def is_following(shop: Shop) -> bool:
    return (await a_follower(shop)).follows


async def test_a_person_seen_by_many_messages_at_once_is_one_row(shop: Shop) -> None:
    found = await asyncio.gather(*[a_follower(shop) for _ in range(15)])
    assert len({person.follower_id for person in found}) == 1
    assert await rows("SELECT COUNT(*) AS n FROM followers") == [{"n": 1}]


async def test_one_openid_at_two_accounts_is_two_people(shop: Shop) -> None:
    here, there = await a_follower(shop), await a_follower(shop, account="mini")
    assert here.follower_id != there.follower_id


async def test_a_person_known_is_read_and_nothing_written(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    li = await a_member(shop)

    async def refuse(*values: object) -> None:
        raise AssertionError("a message that changes nothing writes nothing")

    monkeypatch.setattr("services.people.callers.add_follower", refuse)
    assert await a_follower(shop) == li
    assert li.is_member


async def test_a_member_who_left_is_a_follower_again(shop: Shop) -> None:
    await a_member(shop)
    await rows("UPDATE members SET state = 'closed'")
    li = await a_follower(shop)
    assert (li.is_member, li.member_no) == (False, None)


async def test_an_open_question_is_found_by_the_next_message(shop: Shop) -> None:
    li = await a_follower(shop)
    await keep_progress(shop, li, "asked: phone", None, "m1")
    assert (await identify(shop, "main", li.openid, "m2")).progress == "asked: phone"


async def test_a_repeated_message_finds_what_its_first_time_found(shop: Shop) -> None:
    li = await a_follower(shop)
    await keep_progress(shop, li, "asked: phone", None, "m1")
    await keep_progress(shop, li, "asked: name", "asked: phone", "m2")
    assert (await identify(shop, "main", li.openid, "m2")).progress == "asked: phone"
    assert (await identify(shop, "main", li.openid, "m3")).progress == "asked: name"


async def test_a_question_is_forgotten_after_a_day(shop: Shop, clock: MachineClock) -> None:
    li = await a_follower(shop)
    await keep_progress(shop, li, "asked: phone", None, "m1")
    clock.pass_time(hours=24)
    assert (await identify(shop, "main", li.openid, "m2")).progress == "asked: phone"
    clock.pass_time(seconds=1)
    assert (await identify(shop, "main", li.openid, "m2")).progress is None


@pytest.mark.parametrize("order", list(permutations([1, 2, 3])))
async def test_the_newest_push_decides_in_whatever_order_they_come(
    shop: Shop, order: tuple[int, ...]
) -> None:
    li = await a_follower(shop)
    for pushed_at in order:
        if pushed_at == 2:
            await unfollow(shop, li, pushed_at=pushed_at)
        else:
            await follow(shop, li, pushed_at=pushed_at, source=None)
    assert await is_following(shop)


@pytest.mark.parametrize("unfollows_first", [True, False])
async def test_in_one_second_unfollowing_wins(shop: Shop, unfollows_first: bool) -> None:
    li = await a_follower(shop)
    for unfollows in (unfollows_first, not unfollows_first):
        if unfollows:
            await unfollow(shop, li, pushed_at=5)
        else:
            await follow(shop, li, pushed_at=5, source=None)
    assert not await is_following(shop)


async def test_the_first_source_of_a_follower_is_kept(shop: Shop) -> None:
    li = await a_follower(shop)
    await follow(shop, li, pushed_at=1, source="store cd01")
    await unfollow(shop, li, pushed_at=2)
    await follow(shop, li, pushed_at=3, source="poster")
    assert await rows("SELECT source FROM followers") == [{"source": "store cd01"}]


async def test_the_shops_clock_comes_with_every_caller(shop: Shop) -> None:
    li = await a_follower(shop)
    await rows("UPDATE installation SET clock_offset_ms = 3600000")
    before = shop.now()
    await identify(shop, "main", li.openid, "m1")
    assert (shop.now() - before).total_seconds() == 3600
