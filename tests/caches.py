"""The cache under test: once the twin, once a real Redis, through one and the same class."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from storage.cache import Cache
from storage.cache_redis import RedisCache
from storage.cache_twin import LEASE_SECONDS, TwinCache

KINDS = ["twin", "redis"]


def make_cache(
    kind: str, request: pytest.FixtureRequest, *, lease_seconds: float = LEASE_SECONDS
) -> Cache:
    twin = TwinCache(lease_seconds=lease_seconds)
    if kind == "twin":
        return Cache(twin)
    url = request.getfixturevalue("redis_url")
    redis = RedisCache(
        url,
        installation="test",
        lease_seconds=lease_seconds,
        exchange_seconds=5,  # a busy test machine is no outage
        on_unsaved=twin.settle,
    )
    return Cache(twin, redis)


@asynccontextmanager
async def opened(cache: Cache) -> AsyncIterator[Cache]:
    """A test that was served by the wrong side would prove nothing."""
    try:
        yield cache
        assert cache.fallback_count == 0
    finally:
        await cache.close()
