"""Pace (发送节奏): how fast, and whether at all, a fleet calls one API of one account.

Pauses are kept by the shop's clock, as the platform's quotas end with a minute, a day or a month.
Should the cache forget one, the next call learns it again.
"""

from collections.abc import Iterable
from datetime import datetime

from storage.cache import Cache
from storage.cache_turns import Pace, Turn
from storage.instants import from_ms, to_ms

# No quota of the platform lasts longer than a month.
LONGEST_PAUSE_SECONDS = 32 * 86_400
USUAL = Pace(3_000, 3_000)
# Sixty mass sends a minute (wechat-platform 4.7).
PACES = {"mass": Pace(1, 10)}


async def take_turn(cache: Cache, account: str, api: str, lane: int, *, now: datetime) -> Turn:
    pace = PACES.get(api, USUAL)
    return await cache.take_turn(f"{account}:{api}", lane, pace, to_ms(now))


async def pause_api(cache: Cache, account: str, api: str, *, until: datetime) -> None:
    """For every process, until the quota begins anew."""
    await cache.put(f"pause:{account}:{api}", str(to_ms(until)).encode(), LONGEST_PAUSE_SECONDS)


async def paused_apis(
    cache: Cache, accounts: Iterable[str], apis: Iterable[str], *, now: datetime
) -> dict[tuple[str, str], datetime]:
    """Which of these are paused, and until when."""
    paused = {}
    wanted = [(account, api) for account in accounts for api in apis]
    for account, api in wanted:
        kept = await cache.get(f"pause:{account}:{api}")
        until = from_ms(int(kept)) if kept else now
        if until > now:
            paused[account, api] = until
    return paused
