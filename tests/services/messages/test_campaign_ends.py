"""Ends of campaigns (营销结束): what one had left to say is not said once it is over or stopped."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from loyalty.person import Person
from services.messages import campaign_ends
from services.messages.outbox import take_due_messages
from services.messages.waiting import take_first_lines
from services.shop import Shop
from storage.campaigns import open_campaign, stop_campaign
from storage.sql import row
from storage.transactions import transactional
from tests.outbox import make_call
from tests.services.campaigning import HELLO, load_campaign, run_test_campaign
from tests.services.gating import talks
from tests.shop_parts import MachineClock, a_follower, a_member

TERMS: dict[str, Any] = {
    "trigger": "schedule:0 10 * * *",
    "actions": HELLO,
    "message_class": "care",
    "otherwise": "first_line",
}
Change = Callable[[Shop, MachineClock], Awaitable[None]]


async def ends(shop: Shop, clock: MachineClock) -> None:
    await load_campaign(shop, **TERMS, ended=True)


async def has_had_its_last_day(shop: Shop, clock: MachineClock) -> None:
    await load_campaign(shop, **TERMS, until=shop.today())
    clock.pass_time(days=1)
    await talks(shop, await a_follower(shop))


@transactional
async def is_stopped(shop: Shop, clock: MachineClock) -> None:
    await stop_campaign("test", shop.now())


@transactional
async def goes_on(shop: Shop, clock: MachineClock) -> None:
    await stop_campaign("test", shop.now())
    await open_campaign("test", approved=None)


async def has_its_last_day(shop: Shop, clock: MachineClock) -> None:
    await load_campaign(shop, **TERMS, until=shop.today())


OVER = [(ends, "campaign_over"), (has_had_its_last_day, "campaign_over"), (is_stopped, "stopped")]


@pytest.fixture
async def li(shop: Shop) -> Person:
    person = await a_member(shop)
    await load_campaign(shop, **TERMS)
    return person


async def result() -> tuple[str, str | None]:
    found = await row("SELECT state, reason FROM outbox WHERE campaign = 'test'")
    assert found is not None
    return found["state"], found["reason"]


@pytest.mark.parametrize(("over", "reason"), OVER)
async def test_what_is_queued_does_not_leave_any_more(
    shop: Shop, li: Person, clock: MachineClock, over: Change, reason: str
) -> None:
    await talks(shop, li)
    await run_test_campaign(shop)
    await over(shop, clock)
    assert await take_due_messages(shop, "worker", 10) == []
    assert await result() == ("suppressed", reason)
    # Nor is it told instead.
    assert await row("SELECT id FROM waiting_lines") is None


@pytest.mark.parametrize("change", [goes_on, has_its_last_day])
async def test_of_what_goes_on_all_leaves(
    shop: Shop, li: Person, clock: MachineClock, change: Change
) -> None:
    await talks(shop, li)
    await run_test_campaign(shop)
    await change(shop, clock)
    assert len(await take_due_messages(shop, "worker", 10)) == 1


async def test_what_was_claimed_is_not_sent_when_the_campaign_ends_before_the_call(
    shop: Shop, li: Person, clock: MachineClock
) -> None:
    await talks(shop, li)
    await run_test_campaign(shop)
    [message] = await take_due_messages(shop, "worker", 10)
    await ends(shop, clock)
    clock.pass_time(seconds=3)
    assert not await make_call(shop, message)
    assert await take_due_messages(shop, "worker", 10) == []
    assert await result() == ("suppressed", "campaign_over")


@pytest.mark.parametrize("over", [line[0] for line in OVER])
async def test_what_waits_for_the_next_contact_is_not_said_any_more(
    shop: Shop, li: Person, clock: MachineClock, over: Change
) -> None:
    await run_test_campaign(shop)
    await take_due_messages(shop, "worker", 10)
    assert (await a_follower(shop)).has_waiting
    await over(shop, clock)
    assert await take_first_lines(shop, li, key="m1") == []
    assert not (await a_follower(shop)).has_waiting


async def test_what_waits_of_another_campaign_is_said(
    shop: Shop, li: Person, clock: MachineClock
) -> None:
    await run_test_campaign(shop)
    await take_due_messages(shop, "worker", 10)
    await load_campaign(shop, code="other", **TERMS, ended=True)
    assert await take_first_lines(shop, li, key="m1") == ["你好"]


async def test_campaigns_are_read_once_a_claim(
    shop: Shop, li: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        await a_member(shop, f"m{number}")
    asked = []

    async def states_of(codes: list[str]) -> dict[str, Any]:
        asked.append(codes)
        return {}

    monkeypatch.setattr(campaign_ends, "states_of", states_of)
    await run_test_campaign(shop)
    await take_due_messages(shop, "worker", 10)
    assert asked == [["test"]]
