"""Turns (轮次): a token bucket for calls that a whole fleet makes, with a share for each lane.

The same rule twice: a script for Redis, and the twin for one process. A tenth of the rate fills a
small bucket of each lane; what is left fills one for all, of which lower lanes leave some over.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil

LANES = 3
OWN = 0.1
SHARED = 1 - OWN * LANES
# How much of the common bucket a lane leaves to those before it.
LEFT_OVER = (0.0, 0.2, 0.4)
# An untouched bucket is full again long before.
FORGET_MS = 600_000

# KEYS: bucket, pause. ARGV: lane, calls a second, calls at once, now of the shop.
TAKE_TURN = f"""
local paused = tonumber(redis.call('GET', KEYS[2]) or '0')
if paused > tonumber(ARGV[4]) then return {{0, paused}} end
local lane, rate, most = ARGV[1], tonumber(ARGV[2]) / 1000, tonumber(ARGV[3])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
local own_most, all_most = math.max(1, most * {OWN}), math.max(1, most * {SHARED})
local held = redis.call('HMGET', KEYS[1], 'at', 'all', lane, 'at' .. lane)
local all = math.min(all_most, (tonumber(held[2]) or all_most)
  + (now - (tonumber(held[1]) or now)) * rate * {SHARED})
local own = math.min(own_most, (tonumber(held[3]) or own_most)
  + (now - (tonumber(held[4]) or now)) * rate * {OWN})
local floors = {{ ['0'] = {LEFT_OVER[0]}, ['1'] = {LEFT_OVER[1]}, ['2'] = {LEFT_OVER[2]} }}
local floor, wait = all_most * floors[lane], 0
if all_most < 4 then floor = 0 end
if own >= 1 then own = own - 1
elseif all - 1 >= floor then all = all - 1
else
  local own_wait, all_wait = (1 - own) / (rate * {OWN}), (1 + floor - all) / (rate * {SHARED})
  wait = math.ceil(math.min(own_wait, all_wait))
end
redis.call('HSET', KEYS[1], 'at', tostring(now), 'all', tostring(all),
  lane, tostring(own), 'at' .. lane, tostring(now))
redis.call('PEXPIRE', KEYS[1], {FORGET_MS})
return {{wait, 0}}
"""


@dataclass(frozen=True, slots=True)
class Pace:
    """Calls a second, and how many at once after a rest."""

    a_second: float
    at_once: int


@dataclass(frozen=True, slots=True)
class Turn:
    """Taken where neither says to wait; a pause ends by the shop's clock."""

    wait_ms: int
    paused_until_ms: int

    @property
    def is_taken(self) -> bool:
        return not self.wait_ms and not self.paused_until_ms


@dataclass(slots=True)
class _Bucket:
    at: float
    all: float
    own: list[float]
    own_at: list[float] = field(default_factory=list)


class TwinTurns:
    """`clock` counts seconds; there are as many buckets as accounts have APIs."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def take(self, key: str, lane: int, pace: Pace) -> int:
        """0 when it is taken, else the milliseconds to wait."""
        now, rate, at_once = self._clock() * 1000, pace.a_second / 1000, pace.at_once
        own_most, all_most = max(1.0, at_once * OWN), max(1.0, at_once * SHARED)
        full = _Bucket(now, all_most, [own_most] * LANES, [now] * LANES)
        bucket = self._buckets.setdefault(key, full)
        bucket.all = min(all_most, bucket.all + (now - bucket.at) * rate * SHARED)
        own = min(own_most, bucket.own[lane] + (now - bucket.own_at[lane]) * rate * OWN)
        bucket.at = bucket.own_at[lane] = now
        floor = all_most * LEFT_OVER[lane] if all_most >= 4 else 0
        wait_ms = 0.0
        if own >= 1:
            own -= 1
        elif bucket.all - 1 >= floor:
            bucket.all -= 1
        else:
            own_wait = (1 - own) / (rate * OWN)
            wait_ms = min(own_wait, (1 + floor - bucket.all) / (rate * SHARED))
        bucket.own[lane] = own
        return ceil(wait_ms)
