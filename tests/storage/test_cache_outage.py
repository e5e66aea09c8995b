"""Redis 故障: down, lost, silent, emptied or evicting; the shop goes on and returns by itself."""

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Iterator

import pytest

from storage.cache import Cache
from storage.cache_redis import RedisCache
from storage.cache_twin import TwinCache
from storage.cache_wire import CacheUnavailable, RedisWire
from tests.server_process import free_port
from tests.servers import RedisServer, redis_server


@pytest.fixture(scope="module")
def own_redis() -> Iterator[RedisServer]:
    """A Redis of these tests alone: they stop it."""
    with redis_server() as redis:
        yield redis


@pytest.fixture
async def cache(own_redis: RedisServer) -> AsyncIterator[Cache]:
    own_redis.flush()
    cache = Cache.open(own_redis.url, installation="test")
    yield cache
    await cache.close()


def freeze(redis: RedisServer) -> None:
    assert redis.server.process is not None
    redis.server.process.send_signal(signal.SIGSTOP)


def thaw(redis: RedisServer) -> None:
    assert redis.server.process is not None
    redis.server.process.send_signal(signal.SIGCONT)


async def answers_again(cache: Cache) -> bool:
    for _ in range(300):
        await cache.get("anything")
        if not cache.degraded:
            return True
        await asyncio.sleep(0.01)
    return False


async def test_a_start_without_redis_serves_from_the_process() -> None:
    cache = Cache.open(f"redis://127.0.0.1:{free_port()}/0", installation="test")
    assert (await cache.admit("m1", "小王", "a")).state == "admitted"
    await cache.finish("m1", "小王", "a", reply=b"hello")
    assert (await cache.admit("m1", "小王", "b")).reply == b"hello"
    assert (await cache.admit("m2", "小王", "c")).state == "admitted"
    assert cache.degraded
    assert "does not answer" in (await cache.warnings())[0]
    await cache.close()


async def test_a_lost_redis_is_noticed_and_found_again(
    own_redis: RedisServer, cache: Cache
) -> None:
    await cache.put("code", b"1", 60)
    own_redis.kill()
    try:
        assert await cache.get("code") is None
        assert cache.degraded
        assert cache.fallback_count == 1
    finally:
        own_redis.start()
    assert await answers_again(cache)


async def test_a_redis_restarted_between_two_calls_costs_no_failure(
    own_redis: RedisServer, cache: Cache
) -> None:
    await cache.put("code", b"1", 60)
    own_redis.stop()
    own_redis.start()
    await asyncio.sleep(0)  # the loop reads the end of the old connection
    assert (await cache.admit("m1", "小王", "a")).state == "admitted"
    assert cache.fallback_count == 0


async def test_a_message_admitted_before_the_loss_is_answered_and_repeated_after(
    own_redis: RedisServer, cache: Cache
) -> None:
    await cache.admit("m1", "小王", "a")
    own_redis.kill()
    await cache.finish("m1", "小王", "a", reply=b"hello")
    await cache.get("whatever comes next waits for the one before")
    own_redis.start()
    assert await answers_again(cache)
    assert (await cache.admit("m1", "小王", "b")).reply == b"hello"


async def test_a_message_admitted_during_an_outage_frees_its_person_everywhere(
    own_redis: RedisServer, cache: Cache
) -> None:
    own_redis.stop()
    await cache.admit("m1", "小王", "a")
    own_redis.start()
    assert await answers_again(cache)
    await cache.finish("m1", "小王", "a", reply=b"hello")
    assert (await cache.admit("m2", "小王", "b")).state == "admitted"
    await cache.finish("m2", "小王", "b", reply=b"hello")
    own_redis.stop()
    assert (await cache.admit("m3", "小王", "c")).state == "admitted"
    own_redis.start()


async def test_a_silent_redis_costs_less_than_half_a_second_then_nothing(
    own_redis: RedisServer, cache: Cache
) -> None:
    loop = asyncio.get_running_loop()
    await cache.get("connected")
    freeze(own_redis)
    waits = []
    try:
        for number in range(20):
            begun_at = loop.time()
            assert (await cache.admit(f"m{number}", f"p{number}", "a")).state == "admitted"
            waits.append(loop.time() - begun_at)
    finally:
        thaw(own_redis)
    assert max(waits) < 0.5
    assert sum(wait > 0.1 for wait in waits) == 5  # then the circuit is open
    assert await answers_again(cache)


async def test_those_who_ask_a_silent_redis_together_wait_once(
    own_redis: RedisServer, cache: Cache
) -> None:
    loop = asyncio.get_running_loop()
    await cache.get("connected")
    freeze(own_redis)
    try:
        begun_at = loop.time()
        await asyncio.gather(*(cache.get(f"k{number}") for number in range(200)))
        assert loop.time() - begun_at < 0.5
    finally:
        thaw(own_redis)
    assert await answers_again(cache)


async def test_who_waits_behind_a_failing_exchange_fails_with_it(own_redis: RedisServer) -> None:
    wire = RedisWire(own_redis.url)
    await wire.call("PING")
    freeze(own_redis)
    try:
        first = wire.post("PING")
        await asyncio.sleep(0.05)  # the first is under way now
        second = wire.post("PING")
        await asyncio.wait([first])
        assert second.done()
        assert {type(answer.exception()) for answer in (first, second)} == {CacheUnavailable}
    finally:
        thaw(own_redis)
    await wire.close()


async def test_only_one_exchange_tries_whether_redis_is_back() -> None:
    wire = RedisWire(f"redis://127.0.0.1:{free_port()}/0")
    for _ in range(5):
        with pytest.raises(CacheUnavailable, match="Connect"):
            await wire.call("PING")
    with pytest.raises(CacheUnavailable, match="left alone"):
        await wire.call("PING")
    wire._open_until = 0.0  # two seconds later
    faults = await asyncio.gather(*(wire.call("PING") for _ in range(9)), return_exceptions=True)
    assert sum("left alone" not in str(fault) for fault in faults) == 1
    await wire.close()


async def test_a_cancelled_call_never_shifts_an_answer(cache: Cache) -> None:
    """CVE-2023-28858 and its kin: 20,000 calls, more than half cancelled somewhere on the way."""
    chance = random.Random(44)
    wrong: list[tuple[int, bytes | None]] = []

    async def ask(number: int) -> None:
        value = await cache.get(f"k{number}")
        if value != b"%d" % number:
            wrong.append((number, value))

    for number in range(100):
        await cache.put(f"k{number}", b"%d" % number, 600)
    cancelled = 0
    for _ in range(200):
        tasks = [asyncio.create_task(ask(number)) for number in range(100)]
        for _ in range(chance.randrange(7)):
            await asyncio.sleep(0)
        cancelled += sum(task.cancel() for task in tasks if chance.random() < 0.9)
        await asyncio.gather(*tasks, return_exceptions=True)
    assert (wrong, cache.fallback_count) == ([], 0)
    assert cancelled > 10_000


async def test_a_cancelled_put_is_still_followed_in_order(cache: Cache) -> None:
    for number in range(200):
        task = asyncio.create_task(cache.put("newest", b"%d" % number, 60))
        await asyncio.sleep(0)
        task.cancel()
        await cache.put("newest", b"then %d" % number, 60)
        assert await cache.get("newest") == b"then %d" % number


async def test_an_emptied_redis_admits_again_and_breaks_nothing(
    own_redis: RedisServer, cache: Cache
) -> None:
    for number in range(100):
        assert (await cache.admit("m", "小王", f"o{number}")).state == "admitted"
        await cache.finish("m", "小王", f"o{number}", reply=b"")
        await cache.get("so that it is sent")
        own_redis.flush()
    assert cache.fallback_count == 0


async def test_an_error_answer_fails_its_own_call_only(
    cache: Cache, own_redis: RedisServer
) -> None:
    wire = RedisWire(own_redis.url)
    good, bad, after = await asyncio.gather(
        wire.call("SET", "a", "1"), wire.call("INCR", "a", "x"), wire.call("GET", "a"),
        return_exceptions=True,
    )  # fmt: skip
    assert (good, after) == (b"OK", b"1")
    assert isinstance(bad, CacheUnavailable)
    await wire.close()


async def test_a_full_redis_is_replaced_by_the_twin(own_redis: RedisServer, cache: Cache) -> None:
    wire = RedisWire(own_redis.url)
    await wire.call("CONFIG", "SET", "maxmemory", "1")
    try:
        assert (await cache.admit("m1", "小王", "a")).state == "admitted"
        await cache.finish("m1", "小王", "a", reply=b"hello")
        assert (await cache.admit("m1", "小王", "b")).reply == b"hello"
        assert cache.degraded
    finally:
        await wire.call("CONFIG", "SET", "maxmemory", "0")
        await wire.close()


async def test_a_redis_that_evicts_is_warned_of(own_redis: RedisServer, cache: Cache) -> None:
    assert await cache.warnings() == []
    wire = RedisWire(own_redis.url)
    await wire.call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    warnings = await cache.warnings()
    await wire.call("CONFIG", "SET", "maxmemory-policy", "noeviction")
    await wire.close()
    assert "allkeys-lru" in warnings[0]


async def test_closing_sends_what_is_posted(own_redis: RedisServer, cache: Cache) -> None:
    other = Cache.open(own_redis.url, installation="test")
    await other.admit("m1", "小王", "a")
    await other.finish("m1", "小王", "a", reply=b"hello")
    await other.close()
    assert (await cache.admit("m1", "小王", "b")).reply == b"hello"


async def test_what_is_posted_leaves_within_milliseconds_by_itself(
    own_redis: RedisServer, cache: Cache
) -> None:
    other = Cache.open(own_redis.url, installation="test")
    await other.admit("m1", "小王", "a")
    await other.finish("m1", "小王", "a", reply=b"hello")
    for _ in range(100):
        if (await cache.admit("m1", "小王", "b")).state == "repeat":
            break
        await asyncio.sleep(0.002)
    assert (await cache.admit("m1", "小王", "b")).reply == b"hello"
    await other.close()


async def test_values_of_an_earlier_outage_do_not_come_back(own_redis: RedisServer) -> None:
    twin = TwinCache()
    cache = Cache(twin, RedisCache(own_redis.url, installation="test"))
    own_redis.stop()
    await cache.put("stage", b"old", 600)
    own_redis.start()
    assert await answers_again(cache)
    await cache.put("stage", b"new", 600)
    own_redis.stop()
    assert await cache.get("stage") is None
    own_redis.start()
    await cache.close()


async def test_a_text_that_cannot_be_written_fails_alone(redis_url: str) -> None:
    """A header byte from a stranger must not look like an outage to everybody else."""
    cache = Cache.open(redis_url, installation="t")
    try:
        other = asyncio.create_task(cache.put("k", b"v", 60))
        with pytest.raises(UnicodeEncodeError):
            await cache.hit("limit", "\udcff", limit=1, window_seconds=60)
        await other
        assert (await cache.get("k"), cache.degraded) == (b"v", False)
    finally:
        await cache.close()
