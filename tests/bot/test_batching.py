"""Batching (攒批): what comes together is written together, and each hears its own answer."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.batching import Batching


async def test_what_comes_at_once_is_one_batch_and_each_gets_its_own_answer() -> None:
    batches: list[list[int]] = []

    async def double(items: Sequence[int]) -> list[int]:
        batches.append(list(items))
        await asyncio.sleep(0)
        return [2 * item for item in items]

    batching = Batching(double, most=10)
    answers = await asyncio.gather(*(batching.do(number) for number in range(25)))
    assert answers == [2 * number for number in range(25)]
    assert [len(batch) for batch in batches] == [10, 10, 5]


async def test_a_failure_is_that_of_its_batch_alone() -> None:
    async def picky(items: Sequence[int]) -> Sequence[int]:
        if 0 in items:
            raise ConnectionError("gone")
        return items

    batching = Batching(picky, most=2)
    answers = await asyncio.gather(*map(batching.do, range(4)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [ConnectionError, ConnectionError, int, int]


async def test_who_stops_waiting_does_not_stop_the_others() -> None:
    async def echo(items: Sequence[int]) -> Sequence[int]:
        await asyncio.sleep(0)
        return items

    batching = Batching(echo, most=10)
    first, second = asyncio.create_task(batching.do(1)), asyncio.create_task(batching.do(2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == 2
    with pytest.raises(asyncio.CancelledError):
        await first
