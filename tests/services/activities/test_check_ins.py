"""Checking in (签到): once a member, and coming is paid once; who has not come has missed it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from loyalty.activities import CheckInUnknown, NoSeatAtDoor, NotOpenYet, NotToBeScored
from loyalty.person import Person
from loyalty.staff import Role
from services.activities.check_ins import check_in, check_in_by_hand, show_check_in
from services.activities.desk import guest_list, outcome_of
from services.activities.surveys import say_again, score
from services.activities.tasks import next_activity_task, run_activity_tasks
from services.activities.whats_on import own_activities
from services.coupons.issuing import usable_coupons
from services.custody.verify import verify_ledger
from services.loading import load_shop
from services.org.reach import MemberUnknown
from services.shop import Shop
from storage.sql import change, rows
from tests.outbox import notices
from tests.services.activating import an_activity, guests, seats_counted, signs_up, states, taken
from tests.services.campaigning import only_campaign
from tests.services.campaigning import run_cues as answer_cues
from tests.services.couponing import CAKE, load_kinds
from tests.services.posting import member_id_of
from tests.services.staffing import a_staff, done
from tests.shop_parts import MachineClock, a_member, points_of

WELCOME = 50


async def code_at_the_door(shop: Shop, number: int) -> str:
    clerk = await a_staff(shop)
    return (await show_check_in(shop, clerk, number)).code


async def begun(shop: Shop, clock: MachineClock, **terms: Any) -> tuple[int, Person, str]:
    """An activity at its start, somebody with a seat, and the code."""
    number, person = await an_activity(shop, **terms), await a_member(shop)
    await signs_up(shop, person, number)
    clock.pass_time(days=1)
    return number, person, await code_at_the_door(shop, number)


async def test_coming_pays_once(shop: Shop, clock: MachineClock) -> None:
    await load_kinds(shop, CAKE)
    number, person, code = await begun(shop, clock, points=20, coupon="cake")
    first = await check_in(shop, person, code, key="in")
    again = await check_in(shop, person, code, key="in")
    other = await check_in(shop, person, code, key="once more")
    assert (first.points, first.coupon) == (again.points, again.coupon) == (20, "蛋糕券")
    assert (first.is_news, other.is_news) == (True, False)
    assert await points_of(shop, person) == WELCOME + 20
    coupons = await usable_coupons(shop, member_id_of(person))
    assert sum(coupon.name == "蛋糕券" for coupon in coupons) == 1
    assert await states(number) == ["attended"]
    assert not (await verify_ledger(shop)).complaints


async def test_ten_phones_at_once_check_in_once(shop: Shop, clock: MachineClock) -> None:
    number, person, code = await begun(shop, clock, points=20)
    await asyncio.gather(*(check_in(shop, person, code, key=f"in-{n}") for n in range(10)))
    assert await points_of(shop, person) == WELCOME + 20
    steps = await rows("SELECT step FROM activity_steps WHERE step = 'attended'")
    assert len(steps) == 1
    assert await taken(number) == 1


async def test_a_code_is_good_for_its_minute_and_one_more(shop: Shop, clock: MachineClock) -> None:
    _, person, code = await begun(shop, clock)
    clock.pass_time(minutes=2)
    with pytest.raises(CheckInUnknown):
        await check_in(shop, person, code, key="late")


async def test_whoever_guesses_is_heard_ten_times(shop: Shop, clock: MachineClock) -> None:
    _, person, code = await begun(shop, clock)
    wrong = [f"77{n:06d}" for n in range(11) if f"77{n:06d}" != code][:10]
    for n, guess in enumerate(wrong):
        with pytest.raises(CheckInUnknown):
            await check_in(shop, person, guess, key=f"guess-{n}")
    with pytest.raises(CheckInUnknown):
        await check_in(shop, person, code, key="right")


async def test_there_is_no_code_a_day_before(shop: Shop) -> None:
    number, clerk = await an_activity(shop), await a_staff(shop)
    with pytest.raises(NotOpenYet):
        await show_check_in(shop, clerk, number)


async def test_two_at_the_same_hour_have_codes_of_their_own(
    shop: Shop, clock: MachineClock
) -> None:
    other = await an_activity(shop, "other")
    number, person, code = await begun(shop, clock)
    assert (await check_in(shop, person, code, key="in")).activity.id == number
    assert (await states(number), await states(other)) == (["attended"], [])


async def test_at_the_door_a_free_seat_is_enough(shop: Shop, clock: MachineClock) -> None:
    number, _, code = await begun(shop, clock)
    walkers = [await a_member(shop, f"walker-{n}") for n in range(2)]
    await check_in(shop, walkers[0], code, key="in-0")
    with pytest.raises(NoSeatAtDoor):
        await check_in(shop, walkers[1], code, key="in-1")
    assert await taken(number) == await seats_counted(number) == 2


async def test_staff_check_in_by_hand_within_reach(shop: Shop, clock: MachineClock) -> None:
    number, person, _ = await begun(shop, clock, points=20)
    clerk = await a_staff(shop)
    for key in ("hand", "hand"):
        _, checked = await check_in_by_hand(shop, clerk, number, person.member_no or "", key=key)
        assert checked.points == 20
    assert await points_of(shop, person) == WELCOME + 20
    trail = await rows("SELECT member_id, subject FROM audit_log WHERE what = 'activity.check_in'")
    assert trail == [{"member_id": person.member_id, "subject": f"activity:{number}"}]
    await change("UPDATE members SET home_store_id = (SELECT MAX(id) FROM stores)")
    with pytest.raises(MemberUnknown):
        await check_in_by_hand(shop, clerk, number, person.member_no or "", key="far")


async def test_the_list_shows_whoever_is_within_reach(shop: Shop) -> None:
    number = await an_activity(shop)
    await guests(shop, number, 3)
    await change("UPDATE members SET home_store_id = (SELECT MAX(id) FROM stores) WHERE id = 1")
    found = await guest_list(shop, await a_staff(shop), number, key="list")
    assert found.counts == {"seated": 2, "waiting": 1}
    assert len(found.guests) == 2
    assert len(await rows("SELECT id FROM audit_log WHERE what = 'activity.list'")) == 1


async def test_whoever_has_a_seat_is_reminded_once(shop: Shop, clock: MachineClock) -> None:
    starts_in = timedelta(days=3)
    number = await an_activity(
        shop,
        starts=f"{(shop.now() + starts_in):%Y-%m-%d}T18:30:00",
        until=f"{(shop.now() + starts_in):%Y-%m-%d}T20:30:00",
    )
    people = await guests(shop, number, 3)
    for hours in (1, 56, 8, 1):
        clock.pass_time(hours=hours)
        await run_activity_tasks(shop)
    told = await notices("activities/reminder")
    assert {line["member_id"] for line in told} == {person.member_id for person in people[:2]}
    assert told[0]["facts"]["starts"] == "2027-01-14 18:30"
    assert {(line["class"], line["topic"]) for line in told} == {("service", None)}


async def test_of_an_early_activity_one_is_reminded_the_evening_before(
    shop: Shop, clock: MachineClock
) -> None:
    day = f"{(shop.now() + timedelta(days=2)):%Y-%m-%d}"
    terms = {"starts": f"{day}T08:30:00", "until": f"{day}T10:00:00", "remind_hours": 2}
    number = await an_activity(shop, **terms)
    await guests(shop, number, 1)
    while not await notices("activities/reminder"):
        clock.pass_time(hours=1)
        await run_activity_tasks(shop)
    told_at = shop.clock.local(shop.now())
    assert f"{told_at:%Y-%m-%d %H:%M}" == "2027-01-12 20:00"


async def test_what_is_quiet_says_the_file_that_brings_the_activity(shop: Shop) -> None:
    await change("UPDATE activity_tasks SET done_at = 1")
    starts = f"{(shop.now() + timedelta(days=2)):%Y-%m-%d}T08:30:00"
    early = {"code": "early", "name": "早课", "place": "店里", "starts": starts, "notice": False}
    early |= {"until": starts.replace("T08", "T10"), "remind_hours": 2}
    quiet = {"quiet_from": "19:30", "quiet_until": "07:00"}
    await load_shop(shop, {"activities": [early], "messages": quiet})
    told_at = await next_activity_task(shop)
    assert told_at is not None
    assert f"{shop.clock.local(told_at):%Y-%m-%d %H:%M}" == "2027-01-12 18:30"


async def test_whoever_waited_waits_no_more_when_it_is_over(
    shop: Shop, clock: MachineClock
) -> None:
    number = await an_activity(shop)
    *_, last = await guests(shop, number, 3)
    clock.pass_time(days=1, hours=4)
    await run_activity_tasks(shop)
    assert await states(number) == ["no_show", "no_show", "cancelled"]
    assert await own_activities(shop, member_id_of(last)) == []
    assert await notices("activities/survey") == []


async def test_who_has_not_come_has_missed_it(shop: Shop, clock: MachineClock) -> None:
    number, person, code = await begun(shop, clock)
    await signs_up(shop, person, number, key="again")
    missing = await a_member(shop, "missing")
    clock.now -= timedelta(hours=1)
    await signs_up(shop, missing, number)
    clock.now += timedelta(hours=1)
    await check_in(shop, person, code, key="in")
    clock.pass_time(hours=4)
    for _ in range(2):
        await run_activity_tasks(shop)
    assert await states(number) == ["attended", "no_show"]
    assert [line["member_id"] for line in await notices("activities/survey")] == [person.member_id]


async def test_the_first_score_counts_and_the_outcome_adds_up(
    shop: Shop, clock: MachineClock
) -> None:
    number, person, code = await begun(shop, clock)
    await check_in(shop, person, code, key="in")
    for stars in (5, 1):
        await score(shop, person, number, stars)
    await say_again(shop, person, number, comes_again=True)
    owner = await a_staff(shop, "owner", Role.OWNER, "")
    found = await outcome_of(shop, owner, number)
    assert (found.signed, found.attended, found.scores, found.score_sum) == (1, 1, 1, 5)
    assert (found.answers, found.again, found.bought) == (1, 1, 0)


async def test_only_who_was_there_scores(shop: Shop, clock: MachineClock) -> None:
    number, person, _ = await begun(shop, clock)
    with pytest.raises(NotToBeScored):
        await score(shop, person, number, 5)


async def test_the_audience_is_invited_once_and_not_who_has_signed_up(shop: Shop) -> None:
    first = await a_member(shop)
    number = await an_activity(shop, notice=True, audience="等级>=普通会员")
    await signs_up(shop, first, number)
    people = [await a_member(shop, f"one-{n}") for n in range(3)]
    for _ in range(2):
        await run_activity_tasks(shop)
    told = await notices("activities/invitation")
    mine = [line for line in told if line["facts"]["number"] == number]
    assert [line["member_id"] for line in mine] == [person.member_id for person in people]
    assert {(line["class"], line["topic"]) for line in mine} == {("promotion", "activities")}


async def test_a_surprise_is_announced_when_it_starts(shop: Shop, clock: MachineClock) -> None:
    await a_member(shop)
    number = await an_activity(shop, notice=True, surprise=True)
    for hours, told in ((0, 0), (23, 0), (1, 1)):
        clock.pass_time(hours=hours)
        await run_activity_tasks(shop)
        found = await notices("activities/invitation")
        assert sum(line["facts"]["number"] == number for line in found) == told


async def test_calling_it_off_tells_everybody_and_ends_what_was_planned(
    shop: Shop, clock: MachineClock
) -> None:
    number = await an_activity(shop)
    people = await guests(shop, number, 3)
    manager = await a_staff(shop, "owner", Role.OWNER, "")
    await done(shop, manager, "cancel_activity", str(number), "停电")
    for _ in range(2):
        await run_activity_tasks(shop)
    told = await notices("activities/called_off")
    assert {line["member_id"] for line in told} == {person.member_id for person in people}
    assert (len(told), told[0]["facts"]["reason"]) == (3, "停电")
    clock.pass_time(days=2)
    await run_activity_tasks(shop)
    assert "no_show" not in await states(number)
    trail = await rows("SELECT what FROM audit_log WHERE what LIKE 'activity.%'")
    assert [line["what"] for line in trail] == ["activity.cancel"]


async def test_a_batch_that_was_cut_off_goes_on_where_it_was(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.activities.tasks.BATCH", 2)
    number = await an_activity(shop, seats=None)
    people = await guests(shop, number, 5)
    await an_activity(shop, seats=None, place="三楼")
    await run_activity_tasks(shop)
    told = await notices("activities/changed")
    assert {line["member_id"] for line in told} == {person.member_id for person in people}
    assert len(told) == 5


async def test_the_next_thing_is_known(shop: Shop) -> None:
    await change("UPDATE activity_tasks SET done_at = 1")
    assert await next_activity_task(shop) is None
    await an_activity(shop, remind_hours=1)
    assert await next_activity_task(shop) == shop.now() + timedelta(hours=23)


async def test_a_campaign_answers_who_attended(shop: Shop, clock: MachineClock) -> None:
    await an_activity(shop)
    await only_campaign(shop, trigger="attended:evening")
    _, person, code = await begun(shop, clock)
    await check_in(shop, person, code, key="in")
    await answer_cues(shop)
    assert await points_of(shop, person) == 5
