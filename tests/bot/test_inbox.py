"""收件箱: what a member gets when WeChat delivers a message thrice, and when the shop is slow."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.inbox import Inbox
from storage.cache import Cache
from storage.cache_twin import TwinCache
from tests.bot.deliveries import AMPLE, SOON, Processes, Work, Yielding, deliver, quick, two_caches
from tests.caches import KINDS, make_cache


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


async def test_a_message_gets_its_reply(inbox: Inbox) -> None:
    task = quick("积分 32".encode())
    assert await deliver(inbox, task) == "积分 32".encode()
    assert task.said_late == []


async def test_three_deliveries_at_once_have_one_effect_and_one_answer(inbox: Inbox) -> None:
    task = Work()
    deliveries = [deliver(inbox, task) for _ in range(3)]
    await task.begun.wait()
    task.may_end.set()
    assert await asyncio.gather(*deliveries) == [b"reply"] * 3
    assert (task.runs, task.said_late) == (1, [])


async def test_deliveries_to_two_processes_have_one_effect_and_one_answer(
    processes: Processes,
) -> None:
    task = Work()
    deliveries = [deliver(processes[number % 2], task) for number in range(6)]
    await task.begun.wait()
    task.may_end.set()
    assert await asyncio.gather(*deliveries) == [b"reply"] * 6
    assert (task.runs, task.said_late) == (1, [])


async def test_many_messages_each_thrice_over_two_processes(processes: Processes) -> None:
    tasks = [quick(b"%d" % number) for number in range(60)]
    deliveries = [
        deliver(processes[(number + attempt) % 2], task, f"m{number}", person=f"p{number % 20}")
        for attempt in range(3)
        for number, task in enumerate(tasks)
    ]
    replies = await asyncio.gather(*deliveries)
    assert replies == [b"%d" % number for number in range(60)] * 3
    assert [task.runs for task in tasks] == [1] * 60


async def test_a_later_repeat_gets_the_first_answer_from_any_process(processes: Processes) -> None:
    task = quick()
    await deliver(processes[0], task)
    assert await deliver(processes[0], task) == b"reply"
    assert await deliver(processes[1], task) == b"reply"
    assert task.runs == 1


async def test_an_empty_first_answer_is_repeated_as_empty(processes: Processes) -> None:
    task = quick(b"")
    assert [await deliver(process, task) for process in processes] == [b"", b""]
    assert task.runs == 1


async def test_past_the_deadline_the_reply_follows_late_and_once(inbox: Inbox) -> None:
    task = Work()
    assert await deliver(inbox, task, within=SOON) is None
    task.may_end.set()
    await task.was_said_late.wait()
    assert await deliver(inbox, task) == b""
    assert (task.runs, task.said_late) == (1, [b"reply"])


async def test_after_a_late_reply_another_process_stays_silent(processes: Processes) -> None:
    task = Work()
    assert await deliver(processes[0], task, within=SOON) is None
    repeat = deliver(processes[1], task)
    task.may_end.set()
    assert await repeat == b""
    assert (task.runs, task.said_late) == (1, [b"reply"])


async def test_a_repeat_that_waits_while_the_first_was_given_up_stays_silent(inbox: Inbox) -> None:
    task = Work()
    first, repeat = deliver(inbox, task, within=SOON), deliver(inbox, task)
    assert await first is None
    task.may_end.set()
    assert await repeat == b""
    assert task.said_late == [b"reply"]


async def test_the_repeat_too_has_a_deadline(processes: Processes) -> None:
    task = Work()
    deliveries = [deliver(process, task, within=SOON) for process in (*processes, *processes)]
    assert await asyncio.gather(*deliveries) == [None] * 4
    task.may_end.set()
    await task.was_said_late.wait()
    assert [await inbox.drain(5) for inbox in processes] == [0, 0]
    assert (task.runs, task.said_late) == (1, [b"reply"])


async def test_nothing_to_say_is_not_said_late(inbox: Inbox) -> None:
    task = Work(b"")
    assert await deliver(inbox, task, within=SOON) is None
    task.may_end.set()
    assert await inbox.drain(5) == 0
    assert task.said_late == []


async def test_a_client_that_goes_away_does_not_end_the_work(inbox: Inbox) -> None:
    task = Work()
    first = deliver(inbox, task)
    await task.begun.wait()
    first.cancel()
    await asyncio.wait([first])
    task.may_end.set()
    assert await deliver(inbox, task) == b"reply"
    assert (task.runs, task.said_late) == (1, [])


async def test_when_all_clients_are_gone_past_the_deadline_the_reply_follows_late(
    inbox: Inbox,
) -> None:
    task = Work()
    first = deliver(inbox, task, within=0)
    first.cancel()
    second = deliver(inbox, task, within=0.0)
    await task.begun.wait()
    second.cancel()
    await asyncio.wait([first, second])
    task.may_end.set()
    await task.was_said_late.wait()
    assert task.said_late == [b"reply"]


async def test_repeats_at_the_same_process_ask_the_cache_nothing() -> None:
    cache = Yielding()
    inbox, task = Inbox(cache), Work()
    deliveries = [deliver(inbox, task) for _ in range(3)]
    await task.begun.wait()
    task.may_end.set()
    await asyncio.gather(*deliveries)
    assert (cache.asked, cache.kept) == (["m1"], [b"reply"])


async def test_quick_work_renews_nothing_and_slow_work_until_it_ends() -> None:
    cache = Yielding()
    inbox, task = Inbox(cache, renew_seconds=0.01), Work()
    await deliver(inbox, quick(), "m0", person="小李")
    delivery = deliver(inbox, task)
    await asyncio.wait([delivery], timeout=SOON)
    task.may_end.set()
    await delivery
    renewed_count = cache.renewed_count
    await asyncio.sleep(SOON)
    assert cache.renewed_count == renewed_count > 1


async def test_a_repeat_of_very_long_work_elsewhere_ends_silently(
    caches: tuple[Cache, Cache],
) -> None:
    task = Work()
    first = deliver(Inbox(caches[0]), task)
    await task.begun.wait()
    assert await deliver(Inbox(caches[1], patience_seconds=SOON), task) == b""
    task.may_end.set()
    assert await first == b"reply"
    assert task.runs == 1


async def test_failed_work_is_told_and_may_be_tried_again(processes: Processes) -> None:
    async def fail() -> bytes:
        raise ZeroDivisionError

    task = quick()
    with pytest.raises(ZeroDivisionError):
        await processes[0].run("m1", "小王", fail, late=task.late)
    assert await deliver(processes[1], task) == b"reply"


async def test_work_that_fails_after_the_deadline_is_logged(
    inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    may_fail = asyncio.Event()

    async def fail() -> bytes:
        await may_fail.wait()
        raise ZeroDivisionError

    task = quick()
    assert await inbox.run("m1", "小王", fail, late=task.late, deadline_seconds=SOON) is None
    may_fail.set()
    assert await inbox.drain(5) == 0
    assert "ZeroDivisionError" in caplog.text
    assert await deliver(inbox, task) == b"reply"


async def test_a_late_reply_that_fails_does_not_repeat_the_work(
    inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(reply: bytes) -> None:
        raise ZeroDivisionError

    task = Work()
    assert await inbox.run("m1", "小王", task, late=broken, deadline_seconds=SOON) is None
    task.may_end.set()
    assert await inbox.drain(5) == 0
    assert await deliver(inbox, task) == b""
    assert task.runs == 1
    assert "late reply lost" in caplog.text


async def test_work_longer_than_the_lease_stays_admitted_to_one(
    request: pytest.FixtureRequest, redis_url: str
) -> None:
    brief = [make_cache("redis", request, lease_seconds=0.2) for _ in range(2)]
    task = Work()
    first = deliver(Inbox(brief[0], renew_seconds=0.05), task)
    await task.begun.wait()
    repeat = deliver(Inbox(brief[1]), task)
    await asyncio.wait([first, repeat], timeout=0.5)
    task.may_end.set()
    assert await asyncio.gather(*[first, repeat]) == [b"reply"] * 2
    assert task.runs == 1
    await asyncio.gather(*(cache.close() for cache in brief))


async def test_the_message_of_a_dead_process_is_done_by_the_repeat() -> None:
    cache = Cache(TwinCache(lease_seconds=SOON))
    await cache.admit("m1", "小王", "a process that was killed")
    task = quick()
    assert await deliver(Inbox(cache), task) == b"reply"


async def test_a_message_taken_over_past_the_last_deadline_is_still_done() -> None:
    cache = Cache(TwinCache(lease_seconds=4 * SOON))
    await cache.admit("m1", "小王", "a process that was killed")
    inbox, task = Inbox(cache), quick()
    assert await deliver(inbox, task, within=SOON) is None
    assert await inbox.drain(5) == 0
    assert task.said_late == [b"reply"]


async def test_shutdown_waits_for_running_work_and_says_what_is_left(inbox: Inbox) -> None:
    task = Work()
    delivery = deliver(inbox, task)
    await task.begun.wait()
    assert await inbox.drain(SOON) == 1
    task.may_end.set()
    assert await inbox.drain(5) == 0
    assert await delivery == b"reply"


async def test_nothing_is_remembered_of_messages_that_are_done(inbox: Inbox) -> None:
    for number in range(50):
        await deliver(inbox, quick(), f"m{number}", person=f"p{number % 7}")
    assert await inbox.drain(5) == 0
    assert (inbox._visits, inbox._last_of_person, inbox._tasks) == ({}, {}, set())


async def test_work_that_fails_after_its_deadline_ends_in_one_apology() -> None:
    inbox, said, may_fail = Inbox(Yielding()), asyncio.Queue[bytes](), asyncio.Event()

    async def fail() -> bytes:
        await may_fail.wait()
        raise ValueError

    reply = await inbox.run("m", "p", fail, late=said.put, apology=b"sorry", deadline_seconds=SOON)
    may_fail.set()
    assert (reply, await said.get()) == (None, b"sorry")
    assert await inbox.drain(AMPLE) == 0
    assert said.empty()
