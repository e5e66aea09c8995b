"""Signing up (报名): never more than there are seats, and those who wait move up in order."""

import asyncio
from datetime import timedelta

import pytest

from loyalty.activities import (
    ActivityCancelled,
    ActivityFull,
    ActivityOver,
    ActivityUnknown,
    NotSignedUp,
)
from loyalty.person import Person
from services.activities.signups import give_up_place
from services.activities.tasks import run_activity_tasks
from services.activities.whats_on import activities_for, calendar, own_activities
from services.merges.merging import merge_members, undo_merge
from services.people.closing import close_member
from services.shop import Shop
from storage.sql import change, rows
from tests.outbox import notices
from tests.services.activating import (
    an_activity,
    guests,
    local,
    seats_counted,
    signs_up,
    states,
    taken,
)
from tests.services.posting import member_id_of
from tests.shop_parts import MachineClock, a_follower, a_member


async def test_who_comes_after_the_last_seat_waits(shop: Shop) -> None:
    number = await an_activity(shop)
    people = await guests(shop, number, 4)
    assert await states(number) == ["seated", "seated", "waiting", "waiting"]
    again = [
        await signs_up(shop, person, number, key=f"again-{person.openid}") for person in people
    ]
    assert [(one.state, one.place) for one in again] == [
        *[("seated", 0)] * 2,
        *[("waiting", 1), ("waiting", 2)],
    ]
    assert await taken(number) == 2


async def test_the_same_message_is_told_what_it_was_told(shop: Shop) -> None:
    number = await an_activity(shop)
    *_, last = await guests(shop, number, 3)
    await give_up_place(shop, last, number, key="off")
    told = await signs_up(shop, last, number)
    assert (told.state, told.place) == ("waiting", 1)
    assert (await states(number))[-1] == "cancelled"


async def test_without_a_waiting_list_it_is_full(shop: Shop) -> None:
    number = await an_activity(shop, waiting_list=False)
    await guests(shop, number, 2)
    with pytest.raises(ActivityFull):
        await guests(shop, number, 1, prefix="late")
    assert await taken(number) == 2


async def test_as_many_as_come_where_nothing_is_said_of_seats(shop: Shop) -> None:
    number = await an_activity(shop, seats=None)
    await guests(shop, number, 5)
    assert await states(number) == ["seated"] * 5


async def test_the_first_who_waits_moves_up_and_is_told_once(shop: Shop) -> None:
    number = await an_activity(shop)
    people = await guests(shop, number, 4)
    for key in ("off", "off"):
        await give_up_place(shop, people[0], number, key=key)
    assert await states(number) == ["cancelled", "seated", "seated", "waiting"]
    assert await taken(number) == 2
    told = await notices("activities/moved_up")
    assert [line["member_id"] for line in told] == [people[2].member_id]


async def test_whoever_comes_back_waits_behind_the_others(shop: Shop) -> None:
    number = await an_activity(shop)
    people = await guests(shop, number, 3)
    await give_up_place(shop, people[0], number, key="off")
    back = await signs_up(shop, people[0], number, key="back")
    assert (back.state, back.place) == ("waiting", 1)


async def test_who_has_no_place_gives_none_up(shop: Shop) -> None:
    number = await an_activity(shop)
    with pytest.raises(NotSignedUp):
        await give_up_place(shop, await a_member(shop), number, key="off")


async def test_signing_up_ends_when_it_starts(shop: Shop, clock: MachineClock) -> None:
    number, person = await an_activity(shop), await a_member(shop)
    clock.pass_time(hours=25)
    with pytest.raises(ActivityOver):
        await signs_up(shop, person, number)


async def test_of_other_stores_and_tiers_nobody_hears(shop: Shop) -> None:
    person = await a_member(shop)
    await change("UPDATE members SET home_store_id = 1")
    for number in (
        await an_activity(shop, "there", regions=["cq"]),
        await an_activity(shop, "gold", audience="等级>=金卡"),
    ):
        with pytest.raises(ActivityUnknown):
            await signs_up(shop, person, number)
    here = await an_activity(shop, "here", stores=["cd01"])
    mine = await activities_for(shop, member_id_of(person))
    codes = {one.activity.terms.code for one in mine}
    assert codes & {"there", "gold", "here"} == {"here"}
    assert (await signs_up(shop, person, here)).state == "seated"


async def test_a_surprise_is_hidden_until_it_starts(shop: Shop, clock: MachineClock) -> None:
    number, person = await an_activity(shop, surprise=True), await a_member(shop)
    with pytest.raises(ActivityUnknown):
        await signs_up(shop, person, number)
    clock.pass_time(hours=24, minutes=1)
    assert (await signs_up(shop, person, number)).state == "seated"


async def test_numbers_stay_and_more_seats_let_people_move_up(shop: Shop) -> None:
    number = await an_activity(shop)
    await guests(shop, number, 5)
    assert await an_activity(shop, seats=4) == number
    await run_activity_tasks(shop)
    assert await states(number) == ["seated"] * 4 + ["waiting"]
    assert len(await notices("activities/moved_up")) == 2
    assert await notices("activities/changed") == []


async def test_a_changed_place_is_told_to_who_signed_up_once(shop: Shop) -> None:
    number = await an_activity(shop)
    people = await guests(shop, number, 3)
    await a_member(shop, "stranger")
    for _ in range(2):
        await an_activity(shop, place="三楼")
        await run_activity_tasks(shop)
    told = await notices("activities/changed")
    assert {line["member_id"] for line in told} == {person.member_id for person in people}
    assert len(told) == 3
    assert told[0]["facts"]["place"] == "三楼"


async def test_who_signs_up_after_a_change_is_not_told_of_it(
    shop: Shop, clock: MachineClock
) -> None:
    number = await an_activity(shop)
    await an_activity(shop, place="三楼")
    clock.pass_time(minutes=1)
    await guests(shop, number, 1)
    await run_activity_tasks(shop)
    assert await notices("activities/changed") == []


async def test_nobody_signs_up_for_what_is_called_off(shop: Shop) -> None:
    number, person = await an_activity(shop), await a_member(shop)
    await change("UPDATE activities SET cancelled_at = 1 WHERE id = $1", number)
    with pytest.raises(ActivityCancelled):
        await signs_up(shop, person, number)


async def test_the_calendar_goes_by_months(shop: Shop) -> None:
    person = await a_member(shop)
    numbers = set()
    for days in (30, 90):
        starts = shop.now() + timedelta(days=days)
        until = local(shop, starts + timedelta(hours=1))
        numbers.add(await an_activity(shop, f"in-{days}", starts=local(shop, starts), until=until))
    found = await calendar(shop, member_id_of(person))
    months = [month for month, ones in found.items() if numbers & {o.activity.id for o in ones}]
    assert [f"{month:%Y-%m}" for month in months] == ["2027-02", "2027-04"]


async def test_a_new_seat_is_for_who_waits_whoever_writes_first(shop: Shop) -> None:
    number = await an_activity(shop)
    await guests(shop, number, 3)
    await an_activity(shop, seats=3)
    late = await signs_up(shop, await a_member(shop, "late"), number)
    assert (late.state, late.place) == ("waiting", 2)


async def test_whoever_leaves_the_shop_leaves_the_seat(shop: Shop) -> None:
    number = await an_activity(shop)
    people = await guests(shop, number, 3)
    await close_member(shop, people[0], shown_text="bye", key="bye")
    assert await states(number) == ["cancelled", "seated", "seated"]
    assert await taken(number) == await seats_counted(number) == 2


async def test_one_person_with_two_places_keeps_the_better_one(shop: Shop) -> None:
    number = await an_activity(shop)
    people = await guests(shop, number, 4)
    kept, merged = people[3], people[0]
    done = await merge_members(
        shop, member_id_of(kept), member_id_of(merged), by="system", reason="own", key="merge"
    )
    assert await states(number) == ["cancelled", "seated", "waiting", "seated"]
    assert await taken(number) == await seats_counted(number) == 2
    await undo_merge(shop, done.merge_id, by="system", key="part")
    assert await taken(number) == await seats_counted(number) == 2


async def test_a_place_goes_with_its_member_and_back(shop: Shop) -> None:
    number = await an_activity(shop)
    merged, kept = await a_member(shop, "one"), await a_member(shop, "two")
    await signs_up(shop, merged, number)
    kept_id, merged_id = member_id_of(kept), member_id_of(merged)
    done = await merge_members(shop, kept_id, merged_id, by="system", reason="own", key="merge")
    assert [one.state for one in await own_activities(shop, kept_id)] == ["seated"]
    await undo_merge(shop, done.merge_id, by="system", key="part")
    assert [one.state for one in await own_activities(shop, merged_id)] == ["seated"]


async def test_a_hundred_want_the_last_seven_seats(shop: Shop) -> None:
    number = await an_activity(shop, seats=7)
    people = [await a_member(shop, f"racer-{n}") for n in range(100)]
    signed = await asyncio.gather(*(signs_up(shop, person, number) for person in people))
    assert sum(one.state == "seated" for one in signed) == await taken(number) == 7
    places = sorted(one.place for one in signed if one.state == "waiting")
    assert places == list(range(1, 94))
    line = await rows(
        "SELECT queue_no FROM activity_signups WHERE state = 'waiting' ORDER BY queue_no"
    )
    assert len({one["queue_no"] for one in line}) == 93


async def test_seats_given_up_at_once_are_taken_once(shop: Shop) -> None:
    number = await an_activity(shop, seats=5)
    people = await guests(shop, number, 12)
    await asyncio.gather(
        *(
            give_up_place(shop, person, number, key=f"off-{n}")
            for n, person in enumerate(people[:5])
        )
    )
    assert await taken(number) == await seats_counted(number) == 5
    assert await states(number) == ["cancelled"] * 5 + ["seated"] * 5 + ["waiting"] * 2


async def test_a_follower_is_no_guest(shop: Shop) -> None:
    number = await an_activity(shop)
    stranger: Person = await a_follower(shop, "stranger")
    with pytest.raises(ActivityUnknown):
        await signs_up(shop, stranger, number)
