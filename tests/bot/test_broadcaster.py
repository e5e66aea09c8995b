"""The broadcaster (群发进程): works while there is work, outlives a fault, ends when told."""

import asyncio

import pytest

import bot.broadcaster
from bot.broadcaster import Broadcaster


async def test_it_works_until_nothing_moves_and_wakes_the_delivery() -> None:
    rounds, woken = [True, True, False, True], list[int]()

    async def work_round() -> bool:
        return rounds.pop(0)

    await Broadcaster(work_round, lambda: woken.append(1)).work_all()
    assert (rounds, len(woken)) == ([True], 2)


async def test_a_fault_is_logged_and_the_next_round_comes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(bot.broadcaster, "POLL_SECONDS", 0)
    came_back = asyncio.Event()
    faults = [RuntimeError("the database is away")]

    async def work_round() -> bool:
        if faults:
            raise faults.pop()
        came_back.set()
        return False

    broadcaster = Broadcaster(work_round, lambda: None)
    broadcaster.start()
    await came_back.wait()
    await broadcaster.close()
    assert [record.message for record in caplog.records] == ["broadcast_work_failed"]


async def test_closing_ends_it_between_two_steps() -> None:
    steps = list[int]()
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def work_round() -> bool:
        steps.append(1)
        begun.set()
        await go_on.wait()
        return True

    broadcaster = Broadcaster(work_round, lambda: None)
    broadcaster.start()
    await begun.wait()
    closing = asyncio.create_task(broadcaster.close())
    await asyncio.sleep(0)
    go_on.set()
    await closing
    assert len(steps) == 1
