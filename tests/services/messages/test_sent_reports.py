"""送达回执: what the platform tells later has the last word on a message it took."""

import pytest

from loyalty.person import Person
from loyalty.send_results import SendResult, SendState
from services.messages.outbox import take_due_messages
from services.messages.outbox_results import begin_sending, record_results
from services.messages.sent_reports import subscription_told, template_told
from services.shop import Shop
from storage.sql import change
from tests.services.messages.test_claiming import queue, result
from tests.shop_parts import MachineClock, a_follower, a_member


@pytest.fixture
async def li(shop: Shop) -> Person:
    return await a_member(shop)


async def ended(
    shop: Shop, person: Person, key: str, state: SendState, number: str | None = None
) -> None:
    """A template message that was called with this outcome."""
    await queue(shop, person, "service", key)
    [message] = await take_due_messages(shop, "worker", 10)
    await begin_sending(shop, "worker", [message])
    await record_results(shop, "worker", [SendResult(message, state, platform_id=number)])
    await change("UPDATE outbox SET channel = 'template' WHERE key = $1", key)


async def test_who_blocks_notices_has_not_got_it(shop: Shop, li: Person) -> None:
    await ended(shop, li, "a", "sent", "7")
    await ended(shop, li, "b", "sent", "8")
    assert await template_told(shop, li, "8", failed="user_block")
    assert await result("a") == ("sent", "template", None)
    assert await result("b") == ("failed", "template", "user_block")


async def test_what_nobody_knew_is_sent_when_the_platform_says_so(shop: Shop, li: Person) -> None:
    await ended(shop, li, "a", "unknown")
    await change("UPDATE outbox SET state = 'unknown', reason = 'timeout'")
    assert await template_told(shop, li, "9", failed=None)
    assert await result("a") == ("sent", "template", None)


async def test_news_of_somebody_else_or_long_ago_changes_nothing(
    shop: Shop, li: Person, clock: MachineClock
) -> None:
    await ended(shop, li, "a", "sent")
    assert not await template_told(shop, await a_follower(shop, "wang"), "9", failed="user_block")
    assert not await subscription_told(shop, li, "9", failed="43101")
    clock.pass_time(minutes=11)
    assert not await template_told(shop, li, "9", failed="user_block")
    assert await result("a") == ("sent", "template", None)


async def test_a_mini_programs_message_is_known_by_its_push_only(shop: Shop, li: Person) -> None:
    await ended(shop, li, "a", "sent")
    await change("UPDATE outbox SET channel = 'mini'")
    assert await subscription_told(shop, li, "11", failed="43101")
    assert await result("a") == ("failed", "mini", "43101")
