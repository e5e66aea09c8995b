"""Mass sends whose end is told before their number is known (群发结果先到)."""

import asyncio
import json
from contextvars import Context
from typing import Any

import pytest

from services.mass.results import mass_call_taken, mass_job_finished
from services.messages.outbox import outbox_states
from services.shop import Shop
from storage.mass_news import news_of_job
from storage.sql import Row, rows
from tests.services.mass_sending import MANY, gathered, made_again
from tests.shop_parts import MachineClock

COUNTS = {"total": 30, "filter": 29, "sent": 28, "error": 1}
A_WHILE = 0.3


@pytest.fixture(autouse=True)
def _service(shop: Shop) -> None:
    object.__setattr__(shop, "account_kinds", {"main": "service"})


async def told(shop: Shop, *, account: str = "main", failed: str | None = None) -> bool:
    return await mass_job_finished(shop, account, "99", counts=COUNTS, failed=failed)


async def the_batch() -> Row:
    [batch] = await rows("SELECT counts, state, reason FROM mass_batches")
    return batch


async def test_the_figures_wait_for_whoever_makes_the_call_again(
    shop: Shop, clock: MachineClock
) -> None:
    await gathered(shop)
    assert not await told(shop)
    again = await made_again(shop, clock)
    assert again is not None
    await mass_call_taken(shop, "other", again, "99")
    assert json.loads((await the_batch())["counts"]) == COUNTS
    assert await outbox_states() == {"sent": MANY}


async def test_a_review_that_was_quicker_than_our_note_fails_everybody(shop: Shop) -> None:
    call = await gathered(shop)
    await told(shop, failed="mass_20001")
    await mass_call_taken(shop, "worker", call, "99")
    assert await outbox_states() == {"failed": MANY}
    assert (await the_batch())["reason"] == "mass_20001"


async def test_news_of_another_accounts_job_are_not_ours(shop: Shop) -> None:
    call = await gathered(shop)
    await told(shop, account="other", failed="mass_20001")
    await mass_call_taken(shop, "worker", call, "99")
    assert await outbox_states() == {"sent": MANY}
    assert (await the_batch())["counts"] is None


async def test_news_are_kept_as_they_came_first_and_for_a_day(
    shop: Shop, clock: MachineClock
) -> None:
    await told(shop)
    await told(shop, failed="mass_20001")
    assert await news_of_job("main", "99") == {"counts": json.dumps(COUNTS), "failed": None}
    clock.pass_time(days=1)
    await mass_job_finished(shop, "main", "100", counts={}, failed=None)
    assert await rows("SELECT platform_id FROM mass_news") == [{"platform_id": "100"}]


async def test_a_number_and_its_news_meet_when_they_come_at_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await gathered(shop)
    telling: list[asyncio.Task[bool]] = []

    async def while_it_is_told(*arguments: Any) -> Row | None:
        found = await news_of_job(*arguments)
        telling.append(asyncio.create_task(told(shop), context=Context()))
        await asyncio.wait(telling, timeout=A_WHILE)
        return found

    monkeypatch.setattr("services.mass.results.news_of_job", while_it_is_told)
    await mass_call_taken(shop, "worker", call, "99")
    assert await telling[0]
    assert json.loads((await the_batch())["counts"]) == COUNTS
