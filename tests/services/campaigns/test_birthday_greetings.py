"""Birthday greetings (生日祝福): on the day, else first at the next contact of the month."""

from datetime import datetime, time, timedelta

import pytest

from loyalty.person import Person
from services.clock import SHOP_ZONE
from services.details.keeping import change_detail
from services.messages.outbox import claim_due, take_due_messages
from services.messages.waiting import take_first_lines
from services.shop import Shop
from storage.sql import row
from tests.services.campaigning import load_campaign, run_test_campaign
from tests.services.gating import CARE, left, talks
from tests.services.posting import member_id_of
from tests.shop_parts import MachineClock, a_member

GREETING = "生日快乐"
DAY = timedelta(days=1)


@pytest.fixture
async def li(shop: Shop, clock: MachineClock) -> Person:
    """Whose birthday it is, at nine in the morning, and who talked to us of late."""
    person = await a_member(shop)
    await change_detail(shop, member_id_of(person), "birthday", "1990-05-12", key="born")
    await load_campaign(shop, trigger="birthday", actions=[{"message": GREETING}])
    clock.now = datetime(2027, 5, 12, 9, tzinfo=SHOP_ZONE)
    await talks(shop, person)
    return person


async def two_cares(shop: Shop, person: Person, *, ago: timedelta = DAY) -> None:
    for number in (1, 2):
        await left(shop, person, CARE, ago=ago, key=f"care {number}")


async def sent(shop: Shop) -> list[str]:
    return [message.content["value"] for message in await take_due_messages(shop, "worker", 10)]


async def greeting() -> tuple[str, str | None]:
    found = await row("SELECT state, reason FROM outbox WHERE campaign = 'test'")
    assert found is not None
    return found["state"], found["reason"]


async def test_it_leaves_on_the_day(shop: Shop, li: Person) -> None:
    await run_test_campaign(shop)
    assert await sent(shop) == [GREETING]


async def test_what_the_cap_holds_beyond_the_day_is_said_at_the_next_contact(
    shop: Shop, li: Person, clock: MachineClock
) -> None:
    await two_cares(shop, li)
    await run_test_campaign(shop)
    assert await sent(shop) == []
    assert await greeting() == ("suppressed", "day_over")
    clock.pass_time(days=7)
    assert await sent(shop) == []
    assert await take_first_lines(shop, li, key="m1") == [GREETING]


async def test_after_its_month_nobody_is_greeted(
    shop: Shop, li: Person, clock: MachineClock
) -> None:
    await two_cares(shop, li)
    await run_test_campaign(shop)
    await sent(shop)
    clock.pass_time(days=20)
    assert await take_first_lines(shop, li, key="m1") == []


async def test_a_cap_that_opens_on_the_day_is_waited_for(
    shop: Shop, li: Person, clock: MachineClock
) -> None:
    await two_cares(shop, li, ago=7 * DAY - timedelta(hours=6))
    await run_test_campaign(shop)
    assert await sent(shop) == []
    clock.pass_time(hours=6)
    assert await sent(shop) == [GREETING]


@pytest.mark.parametrize("late", [timedelta(hours=13), DAY])
async def test_a_morning_without_a_server_sends_no_greeting_on_another_day(
    shop: Shop, li: Person, clock: MachineClock, late: timedelta
) -> None:
    await run_test_campaign(shop)
    clock.now += late
    await talks(shop, li)
    assert await sent(shop) == []
    assert await take_first_lines(shop, li, key="m1") == [GREETING]


async def test_a_day_that_is_made_up_for_is_greeted_at_the_next_contact(
    shop: Shop, li: Person, clock: MachineClock
) -> None:
    clock.now = datetime.combine(shop.today() - DAY, time(9), SHOP_ZONE)
    await run_test_campaign(shop)
    clock.pass_time(days=3)
    await talks(shop, li)
    assert await run_test_campaign(shop) == 1
    assert await sent(shop) == []
    assert await take_first_lines(shop, li, key="m1") == [GREETING]


async def test_of_what_is_due_at_once_a_greeting_goes_first(shop: Shop, li: Person) -> None:
    soon = int((shop.now() + timedelta(hours=1)).timestamp() * 1000)
    await left(shop, li, CARE, ago=DAY, key="care")
    for number in (1, 2):
        facts = {"state": "queued", "left_at": None, "useless_after": soon}
        content = '{"kind": "text", "value": "care"}'
        await left(shop, li, CARE, key=f"queued {number}", content=content, **facts)
    await run_test_campaign(shop)
    claimed = await claim_due(shop, "worker", 10)
    assert [message.content["value"] for message in claimed] == [GREETING]
