"""缓存: short-lived values, locks, tokens and limits, the same on the twin and on Redis."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from storage.cache import Cache, CachedTokens
from storage.limits import RECEIPT_FAILURES, Limit, is_spent, is_within
from tests.caches import KINDS, make_cache, opened


@pytest.fixture(params=KINDS)
async def cache(request: pytest.FixtureRequest) -> AsyncIterator[Cache]:
    async with opened(make_cache(request.param, request)) as cache:
        yield cache


async def gone(cache: Cache, key: str) -> bool:
    for _ in range(100):
        if await cache.get(key) is None:
            return True
        await asyncio.sleep(0.01)
    return False


async def test_a_value_is_kept_byte_for_byte(cache: Cache) -> None:
    value = bytes(range(256)) * 300
    await cache.put("card", value, 60)
    assert await cache.get("card") == value


async def test_an_unknown_key_has_no_value(cache: Cache) -> None:
    assert await cache.get("nothing") is None
    assert await cache.take("nothing") is None
    await cache.delete("nothing")


async def test_what_is_noted_without_waiting_is_there_for_the_next_who_asks(cache: Cache) -> None:
    await cache.note("told", b"points/balance", 60)
    assert await cache.get("told") == b"points/balance"


async def test_a_value_ends_by_itself(cache: Cache) -> None:
    await cache.put("code", b"123456", 0.15)
    assert await cache.get("code") == b"123456"
    assert await gone(cache, "code")


async def test_a_later_value_replaces_the_earlier(cache: Cache) -> None:
    await cache.put("code", b"old", 0.03)
    await cache.put("code", b"new", 60)
    assert await cache.get("code") == b"new"


async def test_a_deleted_value_is_gone(cache: Cache) -> None:
    await cache.put("code", b"123456", 60)
    await cache.delete("code")
    assert await cache.get("code") is None


async def test_a_one_time_value_is_taken_once(cache: Cache) -> None:
    await cache.put("link", b"export 7", 60)
    taken = await asyncio.gather(*(cache.take("link") for _ in range(10)))
    assert (taken.count(b"export 7"), taken.count(None)) == (1, 9)


async def test_what_is_there_is_not_overwritten_by_a_second_first(cache: Cache) -> None:
    assert await cache.put_if_absent("nonce", b"1", 60)
    assert not await cache.put_if_absent("nonce", b"2", 60)
    assert await cache.get("nonce") == b"1"


async def test_a_lock_is_held_by_one_and_free_afterwards(cache: Cache) -> None:
    async with cache.lock("report", 60) as first, cache.lock("report", 60) as second:
        assert (first, second) == (True, False)
    async with cache.lock("report", 60) as again:
        assert again


async def test_who_did_not_get_the_lock_does_not_free_it(cache: Cache) -> None:
    async with cache.lock("report", 60):
        async with cache.lock("report", 60):
            pass
        async with cache.lock("report", 60) as third:
            assert not third


async def test_a_lapsed_lock_taken_by_another_is_not_freed_by_the_first(cache: Cache) -> None:
    async with cache.lock("report", 0.03):
        assert await gone(cache, "lock:report")
        await cache.put("lock:report", b"the other", 60)
    assert await cache.get("lock:report") == b"the other"


async def test_a_lock_is_freed_when_the_work_fails(cache: Cache) -> None:
    with pytest.raises(ZeroDivisionError):
        async with cache.lock("report", 60):
            raise ZeroDivisionError
    async with cache.lock("report", 60) as again:
        assert again


async def test_a_token_is_shared_and_fetched_by_one(cache: Cache) -> None:
    tokens = CachedTokens(cache)
    async with tokens.lock("wx1") as fetches, tokens.lock("wx1") as fetches_too:
        assert (fetches, fetches_too) == (True, False)
        await tokens.put("wx1", "token-令牌", 7200)
    assert await tokens.get("wx1") == "token-令牌"
    assert await tokens.get("wx2") is None


async def test_the_eleventh_wrong_receipt_in_an_hour_is_too_many(cache: Cache) -> None:
    tries = [await is_within(cache, RECEIPT_FAILURES, "小王") for _ in range(11)]
    assert tries == [True] * 10 + [False]
    assert await is_within(cache, RECEIPT_FAILURES, "小李")


async def test_asking_whether_a_limit_is_spent_does_not_spend_it(cache: Cache) -> None:
    for _ in range(9):
        await is_within(cache, RECEIPT_FAILURES, "小王")
    for _ in range(5):
        assert not await is_spent(cache, RECEIPT_FAILURES, "小王")
    await is_within(cache, RECEIPT_FAILURES, "小王")
    assert await is_spent(cache, RECEIPT_FAILURES, "小王")


async def test_simultaneous_hits_are_all_counted(cache: Cache) -> None:
    limit = Limit("burst", 30, 60)
    allowed = await asyncio.gather(*(is_within(cache, limit, "小王") for _ in range(100)))
    assert sum(allowed) == 30
    assert await cache.failures("burst", "小王") == 100


async def test_a_limit_starts_over_when_its_window_ends(cache: Cache) -> None:
    async def is_allowed() -> bool:
        return await cache.hit("brief", "小王", limit=1, window_seconds=0.15)

    assert [await is_allowed(), await is_allowed()] == [True, False]
    for _ in range(100):
        if not await cache.failures("brief", "小王"):
            break
        await asyncio.sleep(0.01)
    assert await is_allowed()


async def test_hits_within_the_window_do_not_prolong_it(cache: Cache) -> None:
    """Who keeps trying is not locked out for ever."""
    counts = []
    for _ in range(60):
        await cache.hit("brief", "小王", limit=1, window_seconds=0.05)
        counts.append(await cache.failures("brief", "小王"))
        await asyncio.sleep(0.003)
    assert counts.count(1) >= 2


async def test_installations_in_one_redis_do_not_see_each_other(redis_url: str) -> None:
    north, south = (Cache.open(redis_url, installation=name) for name in ("north", "south"))
    await north.put("code", b"1", 60)
    assert await south.get("code") is None
    assert await north.get("code") == b"1"
    await north.close()
    await south.close()


async def test_processes_share_what_redis_keeps(redis_url: str) -> None:
    one, other = (Cache.open(redis_url, installation="test") for _ in range(2))
    await one.put("code", b"1", 60)
    assert await other.take("code") == b"1"
    await one.close()
    await other.close()
