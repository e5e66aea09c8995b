"""轮次: the fleet's calls keep their rate and their shares, the same on the twin and on Redis."""

from collections.abc import AsyncIterator

import pytest

from storage.cache import Cache
from storage.cache_turns import Pace, TwinTurns
from storage.pace import pause_api, paused_apis, take_turn
from tests.caches import KINDS, make_cache, opened
from tests.shop_parts import OPENING

# So slow that nothing is filled up during a test.
SLOW = Pace(0.001, 20)
REPLIES, OWED, MARKETING = 0, 1, 2


@pytest.fixture(params=KINDS)
async def cache(request: pytest.FixtureRequest) -> AsyncIterator[Cache]:
    async with opened(make_cache(request.param, request)) as cache:
        yield cache


async def taken(cache: Cache, lane: int, tries: int = 30) -> int:
    turns = [await cache.take_turn("main:api", lane, SLOW, 0) for _ in range(tries)]
    assert all(turn.wait_ms > 0 for turn in turns if not turn.is_taken)
    return sum(turn.is_taken for turn in turns)


async def test_marketing_leaves_the_greater_part_to_what_is_owed_and_to_replies(
    cache: Cache,
) -> None:
    """Of twenty: two of its own, and of the fourteen for all what is above two fifths."""
    assert await taken(cache, MARKETING) == 2 + 8
    assert await taken(cache, OWED) == 2 + 3
    assert await taken(cache, REPLIES) == 2 + 3


async def test_replies_never_take_what_belongs_to_others(cache: Cache) -> None:
    assert await taken(cache, REPLIES) == 2 + 14
    assert await taken(cache, OWED) == 2
    assert await taken(cache, MARKETING) == 2


async def test_each_api_of_each_account_has_its_own_rate(cache: Cache) -> None:
    assert await taken(cache, REPLIES) == 16
    assert (await cache.take_turn("main:other", REPLIES, SLOW, 0)).is_taken


async def test_a_paused_api_is_closed_to_everybody_until_its_time(cache: Cache) -> None:
    until = OPENING.replace(hour=16)
    await pause_api(cache, "main", "service", until=until)
    turn = await take_turn(cache, "main", "service", REPLIES, now=OPENING)
    assert turn.paused_until_ms == int(until.timestamp() * 1000)
    assert (await take_turn(cache, "main", "template", REPLIES, now=OPENING)).is_taken
    assert (await take_turn(cache, "main", "service", REPLIES, now=until)).is_taken
    asked = (["main", "mini"], ["service", "template"])
    assert await paused_apis(cache, *asked, now=OPENING) == {("main", "service"): until}
    assert await paused_apis(cache, *asked, now=until) == {}


def test_what_was_taken_fills_up_again_with_time() -> None:
    now = 0.0
    turns = TwinTurns(lambda: now)
    pace = Pace(10, 10)
    assert sum(turns.take("api", REPLIES, pace) == 0 for _ in range(20)) == 8
    wait_ms = turns.take("api", REPLIES, pace)
    assert wait_ms == 143
    now += wait_ms / 1000
    assert turns.take("api", REPLIES, pace) == 0
    now += 60
    assert sum(turns.take("api", REPLIES, pace) == 0 for _ in range(20)) == 8
