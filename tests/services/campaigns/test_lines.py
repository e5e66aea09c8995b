"""A campaign with the same words for all may say them by mass sends, and tells of them itself."""

import pytest

from loyalty.person import Person
from loyalty.staff import Role
from services.broadcasts.drafts import BroadcastUnknown, list_broadcasts, seen_broadcast
from services.broadcasts.work import work_round
from services.campaigns.answering import campaign_named
from services.campaigns.lines import close_lines, open_lines
from services.campaigns.results import results_of
from services.loading import load_shop
from services.mass.gathering import MassCall, take_mass_call
from services.mass.results import mass_call_taken
from services.messages.outbox import outbox_states, take_due_messages
from services.messages.replies import take_reply
from services.messages.waiting import take_first_lines
from services.shop import Shop
from storage.outbox_results import brake_broadcast
from storage.sql import change, rows
from tests.services.broadcasting import a_crowd
from tests.services.campaigning import load_campaign, run_test_campaign
from tests.services.staffing import a_staff

MANY = 12
TEXT = "新豆上架，本周到店九折"
OFFER = {
    "trigger": "schedule:0 10 * * *",
    "actions": [{"message": TEXT}],
    "mass": True,
    "otherwise": "first_line",
}


@pytest.fixture(autouse=True)
def _service(shop: Shop) -> None:
    object.__setattr__(shop, "account_kinds", {"main": "service"})


async def an_offer(shop: Shop, many: int = MANY) -> None:
    """To so many with whom no chat is open."""
    await a_crowd(shop, many)
    await change("DELETE FROM contacts")
    await load_campaign(shop, **OFFER)


async def gathered(shop: Shop) -> MassCall | None:
    await take_due_messages(shop, "worker", 1000)
    return await take_mass_call(shop, "worker")


async def a_member_of_the_crowd() -> Person:
    [found] = await rows(
        "SELECT id, account, openid, member_id FROM followers WHERE openid = 'crowd-1'"
    )
    number, account, openid, member_id = found.values()
    return Person(number, account, openid, True, member_id=member_id)


async def test_whom_no_chat_is_open_to_is_told_by_one_call(shop: Shop) -> None:
    await an_offer(shop)
    assert await run_test_campaign(shop) == MANY
    call = await gathered(shop)
    assert call is not None
    assert len(set(call.openids)) == MANY
    assert call.content["value"].startswith(TEXT)
    assert await mass_call_taken(shop, "worker", call, "99")
    assert await outbox_states() == {"sent": MANY}


async def test_whoever_has_a_chat_open_is_told_there(shop: Shop) -> None:
    await a_crowd(shop, MANY)
    await change(
        "DELETE FROM contacts WHERE follower_id IN"
        " (SELECT id FROM followers WHERE openid <> 'crowd-1')"
    )
    await load_campaign(shop, **OFFER)
    await run_test_campaign(shop)
    [message] = await take_due_messages(shop, "worker", 1000)
    assert (message.openid, message.channel) == ("crowd-1", "service")
    call = await take_mass_call(shop, "worker")
    assert call is not None
    assert len(call.openids) == MANY - 1


async def test_nobody_is_called_while_others_may_still_come(shop: Shop) -> None:
    await an_offer(shop)
    campaign = campaign_named(shop, "test")
    assert campaign is not None
    await run_test_campaign(shop)
    lines = await open_lines(shop, campaign, shop.now())
    assert await gathered(shop) is None
    await close_lines(lines)
    assert await gathered(shop) is not None
    assert await rows("SELECT COUNT(*) AS n FROM broadcasts") == [{"n": 1}]


async def test_one_alone_hears_of_it_at_the_next_contact(shop: Shop) -> None:
    await an_offer(shop, 1)
    await run_test_campaign(shop)
    assert await gathered(shop) is None
    found = await rows("SELECT state, reason FROM outbox")
    assert found == [{"state": "suppressed", "reason": "mass_needs_two"}]
    assert await take_first_lines(shop, await a_member_of_the_crowd(), key="hello") == [TEXT]


async def test_who_has_had_all_sends_of_the_month_hears_of_it_later(shop: Shop) -> None:
    await load_shop(shop, {"messages": {"mass_per_month": 0}})
    await an_offer(shop)
    await run_test_campaign(shop)
    assert await gathered(shop) is None
    found = await rows("SELECT DISTINCT state, reason FROM outbox")
    assert found == [{"state": "suppressed", "reason": "monthly_quota"}]
    assert await take_first_lines(shop, await a_member_of_the_crowd(), key="hello") == [TEXT]


async def test_a_line_ends_with_its_last_message_and_nobody_is_told(shop: Shop) -> None:
    await an_offer(shop)
    await run_test_campaign(shop)
    assert not await work_round(shop, "worker")
    call = await gathered(shop)
    assert call is not None
    await mass_call_taken(shop, "worker", call, "99")
    assert await work_round(shop, "worker")
    assert await rows("SELECT state FROM broadcasts") == [{"state": "finished"}]
    assert await outbox_states() == {"sent": MANY}


async def test_a_line_is_no_group_send_of_the_staff(shop: Shop) -> None:
    await an_offer(shop)
    await run_test_campaign(shop)
    owner = await a_staff(shop, role=Role.OWNER, store="")
    [line] = await rows("SELECT id FROM broadcasts")
    assert await list_broadcasts(shop, owner) == []
    with pytest.raises(BroadcastUnknown):
        await seen_broadcast(shop, owner, line["id"])
    assert not await brake_broadcast(line["id"])


async def test_the_campaign_counts_what_its_lines_say_and_hear(shop: Shop) -> None:
    await an_offer(shop)
    await run_test_campaign(shop)
    call = await gathered(shop)
    assert call is not None
    await mass_call_taken(shop, "worker", call, "99")
    await take_reply(shop, await a_member_of_the_crowd(), "好的", key="reply")
    owner = await a_staff(shop, role=Role.OWNER, store="")
    results = await results_of(shop, owner, "test", key="look")
    assert (results.messages.sent, results.replied) == (MANY, 1)


async def test_without_the_word_of_the_shop_a_campaign_spends_no_mass_send(shop: Shop) -> None:
    await an_offer(shop)
    await load_campaign(shop, **{**OFFER, "mass": False})
    await run_test_campaign(shop)
    assert await gathered(shop) is None
    assert await outbox_states() == {"suppressed": MANY}
