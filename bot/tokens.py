"""Access token (接口凭证): one for each account in the whole installation, fetched once.

stable_token in normal mode gives every asker the same token until five minutes before its end,
so asking too often is harmless; asking once is kinder.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

log = logging.getLogger(__name__)

REFRESH_BEFORE_SECONDS = 300
SHORTEST_USE_SECONDS = 30
# Together a little longer than one call to the platform may take.
MOST_LOOKS = 60
LOOK_AGAIN_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Token:
    value: str = field(repr=False)
    refresh_at_seconds: int


class TokenStore(Protocol):
    """What all processes share. `lock` may wait or not; it yields whether it was got."""

    async def get(self, appid: str) -> Token | None: ...

    async def put(self, appid: str, token: Token, ttl_seconds: int) -> None: ...

    def lock(self, appid: str) -> AbstractAsyncContextManager[bool]: ...


FetchToken = Callable[[], Awaitable[tuple[str, int]]]


class TokenKeeper:
    """Gives out the current token of one account.

    `fetch` asks the platform and returns the token and its seconds of life.
    """

    def __init__(
        self, appid: str, store: TokenStore, *, fetch: FetchToken, now_seconds: Callable[[], float]
    ) -> None:
        self._appid = appid
        self._store = store
        self._fetch = fetch
        self._now_seconds = now_seconds
        self._token: Token | None = None
        self._dropped = ""
        self._renewal: asyncio.Task[Token] | None = None

    async def current(self) -> str:
        """All callers of this process wait for the same renewal and share its failure."""
        if self._token is not None and self._is_good(self._token):
            return self._token.value
        if self._renewal is None:
            self._renewal = asyncio.create_task(self._renew(), name=f"token {self._appid}")
            self._renewal.add_done_callback(self._renewed)
        return (await asyncio.shield(self._renewal)).value

    def drop(self, value: str) -> None:
        """Never use exactly this token again; a newer one that came meanwhile stays."""
        if self._token is not None and self._token.value == value:
            self._token = None
            self._dropped = value

    async def close(self) -> None:
        """Wait for a renewal under way, so that no task outlives its owner."""
        if self._renewal is not None:
            await asyncio.wait([self._renewal])

    def _is_good(self, token: Token) -> bool:
        return token.value != self._dropped and self._now_seconds() < token.refresh_at_seconds

    async def _renew(self) -> Token:
        self._token = await self._shared() or await self._fetched_by_one()
        return self._token

    async def _fetched_by_one(self) -> Token:
        """Whoever has the lock fetches; the others look again, and ask too if that takes long."""
        for _ in range(MOST_LOOKS):
            token = await self._fetched_under_lock()
            if token is not None:
                return token
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        return await self._fetched()

    async def _fetched_under_lock(self) -> Token | None:
        async with self._store.lock(self._appid) as is_mine:
            return await self._shared() or (await self._fetched() if is_mine else None)

    async def _shared(self) -> Token | None:
        token = await self._store.get(self._appid)
        return token if token is not None and self._is_good(token) else None

    async def _fetched(self) -> Token:
        value, life_seconds = await self._fetch()
        use_seconds = max(life_seconds - REFRESH_BEFORE_SECONDS, SHORTEST_USE_SECONDS)
        token = Token(value, int(self._now_seconds()) + use_seconds)
        # In normal mode the platform may vouch for the very token that was just refused.
        self._dropped = ""
        await self._store.put(self._appid, token, life_seconds)
        log.info("token_fetched", extra={"facts": {"appid": self._appid, "seconds": life_seconds}})
        return token

    def _renewed(self, renewal: asyncio.Task[Token]) -> None:
        self._renewal = None
        if not renewal.cancelled() and renewal.exception() is not None:
            log.warning("token_not_fetched", extra={"facts": {"appid": self._appid}})
