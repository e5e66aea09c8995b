"""准入: who may work on a message, the same on the twin and on Redis."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from storage.cache import Cache
from storage.cache_twin import TwinCache
from tests.caches import KINDS, make_cache, opened


@pytest.fixture(params=KINDS)
async def cache(request: pytest.FixtureRequest) -> AsyncIterator[Cache]:
    async with opened(make_cache(request.param, request)) as cache:
        yield cache


@pytest.fixture(params=KINDS)
async def brief_cache(request: pytest.FixtureRequest) -> AsyncIterator[Cache]:
    """Leases that end before a test gets impatient."""
    async with opened(make_cache(request.param, request, lease_seconds=0.15)) as cache:
        yield cache


async def state(cache: Cache, message: str, person: str, owner: str) -> str:
    return (await cache.admit(message, person, owner)).state


async def test_a_new_message_is_admitted(cache: Cache) -> None:
    assert await state(cache, "m1", "小王", "a") == "admitted"


async def test_a_message_in_work_is_not_admitted_twice(cache: Cache) -> None:
    await cache.admit("m1", "小王", "a")
    assert await state(cache, "m1", "小王", "b") == "in_work"


async def test_asking_again_for_what_one_holds_changes_nothing(cache: Cache) -> None:
    await cache.admit("m1", "小王", "a")
    assert await state(cache, "m1", "小王", "a") == "admitted"


async def test_a_person_has_one_message_in_work(cache: Cache) -> None:
    await cache.admit("m1", "小王", "a")
    assert await state(cache, "m2", "小王", "b") == "person_busy"
    assert await state(cache, "m3", "小李", "c") == "admitted"


async def test_a_message_that_waits_for_its_person_is_not_taken(cache: Cache) -> None:
    await cache.admit("m1", "小王", "a")
    await cache.admit("m2", "小王", "b")
    await cache.finish("m1", "小王", "a", reply=b"one")
    assert await state(cache, "m2", "小王", "c") == "admitted"


@pytest.mark.parametrize("reply", [b"hello", b"", "积分 32".encode(), b"\x00\r\n\xff", b"A", b"W"])
async def test_a_repeat_gets_the_first_reply_byte_for_byte(cache: Cache, reply: bytes) -> None:
    await cache.admit("m1", "小王", "a")
    await cache.finish("m1", "小王", "a", reply=reply)
    admission = await cache.admit("m1", "小王", "b")
    assert (admission.state, admission.reply) == ("repeat", reply)


async def test_after_the_answer_the_person_is_free_at_once(cache: Cache) -> None:
    for number in range(20):
        assert await state(cache, f"m{number}", "小王", f"o{number}") == "admitted"
        await cache.finish(f"m{number}", "小王", f"o{number}", reply=b"")


async def test_work_that_failed_may_be_tried_again(cache: Cache) -> None:
    await cache.admit("m1", "小王", "a")
    await cache.finish("m1", "小王", "a", reply=None)
    assert await state(cache, "m1", "小王", "b") == "admitted"


async def test_the_first_reply_stays_the_first(cache: Cache) -> None:
    await cache.finish("m1", "小王", "a", reply=b"first")
    await cache.finish("m1", "小王", "b", reply=b"second")
    assert (await cache.admit("m1", "小王", "c")).reply == b"first"


async def test_only_the_holder_frees_a_person(cache: Cache) -> None:
    await cache.admit("m1", "小王", "a")
    await cache.finish("m0", "小王", "somebody else", reply=b"")
    assert await state(cache, "m2", "小王", "b") == "person_busy"


async def test_giving_up_does_not_free_what_another_holds(cache: Cache) -> None:
    await cache.admit("m1", "小王", "a")
    await cache.finish("m1", "小王", "late a", reply=None)
    assert await state(cache, "m1", "小王", "b") == "in_work"


async def test_of_a_hundred_who_ask_at_once_one_is_admitted(cache: Cache) -> None:
    asked = [state(cache, "m1", "小王", f"owner {number}") for number in range(100)]
    states = await asyncio.gather(*asked)
    assert sorted(states) == ["admitted"] + ["in_work"] * 99


async def test_the_message_of_a_dead_process_is_taken_over(brief_cache: Cache) -> None:
    await brief_cache.admit("m1", "小王", "dead")
    states = [await state(brief_cache, "m1", "小王", "heir")]
    for _ in range(100):
        if states[-1] == "admitted":
            break
        await asyncio.sleep(0.01)
        states.append(await state(brief_cache, "m1", "小王", "heir"))
    assert (states[0], states[-1]) == ("in_work", "admitted")


async def test_a_renewed_lease_holds_longer(brief_cache: Cache) -> None:
    await brief_cache.admit("m1", "小王", "a")
    for _ in range(8):
        await asyncio.sleep(0.03)
        assert await brief_cache.renew("m1", "小王", "a")
    assert await state(brief_cache, "m1", "小王", "b") == "in_work"


async def test_a_lease_taken_over_is_not_renewed(cache: Cache) -> None:
    await cache.admit("m1", "小王", "heir")
    assert not await cache.renew("m1", "小王", "dead")
    await cache.finish("m1", "小王", "heir", reply=b"")
    assert not await cache.renew("m1", "小王", "dead")


async def test_renewal_restores_what_an_emptied_redis_forgot(cache: Cache) -> None:
    assert await cache.renew("m1", "小王", "a")
    assert await state(cache, "m1", "小王", "b") == "in_work"


async def test_the_twin_stays_small_and_keeps_the_newest_replies() -> None:
    twin = TwinCache()
    for number in range(20_005):
        await twin.finish(f"m{number}", "小王", "a", reply=b"")
    assert twin.reply_to("m4") is None
    assert twin.reply_to("m5") == b""


async def test_the_twin_forgets_replies_after_ten_minutes() -> None:
    seconds = [0.0]
    twin = TwinCache(clock=lambda: seconds[0])
    await twin.finish("m1", "小王", "a", reply=b"hello")
    seconds[0] = 599
    assert twin.reply_to("m1") == b"hello"
    seconds[0] = 600
    assert twin.reply_to("m1") is None
