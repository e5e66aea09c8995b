"""排队: one message of one person at a time, in order, and none is lost waiting."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.inbox import Inbox
from storage.cache import Cache
from tests.bot.deliveries import SOON, Processes, Work, Yielding, deliver, quick, two_caches
from tests.caches import KINDS


@pytest.fixture(params=KINDS)
async def caches(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Cache, Cache]]:
    async with two_caches(request.param, request) as caches:
        yield caches


@pytest.fixture
async def processes(caches: tuple[Cache, Cache]) -> AsyncIterator[Processes]:
    inboxes = Inbox(caches[0]), Inbox(caches[1])
    yield inboxes
    assert [await inbox.drain(5) for inbox in inboxes] == [0, 0]


@pytest.fixture
def inbox(processes: Processes) -> Inbox:
    return processes[0]


async def test_two_messages_of_one_person_are_worked_on_one_after_the_other(
    processes: Processes,
) -> None:
    first, second = Work(b"1"), quick(b"2")
    one = deliver(processes[0], first, "m1")
    await first.begun.wait()
    others = [deliver(processes[number], second, f"m{number + 2}") for number in (0, 1)]
    await asyncio.wait(others, timeout=SOON)
    assert second.runs == 0
    first.may_end.set()
    assert await asyncio.gather(one, *others) == [b"1", b"2", b"2"]


async def test_messages_of_one_person_keep_their_order() -> None:
    """Also while the cache, emptied perhaps, would let all of them in."""
    inbox, first, others = Inbox(Yielding()), Work(), [Work() for _ in range(5)]
    one = deliver(inbox, first)
    waiting = [deliver(inbox, task, f"o{number}") for number, task in enumerate(others)]
    await first.begun.wait()
    first.may_end.set()
    for number, task in enumerate(others):
        await task.begun.wait()
        assert [task.runs for task in others[number + 1 :]] == [0] * (4 - number)
        task.may_end.set()
    assert await asyncio.gather(one, *waiting) == [b"reply"] * 6


async def test_messages_of_different_persons_do_not_wait_for_each_other(inbox: Inbox) -> None:
    slow = Work()
    waiting = deliver(inbox, slow, "m1", person="小王")
    assert await deliver(inbox, quick(), "m2", person="小李") == b"reply"
    slow.may_end.set()
    await waiting


async def test_a_message_that_waits_past_its_deadline_is_still_done(inbox: Inbox) -> None:
    slow, second = Work(), quick(b"second")
    first = deliver(inbox, slow, "m1")
    assert await deliver(inbox, second, "m2", within=SOON) is None
    slow.may_end.set()
    await second.was_said_late.wait()
    assert await first == b"reply"
    assert (second.runs, second.said_late) == (1, [b"second"])


async def test_a_turn_that_never_comes_does_not_lose_the_message(
    caches: tuple[Cache, Cache],
) -> None:
    stuck, second = Work(), quick(b"second")
    processes = [Inbox(cache, patience_seconds=SOON) for cache in caches]
    first = deliver(processes[0], stuck, "m1")
    await stuck.begun.wait()
    both = [deliver(process, second, "m2") for process in processes]
    assert await asyncio.gather(*both) == [b"second"] * 2
    assert second.runs == 1
    stuck.may_end.set()
    assert await first == b"reply"


async def test_failed_work_frees_the_next_message_of_the_person(inbox: Inbox) -> None:
    async def fail() -> bytes:
        raise ZeroDivisionError

    task = quick()
    failing = asyncio.create_task(inbox.run("m1", "小王", fail, late=task.late))
    assert await deliver(inbox, task, "m2") == b"reply"
    with pytest.raises(ZeroDivisionError):
        await failing
