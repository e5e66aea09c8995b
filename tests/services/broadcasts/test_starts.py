"""Starting a group send (群发确认): two people, the right ones, once, and what they have seen."""

import asyncio

import pytest

from loyalty.broadcasts import BroadcastUnknown, NotNow
from loyalty.confirmations import AnotherPersonNeeded
from loyalty.person import Person
from loyalty.staff import NotAllowed, Role
from services.broadcasts.drafts import broadcast_there
from services.broadcasts.starts import AuthorGone, DraftChanged, RehearsalNeeded
from services.broadcasts.steering import cancel_broadcast, pause_broadcast, resume_broadcast
from services.counter.actions import NotYoursToConfirm, confirm_action, propose_action
from services.org.invitations import stop_staff
from services.shop import Shop
from storage.sql import change, row, rows
from tests.services.broadcasting import a_crowd, a_draft, started, two_people, worked
from tests.services.staffing import a_staff
from tests.shop_parts import MachineClock

KIND = "broadcast"


@pytest.fixture
async def people(shop: Shop) -> tuple[Person, Person]:
    await a_crowd(shop, 3)
    return await two_people(shop)


async def state_of(number: int) -> str:
    state: str = (await broadcast_there(number))["state"]
    return state


async def test_another_person_says_yes_within_half_an_hour(
    shop: Shop, people: tuple[Person, Person], clock: MachineClock
) -> None:
    writer, owner = people
    number = await a_draft(shop, writer)
    asked = await propose_action(shop, writer, KIND, (str(number),), key="ask")
    assert asked.by_another
    assert await state_of(number) == "waiting"
    with pytest.raises(AnotherPersonNeeded):
        await confirm_action(shop, writer, asked.code, key="own")
    clock.pass_time(minutes=29)
    await confirm_action(shop, owner, asked.code, key="yes")
    found = await broadcast_there(number)
    assert (found["state"], found["confirmed_by"]) == ("running", owner.staff_id)


async def test_whoever_did_not_write_it_confirms_alone(
    shop: Shop, people: tuple[Person, Person]
) -> None:
    writer, owner = people
    number = await a_draft(shop, writer)
    asked = await propose_action(shop, owner, KIND, (str(number),), key="ask")
    assert (asked.by_another, asked.life.seconds) == (False, 60)
    await confirm_action(shop, owner, asked.code, key="yes")
    assert await state_of(number) == "running"


async def test_the_same_human_at_another_account_is_no_second_person(
    shop: Shop, people: tuple[Person, Person]
) -> None:
    writer, owner = people
    number = await a_draft(shop, writer)
    await change(
        "UPDATE followers SET unionid = 'u' WHERE id IN ($1, $2)",
        writer.follower_id,
        owner.follower_id,
    )
    asked = await propose_action(shop, owner, KIND, (str(number),), key="ask")
    assert asked.by_another


async def test_what_an_operator_wrote_one_person_confirms(
    shop: Shop, people: tuple[Person, Person]
) -> None:
    writer, _ = people
    number = await a_draft(shop, None)
    asked = await propose_action(shop, writer, KIND, (str(number),), key="ask")
    assert not asked.by_another
    await confirm_action(shop, writer, asked.code, key="yes")
    assert await state_of(number) == "running"


async def test_fifty_who_confirm_at_once_start_one_sending(
    shop: Shop, people: tuple[Person, Person]
) -> None:
    writer, owner = people
    number = await a_draft(shop, writer)
    first = await propose_action(shop, writer, KIND, (str(number),), key="ask")
    own = await propose_action(shop, owner, KIND, (str(number),), key="ask-too")
    tries = [
        confirm_action(shop, owner, (first, own)[n % 2].code, key=f"yes-{n}") for n in range(50)
    ]
    told = await asyncio.gather(*tries, return_exceptions=True)
    assert all(isinstance(one, NotNow) or not isinstance(one, Exception) for one in told)
    actions = await rows("SELECT 1 AS one FROM staff_actions WHERE word = 'broadcast'")
    assert len(actions) == 1
    await worked(shop)
    found = await row("SELECT COUNT(*) AS n FROM outbox WHERE broadcast_id IS NOT NULL")
    assert found == {"n": 3}


async def test_a_changed_draft_voids_the_code(shop: Shop, people: tuple[Person, Person]) -> None:
    writer, owner = people
    number = await a_draft(shop, writer)
    asked = await propose_action(shop, writer, KIND, (str(number),), key="ask")
    await change('UPDATE broadcasts SET content = \'{"kind": "text", "value": "x"}\'')
    with pytest.raises(DraftChanged):
        await confirm_action(shop, owner, asked.code, key="yes")
    assert await state_of(number) == "waiting"


async def test_a_rehearsal_that_is_too_old_has_to_be_seen_anew(
    shop: Shop, people: tuple[Person, Person], clock: MachineClock
) -> None:
    writer, _ = people
    number = await a_draft(shop, writer)
    clock.pass_time(minutes=30, seconds=1)
    with pytest.raises(RehearsalNeeded):
        await propose_action(shop, writer, KIND, (str(number),), key="ask")


async def test_who_has_lost_the_right_confirms_nothing(
    shop: Shop, people: tuple[Person, Person]
) -> None:
    writer, _ = people
    number = await a_draft(shop, writer)
    asked = await propose_action(shop, writer, KIND, (str(number),), key="ask")
    clerk = await a_staff(shop, "clerk", Role.CLERK)
    with pytest.raises(NotYoursToConfirm):
        await confirm_action(shop, clerk, asked.code, key="yes")
    with pytest.raises(NotAllowed):
        await propose_action(shop, clerk, KIND, (str(number),), key="ask-2")


async def test_what_somebody_wrote_who_was_stopped_since_is_not_sent(
    shop: Shop, people: tuple[Person, Person]
) -> None:
    writer, owner = people
    number = await a_draft(shop, writer)
    asked = await propose_action(shop, owner, KIND, (str(number),), key="ask")
    assert writer.staff_id is not None
    await stop_staff(shop, writer.staff_id)
    with pytest.raises(AuthorGone):
        await confirm_action(shop, owner, asked.code, key="yes")
    with pytest.raises(AuthorGone):
        await propose_action(shop, owner, KIND, (str(number),), key="ask-2")


async def test_what_somebody_wrote_who_has_lost_the_right_is_not_sent(
    shop: Shop, people: tuple[Person, Person]
) -> None:
    writer, owner = people
    number = await a_draft(shop, writer)
    asked = await propose_action(shop, owner, KIND, (str(number),), key="ask")
    await change("UPDATE staff SET role = 'support' WHERE id = $1", writer.staff_id)
    with pytest.raises(AuthorGone):
        await confirm_action(shop, owner, asked.code, key="yes")


async def test_a_manager_writes_to_the_own_store_and_confirms_no_other(
    shop: Shop, people: tuple[Person, Person]
) -> None:
    writer, owner = people
    await change("UPDATE members SET home_store_id = 2 WHERE member_no = 'C1'")
    manager = await a_staff(shop, "manager", Role.MANAGER, "cd01")
    number = await a_draft(shop, manager)
    whole = await a_draft(shop, writer)
    with pytest.raises(BroadcastUnknown):
        await propose_action(shop, manager, KIND, (str(whole),), key="ask")
    await started(shop, manager, owner, number)
    await worked(shop)
    found = await row("SELECT COUNT(*) AS n FROM outbox WHERE broadcast_id = $1", number)
    assert found == {"n": 2}


async def test_a_manager_of_another_store_neither_sees_nor_confirms_it(
    shop: Shop, people: tuple[Person, Person]
) -> None:
    manager = await a_staff(shop, "manager", Role.MANAGER, "cd01")
    other = await a_staff(shop, "other", Role.MANAGER, "cd02")
    number = await a_draft(shop, manager)
    asked = await propose_action(shop, manager, KIND, (str(number),), key="ask")
    with pytest.raises(NotYoursToConfirm):
        await confirm_action(shop, other, asked.code, key="yes")
    for step in (pause_broadcast, resume_broadcast, cancel_broadcast):
        with pytest.raises(BroadcastUnknown):
            await step(shop, other, number, key="step")


async def test_who_moved_to_a_smaller_place_sends_no_more_than_that(
    shop: Shop, people: tuple[Person, Person]
) -> None:
    writer, owner = people
    number = await a_draft(shop, writer)
    asked = await propose_action(shop, owner, KIND, (str(number),), key="ask")
    await change("UPDATE staff SET store_id = 1, role = 'manager' WHERE id = $1", writer.staff_id)
    with pytest.raises(AuthorGone):
        await confirm_action(shop, owner, asked.code, key="yes")


async def test_what_was_started_or_cancelled_is_not_started_again(
    shop: Shop, people: tuple[Person, Person]
) -> None:
    writer, owner = people
    number = await a_draft(shop, writer)
    await started(shop, writer, owner, number)
    with pytest.raises(NotNow):
        await propose_action(shop, owner, KIND, (str(number),), key="again")
    other = await a_draft(shop, writer)
    asked = await propose_action(shop, writer, KIND, (str(other),), key="ask")
    await cancel_broadcast(shop, writer, other, key="c")
    with pytest.raises(NotNow):
        await confirm_action(shop, owner, asked.code, key="yes")
    for step in (pause_broadcast, resume_broadcast):
        with pytest.raises(NotNow):
            await step(shop, writer, other, key="step")


async def test_every_step_stands_in_the_trail(shop: Shop, people: tuple[Person, Person]) -> None:
    writer, owner = people
    number = await a_draft(shop, writer)
    await started(shop, writer, owner, number)
    await pause_broadcast(shop, owner, number, key="p")
    await pause_broadcast(shop, owner, number, key="p-again")
    await resume_broadcast(shop, None, number, key="r")
    await cancel_broadcast(shop, writer, number, key="c")
    found = await rows(
        "SELECT what, actor, approval FROM audit_log WHERE what LIKE 'broadcast.%' ORDER BY id"
    )
    assert [line["what"].partition(".")[2] for line in found] == [
        "draft",
        "start",
        "pause",
        "resume",
        "cancel",
    ]
    assert found[1]["approval"] == owner.staff_id
    assert found[3]["actor"] == "operator"
