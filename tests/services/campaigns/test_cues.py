"""Cues: what happens is noted for the campaigns that answer it, and answered once."""

from datetime import timedelta
from typing import Any

import pytest

from services.campaigns.answering import run_cues
from services.details.keeping import change_detail
from services.loading import load_shop
from services.messages.outbox import take_due_messages
from services.messages.waiting import take_first_lines
from services.org.tills import Till
from services.purchases.earning import credit_due_purchases
from services.shop import Shop
from storage.campaign_cues import next_cue_due
from storage.sql import change, rows
from tests.outbox import notices, outbox_rows, record_outcome
from tests.services.campaigning import (
    HELLO,
    POINTS,
    buys,
    effects,
    happens,
    load_campaign,
    only_campaign,
    sets_off,
    treat_now,
)
from tests.services.gating import agree
from tests.services.posting import member_id_of
from tests.shop_parts import MachineClock, a_member, points_of


async def waiting_cues() -> int:
    return int((await rows("SELECT COUNT(*) AS n FROM campaign_cues"))[0]["n"])


async def test_what_no_campaign_answers_leaves_nothing(shop: Shop, member_id: int) -> None:
    await only_campaign(shop, trigger="attended:tasting")
    await happens(shop, "attended:concert", member_id)
    assert await waiting_cues() == 0


async def test_a_cue_is_answered_once_however_often_it_is_given(shop: Shop, member_id: int) -> None:
    await load_campaign(shop, trigger="attended", per_person="every")
    assert [await sets_off(shop, "attended:tasting", member_id) for _ in range(2)] == [1, 0]
    assert await effects() == ["treated"]


async def test_once_a_person_is_once_whatever_happens_again(shop: Shop, member_id: int) -> None:
    await load_campaign(shop, trigger="tier_up", per_person="once")
    done = [await sets_off(shop, "tier_up", member_id, key=key) for key in ("1", "2")]
    assert done == [1, 0]


async def test_days_of_rest_are_counted_from_the_last_time(
    shop: Shop, clock: MachineClock, member_id: int
) -> None:
    await load_campaign(shop, trigger="attended", per_person="30d")
    done = []
    for number in range(4):
        done.append(await sets_off(shop, "attended", member_id, key=str(number)))
        clock.pass_time(days=20)
    assert done == [1, 0, 1, 0]


async def test_a_purchase_is_answered_some_days_later_at_a_decent_hour(
    shop: Shop, clock: MachineClock, till: Till
) -> None:
    await only_campaign(shop, trigger="after_purchase:3d", actions=HELLO, at="11:00")
    await buys(shop, till, await a_member(shop))
    due_at = await next_cue_due()
    assert due_at is not None
    assert shop.clock.local(due_at).isoformat(timespec="minutes") == "2027-01-14T11:00+08:00"
    assert await run_cues(shop) == 0
    clock.pass_time(days=3, hours=2)
    assert await run_cues(shop) == 1
    assert [line["facts"]["text"] for line in await notices("campaigns/said")] == ["你好"]


async def noted_at(shop: Shop, till: Till, clock: MachineClock, **points: Any) -> list[int]:
    """How many cues there are once a purchase is made, and once its return period is over."""
    await only_campaign(shop, trigger="after_purchase:30d", actions=HELLO, stop="purchase")
    await load_shop(shop, {"points": points})
    await shop.rules.refresh()
    await buys(shop, till, await a_member(shop))
    noted = [await waiting_cues()]
    clock.pass_time(days=7)
    await credit_due_purchases(shop)
    return [*noted, await waiting_cues()]


async def test_what_waits_for_its_points_is_noted_when_it_is_bought_and_only_then(
    shop: Shop, till: Till, clock: MachineClock
) -> None:
    assert await noted_at(shop, till, clock, pending_days=7) == [1, 1]
    assert (await rows("SELECT points_standing FROM purchases"))[0]["points_standing"] == 32


async def test_nobody_is_asked_about_what_they_gave_back(
    shop: Shop, clock: MachineClock, till: Till
) -> None:
    await only_campaign(shop, trigger="after_purchase:3d", actions=HELLO)
    await buys(shop, till, await a_member(shop))
    await rows("UPDATE purchases SET refunded_fen = paid_fen")
    clock.pass_time(days=4)
    assert (await run_cues(shop), await waiting_cues()) == (0, 0)


async def test_a_purchase_stops_at_once_what_waits_for_its_buyer(shop: Shop, till: Till) -> None:
    await only_campaign(shop, trigger="stage:cooling", actions=HELLO, stop="purchase")
    li, wang = [await a_member(shop, name) for name in ("li", "wang")]
    for person in (li, wang):
        await sets_off(shop, "stage:cooling", member_id_of(person), key=person.openid)
    await buys(shop, till, li)
    found = await outbox_rows("campaign = 'test'")
    assert [(line["state"], line["reason"]) for line in found] == [
        ("suppressed", "stopped"),
        ("queued", None),
    ]


@pytest.mark.parametrize("bought", ["once it waited", "while it was sent"])
async def test_what_waits_for_the_next_contact_is_not_said_to_who_has_bought_since(
    shop: Shop, clock: MachineClock, till: Till, bought: str
) -> None:
    missed = {"trigger": "stage:cooling", "actions": HELLO, "stop": "purchase"}
    await only_campaign(shop, **missed, otherwise="first_line")
    li, wang = [await a_member(shop, name) for name in ("li", "wang")]
    for person in (li, wang):
        await agree(shop, person, {"marketing": True}, key=person.openid)
        await sets_off(shop, "stage:cooling", member_id_of(person), key=person.openid)
    if bought == "once it waited":
        await change("DELETE FROM contacts")
    claimed = await take_due_messages(shop, "worker", 10)
    clock.pass_time(seconds=1)
    await buys(shop, till, li)
    for message in claimed:
        await record_outcome(shop, message, "worker", state="failed", reason="window_closed")
    said = [await take_first_lines(shop, person, key=person.openid) for person in (li, wang)]
    assert [len(lines) for lines in said] == [0, 1]


async def test_one_member_whom_it_fails_with_keeps_nobody_waiting(shop: Shop) -> None:
    await load_campaign(shop, trigger="attended")
    members = [member_id_of(await a_member(shop, name)) for name in ("li", "wang", "zhao")]
    for member_id in members:
        await happens(shop, "attended", member_id, key=str(member_id))
    await rows("UPDATE campaign_cues SET facts = '{' WHERE member_id = $1", members[0])
    assert await run_cues(shop) == 2
    assert await waiting_cues() == 1


async def test_what_fails_is_tried_again_ten_minutes_later(
    shop: Shop, clock: MachineClock, member_id: int
) -> None:
    await load_campaign(shop, trigger="attended")
    await happens(shop, "attended", member_id)
    await change("UPDATE campaign_cues SET facts = 'broken'")
    assert (await run_cues(shop), await waiting_cues()) == (0, 1)
    await change("UPDATE campaign_cues SET facts = '{}'")
    assert await run_cues(shop) == 0
    clock.pass_time(minutes=10)
    assert (await run_cues(shop), await waiting_cues()) == (1, 0)


async def test_points_are_booked_with_the_effect(shop: Shop) -> None:
    await load_campaign(shop, trigger="attended", actions=POINTS)
    li = await a_member(shop)
    before = await points_of(shop, li)
    given = await treat_now(shop, member_id_of(li))
    assert (given.points, await points_of(shop, li)) == (5, before + 5)


async def test_outside_of_its_days_a_campaign_answers_nothing(
    shop: Shop, clock: MachineClock, member_id: int
) -> None:
    until = shop.today() + timedelta(days=1)
    await load_campaign(shop, trigger="attended", per_person="every", until=until.isoformat())
    done = []
    for number in range(3):
        done.append(await sets_off(shop, "attended", member_id, key=str(number)))
        clock.pass_time(days=1)
    assert done == [1, 1, 0]


async def test_a_message_says_what_a_group_send_can_say(shop: Shop) -> None:
    said = "{称呼}|{等级}|{余额}|\uff5b门店\uff5d|{积分}|{券}"
    await load_campaign(shop, trigger="attended", actions=[{"message": said}, {"coupon": "latte"}])
    person = await a_member(shop)
    member_id = member_id_of(person)
    await change("UPDATE members SET home_store_id = 1")
    await change_detail(shop, member_id, "name", "{积分}", key="name")
    await treat_now(shop, member_id)
    [found] = await notices("campaigns/said")
    points = await points_of(shop, person)
    assert found["facts"]["text"] == f"{{积分}}|普通会员|0.00|春熙路店|{points}|拿铁兑换券"
