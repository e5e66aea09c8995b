"""The in-process twin (进程内缓存) of the Redis functions, for one process or while Redis is away.

Small on purpose: everything in it is bounded, expires, and can be rebuilt from the database.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from storage.cache_turns import Pace, Turn, TwinTurns

LEASE_SECONDS = 5.0  # a dead process holds a message no longer than WeChat takes to repeat it
REPLY_SECONDS = 600.0
MOST_REPLIES = 20_000  # WeChat's three tries span 15 s: enough for 1,300 messages a second
MOST_VALUES = 20_000
MOST_SUBJECTS = 50_000

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a message may be worked on now. A repeat carries the first reply."""

    state: Literal["admitted", "repeat", "in_work", "person_busy"]
    reply: bytes = b""


ADMITTED = Admission("admitted")
IN_WORK = Admission("in_work")
PERSON_BUSY = Admission("person_busy")


class Expiring(Generic[Value]):
    """Values that end by themselves; when full, the one put first goes first."""

    def __init__(self, most: int, clock: Callable[[], float]) -> None:
        self._most = most
        self._clock = clock
        self._items: OrderedDict[str, tuple[float, Value]] = OrderedDict()

    def get(self, key: str) -> Value | None:
        item = self._items.get(key)
        return None if item is None or item[0] <= self._clock() else item[1]

    def put(self, key: str, value: Value, *, until: float) -> None:
        self._items.pop(key, None)
        self._make_room()
        self._items[key] = (until, value)

    def replace(self, key: str, value: Value) -> None:
        """Another value that ends when the present one would have."""
        self._items[key] = (self._items[key][0], value)

    def pop(self, key: str) -> Value | None:
        value = self.get(key)
        self._items.pop(key, None)
        return value

    def clear(self) -> None:
        self._items.clear()

    def _make_room(self) -> None:
        now = self._clock()
        while self._items:
            first_ends_at, _ = next(iter(self._items.values()))
            if first_ends_at > now and len(self._items) < self._most:
                return
            self._items.popitem(last=False)


class TwinCache:
    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        self._clock = clock
        self._lease_seconds = lease_seconds
        self._replies = Expiring[bytes](MOST_REPLIES, clock)
        self._messages = Expiring[str](MOST_REPLIES, clock)
        self._people = Expiring[str](MOST_REPLIES, clock)
        self._values = Expiring[bytes](MOST_VALUES, clock)
        self._hits = Expiring[int](MOST_SUBJECTS, clock)
        self._turns = TwinTurns(clock)

    async def admit(self, message_key: str, person_key: str, owner: str) -> Admission:
        reply = self._replies.get(message_key)
        if reply is not None:
            return Admission("repeat", reply)
        if self._messages.get(message_key) not in (None, owner):
            return IN_WORK
        if self._people.get(person_key) not in (None, owner):
            return PERSON_BUSY
        self._take(message_key, person_key, owner)
        return ADMITTED

    async def renew(self, message_key: str, person_key: str, owner: str) -> bool:
        """Hold both for another lease; also when they were lost, unless another holds them now."""
        holders = {self._messages.get(message_key), self._people.get(person_key)}
        if not holders <= {None, owner} or self._replies.get(message_key) is not None:
            return False
        self._take(message_key, person_key, owner)
        return True

    async def finish(
        self, message_key: str, person_key: str, owner: str, *, reply: bytes | None
    ) -> None:
        """Keep the first reply for repeats (None: nothing to keep, they may try); free both."""
        self.settle(message_key, person_key, owner, reply)

    def settle(self, message_key: str, person_key: str, owner: str, reply: bytes | None) -> None:
        if self._messages.get(message_key) == owner:
            self._messages.pop(message_key)
        if self._people.get(person_key) == owner:
            self._people.pop(person_key)
        if reply is not None and self._replies.get(message_key) is None:
            self._replies.put(message_key, reply, until=self._clock() + REPLY_SECONDS)

    def reply_to(self, message_key: str) -> bytes | None:
        return self._replies.get(message_key)

    def is_held_by(self, message_key: str, owner: str) -> bool:
        return self._messages.get(message_key) == owner

    def forget_values(self) -> None:
        self._values.clear()

    async def get(self, key: str) -> bytes | None:
        return self._values.get(key)

    async def put(self, key: str, value: bytes, ttl_seconds: float) -> None:
        self._values.put(key, value, until=self._clock() + ttl_seconds)

    async def put_if_absent(self, key: str, value: bytes, ttl_seconds: float) -> bool:
        if self._values.get(key) is not None:
            return False
        await self.put(key, value, ttl_seconds)
        return True

    async def take(self, key: str) -> bytes | None:
        """Get and delete: of many who take one value, one gets it."""
        return self._values.pop(key)

    async def delete(self, key: str) -> None:
        self._values.pop(key)

    async def delete_if_equal(self, key: str, value: bytes) -> None:
        if self._values.get(key) == value:
            self._values.pop(key)

    async def count_hit(self, key: str, window_seconds: float) -> int:
        """Hits in the window that the first of them opened, this one included."""
        count = self._hits.get(key)
        if count is None:
            self._hits.put(key, 1, until=self._clock() + window_seconds)
            return 1
        self._hits.replace(key, count + 1)
        return count + 1

    async def hit_count(self, key: str) -> int:
        return self._hits.get(key) or 0

    async def take_turn(self, key: str, lane: int, pace: Pace, now_ms: int) -> Turn:
        """Count a call, unless this way is too fast or paused."""
        paused_until_ms = int(self._values.get(f"pause:{key}") or 0)
        if paused_until_ms > now_ms:
            return Turn(0, paused_until_ms)
        return Turn(self._turns.take(key, lane, pace), 0)

    async def warnings(self) -> list[str]:
        return []

    async def close(self) -> None:
        return None

    def _take(self, message_key: str, person_key: str, owner: str) -> None:
        until = self._clock() + self._lease_seconds
        self._messages.put(message_key, owner, until=until)
        self._people.put(person_key, owner, until=until)
