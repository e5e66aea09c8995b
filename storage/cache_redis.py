"""What Redis keeps for a fleet (缓存): first replies, leases, short-lived values, counts.

Each function is one round trip. Scripts are sent whole (EVAL), so a restarted or emptied Redis
needs nothing reloaded; Redis itself keeps them compiled.
"""

from collections.abc import Callable
from functools import partial
from typing import cast

from storage.cache_turns import TAKE_TURN, Pace, Turn
from storage.cache_twin import (
    ADMITTED,
    IN_WORK,
    LEASE_SECONDS,
    PERSON_BUSY,
    REPLY_SECONDS,
    Admission,
)
from storage.cache_wire import EXCHANGE_SECONDS, Answer, CacheUnavailable, RedisWire, Word

# A message's key holds "W" + owner while in work, then "R" + the first reply.
ADMIT = """
local held = redis.call('GET', KEYS[1])
if held and string.sub(held, 1, 1) == 'R' then return held end
if held and held ~= 'W' .. ARGV[1] then return 'W' end
local person = redis.call('GET', KEYS[2])
if person and person ~= ARGV[1] then return 'P' end
redis.call('SET', KEYS[1], 'W' .. ARGV[1], 'PX', ARGV[2])
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return 'A'
"""
RENEW = """
local held = redis.call('GET', KEYS[1])
local person = redis.call('GET', KEYS[2])
if held and held ~= 'W' .. ARGV[1] or person and person ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], 'W' .. ARGV[1], 'PX', ARGV[2])
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return 1
"""
FINISH = """
local held = redis.call('GET', KEYS[1])
if ARGV[2] == '' then
  if held == 'W' .. ARGV[1] then redis.call('DEL', KEYS[1]) end
elseif not held or string.sub(held, 1, 1) == 'W' then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
"""
COUNT_HIT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count
"""
DELETE_IF_EQUAL = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
"""
EVICTION_WARNING = (
    "Redis drops keys when its memory is full (maxmemory-policy {policy}): limits would start over "
    "and repeats be worked on again; set maxmemory-policy noeviction"
)
ADMISSIONS = {b"A": ADMITTED, b"W": IN_WORK, b"P": PERSON_BUSY}

OnUnsaved = Callable[[str, str, str, bytes | None], None]


class RedisCache:
    def __init__(
        self,
        url: str,
        *,
        installation: str,
        lease_seconds: float = LEASE_SECONDS,
        exchange_seconds: float = EXCHANGE_SECONDS,
        on_unsaved: OnUnsaved | None = None,
    ) -> None:
        self._wire = RedisWire(url, exchange_seconds=exchange_seconds)
        self._prefix = f"shuke:{installation}:"
        self._lease_ms = int(lease_seconds * 1000)
        self._on_unsaved = on_unsaved

    async def admit(self, message_key: str, person_key: str, owner: str) -> Admission:
        keys = self._admission_keys(message_key, person_key)
        answer = cast(bytes, await self._wire.call("EVAL", ADMIT, 2, *keys, owner, self._lease_ms))
        return ADMISSIONS.get(answer) or Admission("repeat", answer[1:])

    async def renew(self, message_key: str, person_key: str, owner: str) -> bool:
        """Hold both for another lease; also when they were lost, unless another holds them now."""
        keys = self._admission_keys(message_key, person_key)
        return await self._wire.call("EVAL", RENEW, 2, *keys, owner, self._lease_ms) == 1

    async def finish(
        self, message_key: str, person_key: str, owner: str, *, reply: bytes | None
    ) -> None:
        """Keep the first reply for repeats (None: nothing to keep, they may try); free both.

        Returns at once: the wire sends it along with the next exchange.
        """
        keys = self._admission_keys(message_key, person_key)
        kept = b"" if reply is None else b"R" + reply
        sent = self._wire.post("EVAL", FINISH, 2, *keys, owner, kept, int(REPLY_SECONDS * 1000))
        sent.add_done_callback(
            partial(self._check_saved, unsaved=(message_key, person_key, owner, reply))
        )

    async def get(self, key: str) -> bytes | None:
        return cast(bytes | None, await self._wire.call("GET", self._value_key(key)))

    async def put(self, key: str, value: bytes, ttl_seconds: float) -> None:
        await self._wire.call("SET", self._value_key(key), value, "PX", int(ttl_seconds * 1000))

    def note(self, key: str, value: bytes, ttl_seconds: float) -> None:
        """A `put` without an answer; what Redis does not take is gone."""
        sent = self._wire.post("SET", self._value_key(key), value, "PX", int(ttl_seconds * 1000))
        sent.add_done_callback(_look_away)

    async def put_if_absent(self, key: str, value: bytes, ttl_seconds: float) -> bool:
        options: tuple[Word, ...] = ("NX", "PX", int(ttl_seconds * 1000))
        return await self._wire.call("SET", self._value_key(key), value, *options) is not None

    async def take(self, key: str) -> bytes | None:
        """Get and delete: of many who take one value, one gets it."""
        return cast(bytes | None, await self._wire.call("GETDEL", self._value_key(key)))

    async def delete(self, key: str) -> None:
        await self._wire.call("DEL", self._value_key(key))

    async def delete_if_equal(self, key: str, value: bytes) -> None:
        await self._wire.call("EVAL", DELETE_IF_EQUAL, 1, self._value_key(key), value)

    async def count_hit(self, key: str, window_seconds: float) -> int:
        """Hits in the window that the first of them opened, this one included."""
        window_ms = int(window_seconds * 1000)
        return cast(
            int, await self._wire.call("EVAL", COUNT_HIT, 1, f"{self._prefix}l:{key}", window_ms)
        )

    async def hit_count(self, key: str) -> int:
        count = cast(bytes | None, await self._wire.call("GET", f"{self._prefix}l:{key}"))
        return int(count or 0)

    async def take_turn(self, key: str, lane: int, pace: Pace, now_ms: int) -> Turn:
        """Count a call, unless this way is too fast or paused."""
        keys = f"{self._prefix}t:{key}", self._value_key(f"pause:{key}")
        words = lane, str(pace.a_second), pace.at_once, now_ms
        answer = cast(list[int], await self._wire.call("EVAL", TAKE_TURN, 2, *keys, *words))
        return Turn(*answer)

    async def warnings(self) -> list[str]:
        """What an operator should know. INFO, because managed servers forbid CONFIG."""
        facts = cast(bytes, await self._wire.call("INFO", "memory")).decode().splitlines()
        policy = dict(fact.split(":", 1) for fact in facts if ":" in fact).get("maxmemory_policy")
        if policy == "noeviction":
            return []
        return [EVICTION_WARNING.format(policy=policy)]

    async def close(self) -> None:
        await self._wire.close()

    def _check_saved(self, sent: Answer, *, unsaved: tuple[str, str, str, bytes | None]) -> None:
        is_lost = sent.cancelled() or isinstance(sent.exception(), CacheUnavailable)
        if is_lost and self._on_unsaved is not None:
            self._on_unsaved(*unsaved)

    def _admission_keys(self, message_key: str, person_key: str) -> tuple[str, str]:
        return f"{self._prefix}m:{message_key}", f"{self._prefix}p:{person_key}"

    def _value_key(self, key: str) -> str:
        return f"{self._prefix}v:{key}"


def _look_away(sent: Answer) -> None:
    if not sent.cancelled():
        sent.exception()
