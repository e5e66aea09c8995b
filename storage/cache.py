"""The cache (缓存): Redis when there is one and it answers, else the twin in this process.

Nothing in it is the only copy of a truth: what must happen once is guarded by a unique column.
"""

import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeVar

from storage.cache_redis import RedisCache
from storage.cache_turns import Pace, Turn
from storage.cache_twin import Admission, TwinCache
from storage.cache_wire import CacheUnavailable

Result = TypeVar("Result")
Store = TwinCache | RedisCache

log = logging.getLogger(__name__)


class Cache:
    def __init__(self, twin: TwinCache, redis: RedisCache | None = None) -> None:
        self._twin = twin
        self._redis = redis
        self.degraded = False
        self.fallback_count = 0

    @classmethod
    def open(cls, url: str, *, installation: str) -> "Cache":
        """Connects at the first call, so a Redis that is down does not stop a start."""
        twin = TwinCache()
        if not url:
            return cls(twin)
        return cls(twin, RedisCache(url, installation=installation, on_unsaved=twin.settle))

    async def close(self) -> None:
        if self._redis is not None:
            await self._redis.close()

    async def admit(self, message_key: str, person_key: str, owner: str) -> Admission:
        if self._redis is not None:  # a message answered while Redis was away
            reply = self._twin.reply_to(message_key)
            if reply is not None:
                return Admission("repeat", reply)
        return await self._through(lambda store: store.admit(message_key, person_key, owner))

    async def renew(self, message_key: str, person_key: str, owner: str) -> bool:
        return await self._through(lambda store: store.renew(message_key, person_key, owner))

    async def finish(
        self, message_key: str, person_key: str, owner: str, *, reply: bytes | None
    ) -> None:
        """Returns at once. What was admitted by the twin is freed there as well."""
        if self._redis is None or self._twin.is_held_by(message_key, owner):
            self._twin.settle(message_key, person_key, owner, reply)
        if self._redis is not None:
            await self._redis.finish(message_key, person_key, owner, reply=reply)

    async def get(self, key: str) -> bytes | None:
        return await self._through(lambda store: store.get(key))

    async def put(self, key: str, value: bytes, ttl_seconds: float) -> None:
        await self._through(lambda store: store.put(key, value, ttl_seconds))

    async def note(self, key: str, value: bytes, ttl_seconds: float) -> None:
        """A `put` that nobody waits for: it travels with the next exchange, or is lost."""
        if self._redis is None:
            return await self._twin.put(key, value, ttl_seconds)
        self._redis.note(key, value, ttl_seconds)

    async def put_if_absent(self, key: str, value: bytes, ttl_seconds: float) -> bool:
        return await self._through(lambda store: store.put_if_absent(key, value, ttl_seconds))

    async def take(self, key: str) -> bytes | None:
        return await self._through(lambda store: store.take(key))

    async def delete(self, key: str) -> None:
        await self._through(lambda store: store.delete(key))

    async def delete_if_equal(self, key: str, value: bytes) -> None:
        await self._through(lambda store: store.delete_if_equal(key, value))

    @asynccontextmanager
    async def lock(self, name: str, ttl_seconds: float) -> AsyncIterator[bool]:
        """Whether it was taken; never waits. It saves work, it does not guard a truth."""
        key, holder = f"lock:{name}", secrets.token_bytes(8)
        is_taken = await self.put_if_absent(key, holder, ttl_seconds)
        try:
            yield is_taken
        finally:
            if is_taken:
                await self.delete_if_equal(key, holder)

    async def hit(self, name: str, subject: str, *, limit: int, window_seconds: float) -> bool:
        """Count one; whether it is within the limit."""
        key = f"{name}:{subject}"
        return await self._through(lambda store: store.count_hit(key, window_seconds)) <= limit

    async def take_turn(self, key: str, lane: int, pace: Pace, now_ms: int) -> Turn:
        """One call of the fleet's; a pause is put under `pause:` and the key."""
        return await self._through(lambda store: store.take_turn(key, lane, pace, now_ms))

    async def failures(self, name: str, subject: str) -> int:
        """What was counted by `hit`, without counting."""
        return await self._through(lambda store: store.hit_count(f"{name}:{subject}"))

    async def warnings(self) -> list[str]:
        if self._redis is None:
            return []
        try:
            return await self._redis.warnings()
        except CacheUnavailable as fault:
            return [f"Redis does not answer, each process serves itself meanwhile: {fault}"]

    async def _through(self, ask: Callable[[Store], Awaitable[Result]]) -> Result:
        if self._redis is None:
            return await ask(self._twin)
        try:
            result = await ask(self._redis)
        except CacheUnavailable as fault:
            self._note_fallback(fault)
            return await ask(self._twin)
        if self.degraded:
            self.degraded = False
            log.warning("Redis answers again")
        return result

    def _note_fallback(self, fault: CacheUnavailable) -> None:
        self.fallback_count += 1
        if self.degraded:
            return
        self.degraded = True
        self._twin.forget_values()  # left from an earlier outage, since overtaken in Redis
        log.warning("Redis does not answer, this process serves itself: %s", fault)


class CachedTokens:
    """Access tokens (接口凭证) by appid, shared by all processes."""

    FETCH_SECONDS = 10.0

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    async def get(self, appid: str) -> str | None:
        token = await self._cache.get(f"token:{appid}")
        return None if token is None else token.decode()

    async def put(self, appid: str, token: str, ttl_seconds: float) -> None:
        await self._cache.put(f"token:{appid}", token.encode(), ttl_seconds)

    def lock(self, appid: str) -> AbstractAsyncContextManager[bool]:
        """One process fetches; the others look again shortly after."""
        return self._cache.lock(f"token:{appid}", self.FETCH_SECONDS)
