"""The inbox (收件箱), step *admit*: a repeat gets the first answer, a person one message at a time.

WeChat cuts a push after five seconds and sends it again, twice. The work of a message therefore has
a task of its own that neither the deadline nor a client that has gone away can cut. What happens
once must be guarded by the use case's key as well: a lease can lapse when a process stands still.
"""

import asyncio
import itertools
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.inbox_lease import RENEW_SECONDS, Admissions, Renewal

PATIENCE_SECONDS = 30.0  # for the turn of a person whose earlier message does not end
FIRST_PAUSE_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 0.1
NOTHING_TO_SAY = b""

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Visit:
    """One message in this process, however often it was delivered."""

    message_key: str
    person_key: str
    owner: str
    work: Callable[[], Awaitable[bytes]]
    late: Callable[[bytes], Awaitable[None]]
    apology: bytes
    answer: asyncio.Future[bytes]
    begun_at: float
    deadline_at: float
    earlier: asyncio.Task[None] | None
    waiting_count: int = 0
    is_overdue: bool = False  # a delivery was answered `success` already

    def is_late(self, now: float) -> bool:
        """Whether the reply has to follow by itself: no delivery that could carry it is left."""
        return self.is_overdue or (self.waiting_count == 0 and now >= self.deadline_at)


class Inbox:
    def __init__(
        self,
        admissions: Admissions,
        *,
        renew_seconds: float = RENEW_SECONDS,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._admissions = admissions
        self._renew_seconds = renew_seconds
        self._patience_seconds = patience_seconds
        self._name = secrets.token_hex(8)
        self._numbers = itertools.count()
        self._visits: dict[str, Visit] = {}
        self._last_of_person: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(
        self,
        message_key: str,
        person_key: str,
        work: Callable[[], Awaitable[bytes]],
        *,
        late: Callable[[bytes], Awaitable[None]],
        apology: bytes = NOTHING_TO_SAY,
        deadline_seconds: float = 4.0,
    ) -> bytes | None:
        """The reply, or None at the deadline: the work goes on and its reply is handed to `late`.

        Empty bytes mean that there is nothing to say, or that it was said otherwise. What the work
        raises is raised here, and a repeat may try again; after a deadline nobody tries again,
        so the person hears `apology` late.
        """
        visit = self._visits.get(message_key)
        if visit is None:
            visit = self._begin(message_key, person_key, work, late, apology=apology)
        visit.deadline_at = asyncio.get_running_loop().time() + deadline_seconds
        visit.waiting_count += 1
        try:
            await asyncio.wait([visit.answer], timeout=deadline_seconds)
        finally:
            visit.waiting_count -= 1
        if visit.answer.done():
            return visit.answer.result()
        visit.is_overdue = True
        return None

    async def drain(self, timeout_seconds: float) -> int:
        """Wait for running work at shutdown; how many did not end in time."""
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + timeout_seconds
        while self._tasks and loop.time() < ends_at:
            await asyncio.wait(self._tasks, timeout=ends_at - loop.time())
        return len(self._tasks)

    def _begin(
        self,
        message_key: str,
        person_key: str,
        work: Callable[[], Awaitable[bytes]],
        late: Callable[[bytes], Awaitable[None]],
        *,
        apology: bytes,
    ) -> Visit:
        loop = asyncio.get_running_loop()
        visit = Visit(
            message_key=message_key,
            person_key=person_key,
            owner=f"{self._name}-{next(self._numbers)}",
            work=work,
            late=late,
            apology=apology,
            answer=loop.create_future(),
            begun_at=loop.time(),
            deadline_at=loop.time(),
            earlier=self._last_of_person.get(person_key),
        )
        task = loop.create_task(self._serve(visit))
        self._visits[message_key] = visit
        self._last_of_person[person_key] = task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return visit

    async def _serve(self, visit: Visit) -> None:
        person_key = visit.person_key
        try:
            await self._wait_for_turn(visit)
            first_reply = await self._take(visit)
            if first_reply is None:
                await self._act(visit)
            else:
                visit.answer.set_result(first_reply)
        except Exception as fault:  # noqa: BLE001 - a task's edge: the waiting callers raise it
            await self._pass_on(visit, fault)
        finally:
            visit.answer.cancel()  # only where the loop ends before the work
            del self._visits[visit.message_key]
            if self._last_of_person.get(person_key) is asyncio.current_task():
                del self._last_of_person[person_key]

    async def _wait_for_turn(self, visit: Visit) -> None:
        """In order of arrival: everyone waits for the one before."""
        if visit.earlier is not None:
            await asyncio.wait([visit.earlier], timeout=self._patience_seconds)
            visit.earlier = None

    async def _take(self, visit: Visit) -> bytes | None:
        """None when the work is ours; else the first reply, made elsewhere.

        Goes on past the deadline: when the process that has the message dies, its lease ends and
        the work is taken over here, even after the last try of WeChat.
        """
        loop = asyncio.get_running_loop()
        pause_seconds = FIRST_PAUSE_SECONDS
        while True:
            keys = (visit.message_key, visit.person_key)
            admission = await self._admissions.admit(*keys, visit.owner)
            if admission.state == "admitted":
                return None
            if admission.state == "repeat":
                return admission.reply
            waited_seconds = loop.time() - visit.begun_at
            if admission.state == "person_busy" and waited_seconds >= self._patience_seconds:
                visit.person_key = f"alone:{visit.message_key}"  # without the turn, never dropped
                continue
            if admission.state == "in_work" and waited_seconds >= 2 * self._patience_seconds:
                return NOTHING_TO_SAY  # whoever has it is alive, and answers late by itself
            await asyncio.sleep(pause_seconds)
            pause_seconds = min(pause_seconds * 1.5, LONGEST_PAUSE_SECONDS)

    async def _act(self, visit: Visit) -> None:
        """Work under the lease. The reply goes to a delivery that waits, or it follows late."""
        loop = asyncio.get_running_loop()
        keys = (visit.message_key, visit.person_key, visit.owner)
        renewal = Renewal(self._admissions, keys, self._renew_seconds)
        kept: bytes | None = None
        try:
            reply = await visit.work()
            if visit.is_late(loop.time()):
                kept = NOTHING_TO_SAY
                visit.answer.set_result(kept)
                await self._say_late(visit, reply)
            else:
                kept = reply
                visit.answer.set_result(kept)
        finally:
            renewal.stop()
            await self._admissions.finish(*keys, reply=kept)

    async def _say_late(self, visit: Visit, reply: bytes) -> None:
        """The work is done whatever becomes of its reply: it must not be tried again."""
        if reply == NOTHING_TO_SAY:
            return
        try:
            await visit.late(reply)
        except Exception:
            log.exception("late reply lost")

    async def _pass_on(self, visit: Visit, fault: Exception) -> None:
        if visit.answer.done():
            log.error("inbox failed after its answer", exc_info=fault)
            return
        visit.answer.set_exception(fault)
        if visit.waiting_count == 0:  # nobody is left who could raise it
            log.error("work failed after its deadline", exc_info=visit.answer.exception())
            if visit.is_overdue:  # answered `success`: the platform will not come again
                await self._say_late(visit, visit.apology)
