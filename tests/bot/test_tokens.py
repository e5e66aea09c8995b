"""One token for all: fetched once, used by everyone, and exactly the refused one is dropped."""

import asyncio

import pytest

from bot import tokens
from bot.delivery_errors import DeliveryFailed
from bot.tokens import Token, TokenKeeper
from tests.bot.fake_wechat import MemoryTokens


class Desk:
    """Stands for the token interface: counts, and can be told to fail or to repeat itself."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.fetches = 0
        self.life_seconds = 7200
        self.fails = False
        self.same: str | None = None

    async def fetch(self) -> tuple[str, int]:
        await asyncio.sleep(0)
        self.fetches += 1
        if self.fails:
            raise DeliveryFailed("stop", 40001, "bad secret")
        return self.same or f"token-{self.fetches}", self.life_seconds

    def keeper(self, store: MemoryTokens | None = None) -> TokenKeeper:
        shared = store or MemoryTokens()
        return TokenKeeper("wx1", shared, fetch=self.fetch, now_seconds=lambda: self.now)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(tokens, "LOOK_AGAIN_SECONDS", 0)
    return Desk()


async def test_many_tasks_share_one_fetch(desk):
    keeper = desk.keeper()
    assert set(await asyncio.gather(*(keeper.current() for _ in range(50)))) == {"token-1"}
    assert desk.fetches == 1


async def test_a_second_process_uses_the_token_of_the_first(desk):
    store = MemoryTokens()
    first, second = desk.keeper(store), desk.keeper(store)
    assert await first.current() == await second.current()
    assert desk.fetches == 1


async def test_two_processes_starting_together_fetch_once(desk):
    store = MemoryTokens()
    await asyncio.gather(desk.keeper(store).current(), desk.keeper(store).current())
    assert desk.fetches == 1


async def test_a_lock_that_is_never_given_back_stops_nobody(desk):
    assert await desk.keeper(MemoryTokens(is_locked=True)).current() == "token-1"


async def test_when_the_one_who_fetches_fails_another_process_asks(desk):
    store = MemoryTokens()
    desk.fails = True
    first = asyncio.create_task(desk.keeper(store).current())
    await asyncio.sleep(0)
    with pytest.raises(DeliveryFailed):
        await first
    desk.fails = False
    assert await desk.keeper(store).current() == "token-2"


@pytest.mark.parametrize(("seconds", "fetches"), [(6899, 1), (6900, 2)])
async def test_a_token_is_renewed_five_minutes_before_its_end(desk, seconds, fetches):
    keeper = desk.keeper()
    await keeper.current()
    desk.now += seconds
    await keeper.current()
    assert desk.fetches == fetches


async def test_a_token_near_its_end_is_still_used_for_a_while(desk):
    keeper = desk.keeper()
    desk.life_seconds = 300
    await keeper.current()
    desk.now += 29
    await keeper.current()
    assert desk.fetches == 1


async def test_a_dropped_token_is_replaced_once(desk):
    keeper = desk.keeper()
    refused = await keeper.current()
    for _ in range(20):
        keeper.drop(refused)
    assert set(await asyncio.gather(*(keeper.current() for _ in range(20)))) == {"token-2"}
    assert desk.fetches == 2


async def test_a_newer_token_is_not_dropped_for_an_older_one(desk):
    keeper = desk.keeper()
    refused = await keeper.current()
    keeper.drop(refused)
    await keeper.current()
    keeper.drop(refused)
    assert await keeper.current() == "token-2"
    assert desk.fetches == 2


async def test_another_process_takes_over_the_replacement(desk):
    store = MemoryTokens()
    first, second = desk.keeper(store), desk.keeper(store)
    refused = await first.current()
    await second.current()
    first.drop(refused)
    second.drop(refused)
    assert await first.current() == await second.current() == "token-2"
    assert desk.fetches == 2


async def test_a_token_the_platform_vouches_for_again_is_used_again(desk):
    desk.same = "token"
    keeper = desk.keeper()
    keeper.drop(await keeper.current())
    assert await keeper.current() == "token"
    assert await keeper.current() == "token"
    assert desk.fetches == 2


async def test_everyone_waiting_shares_one_failure_and_the_next_asks_again(desk):
    desk.fails = True
    keeper = desk.keeper()
    outcomes = await asyncio.gather(*(keeper.current() for _ in range(9)), return_exceptions=True)
    assert all(isinstance(outcome, DeliveryFailed) for outcome in outcomes)
    assert desk.fetches == 1
    desk.fails = False
    assert await keeper.current() == "token-2"


async def test_one_who_gives_up_waiting_does_not_stop_the_others(desk):
    keeper = desk.keeper()
    impatient = asyncio.create_task(keeper.current())
    patient = asyncio.create_task(keeper.current())
    await asyncio.sleep(0)
    impatient.cancel()
    assert await patient == "token-1"
    assert desk.fetches == 1


async def test_closing_waits_for_a_renewal_under_way(desk):
    keeper = desk.keeper()
    waiter = asyncio.create_task(keeper.current())
    await asyncio.sleep(0)
    await keeper.close()
    assert await waiter == "token-1"


def test_a_token_does_not_show_in_its_repr():
    assert "hidden" not in repr(Token("hidden", 5))
