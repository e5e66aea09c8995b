"""Win-back (唤回): whoever stays away has no open chat, and hears of a gift at the next contact."""

from datetime import timedelta

import pytest

from loyalty.campaign_terms import CampaignTerms
from loyalty.person import Person
from services.messages.outbox import take_due_messages
from services.messages.waiting import take_first_lines
from services.shop import Shop
from storage.sql import change
from tests.outbox import outbox_rows
from tests.services.campaigning import HELLO, only_campaign, run_test_campaign
from tests.services.gating import agree
from tests.services.posting import member_id_of
from tests.shop_parts import MachineClock, a_member, demo_shop

GIFT = [{"coupon": "comeback20"}, {"message": "好久不见，{券}等你来用"}]
MISSED = {"trigger": "dormant:90d", "actions": GIFT}
# The last day included.
COUPON_DAYS = 14


@pytest.fixture
async def li(shop: Shop) -> Person:
    """Last seen ninety days ago, agreed to offers, and wrote to us never since."""
    person = await a_member(shop)
    await agree(shop, person, {"marketing": True}, key="yes")
    await change("DELETE FROM contacts")
    await change(
        "INSERT INTO member_rhythms (member_id, visits, last_on, stage, stage_since)"
        " VALUES ($1, 5, $2, 'dormant', $2)",
        member_id_of(person),
        (shop.today() - timedelta(days=90)).isoformat(),
    )
    return person


async def missed(shop: Shop, **terms: object) -> None:
    await only_campaign(shop, **{**MISSED, **terms})
    assert await run_test_campaign(shop) == 1
    assert await take_due_messages(shop, "worker", 10) == []
    [found] = await outbox_rows("campaign = 'test'")
    assert (found["state"], found["reason"]) == ("suppressed", "no_channel")


async def test_a_gift_is_told_at_the_next_contact(shop: Shop, li: Person) -> None:
    await missed(shop)
    assert await take_first_lines(shop, li, key="m1") == ["好久不见，好久不见券等你来用"]


async def test_it_is_told_until_its_coupon_ends(
    shop: Shop, li: Person, clock: MachineClock
) -> None:
    await missed(shop, window="90d")
    clock.pass_time(days=COUPON_DAYS + 1)
    [told] = await outbox_rows("campaign = 'test'")
    end = shop.clock.local(shop.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    assert told["useless_after"] == int(end.timestamp() * 1000)
    assert await take_first_lines(shop, li, key="m1") == []


async def test_words_without_a_gift_are_not(shop: Shop, li: Person) -> None:
    await missed(shop, actions=HELLO)
    assert await take_first_lines(shop, li, key="m1") == []


async def test_nobody_hears_of_what_they_have_not_agreed_to(shop: Shop, li: Person) -> None:
    await agree(shop, li, {"marketing": False}, key="no")
    await only_campaign(shop, **MISSED)
    await run_test_campaign(shop)
    await take_due_messages(shop, "worker", 10)
    assert await take_first_lines(shop, li, key="m1") == []


@pytest.mark.parametrize(
    ("trigger", "actions", "otherwise"),
    [
        ("dormant:30d", (("points", 5), ("message", "好")), "first_line"),
        ("dormant:30d", (("coupon", "latte"),), "first_line"),
        ("dormant:30d", (("message", "好"),), None),
        ("stage:cooling", (("points", 5),), None),
        ("birthday", (("message", "好"),), "first_line"),
    ],
)
def test_what_is_said_later_without_being_told_to(
    trigger: str, actions: tuple[tuple[str, int | str], ...], otherwise: str | None
) -> None:
    assert CampaignTerms("test", trigger, actions).if_unsent == otherwise


def test_the_demo_says_so_where_it_gives_something() -> None:
    found = {one["code"]: one.get("otherwise") for one in demo_shop()["campaigns"]}
    assert found["comeback60"] == found["comeback"] == "first_line"
