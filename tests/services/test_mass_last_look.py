"""Right before a mass send: who said stop while it waited is not in it, and no pause is missed."""

from datetime import datetime, time, timedelta

import pytest

from services.clock import SHOP_ZONE
from services.mass import TAG_LIFE, MassCall, keep_mass_tag, mass_call_taken, take_mass_call
from services.mass_last_look import confirm_mass_call, keep_mass_call
from services.outbox import outbox_states, take_due_messages
from services.shop import Shop
from storage.broadcasts import go_on, pause
from storage.mass_tags import worn_tags
from storage.sql import change, row, rows
from tests.services.broadcasting import say_of_crowd
from tests.services.mass_sending import MANY, a_sending, gathered
from tests.shop_parts import MachineClock

LEASE_SECONDS = 27


@pytest.fixture(autouse=True)
def _service(shop: Shop) -> None:
    object.__setattr__(shop, "account_kinds", {"main": "service"})


@pytest.fixture
def _subscription(shop: Shop) -> None:
    object.__setattr__(shop, "account_kinds", {"main": "subscription"})


async def confirmed(
    shop: Shop, clock: MachineClock, call: MassCall, *, seconds: float = 3
) -> MassCall | None:
    clock.pass_time(seconds=seconds)
    return await confirm_mass_call(shop, "worker", call)


async def test_who_said_stop_while_it_waited_is_left_out_and_told_no_more(
    shop: Shop, clock: MachineClock
) -> None:
    call = await gathered(shop)
    await say_of_crowd(shop, given=False, key="stop", who="crowd-1_")
    ready = await confirmed(shop, clock, call)
    assert ready is not None
    assert set(ready.openids) < set(call.openids)
    assert len(ready.openids) == MANY - 10
    assert await take_due_messages(shop, "worker", 1000) == []
    assert await outbox_states() == {"sending": MANY - 10, "suppressed": 10}
    assert await mass_call_taken(shop, "worker", ready, "1")
    assert await outbox_states() == {"sent": MANY - 10, "suppressed": 10}


async def test_nobody_is_left_out_for_having_been_gathered(shop: Shop, clock: MachineClock) -> None:
    call = await gathered(shop)
    ready = await confirmed(shop, clock, call)
    assert ready is not None
    assert (ready.openids, ready.key) == (call.openids, call.key)


async def test_a_fresh_verdict_is_not_asked_for_again(shop: Shop, clock: MachineClock) -> None:
    call = await gathered(shop)
    await say_of_crowd(shop, given=False, key="stop", who="crowd-1_")
    assert await confirmed(shop, clock, call, seconds=1) == call


async def test_nobody_is_called_when_all_said_stop(shop: Shop, clock: MachineClock) -> None:
    call = await gathered(shop)
    await say_of_crowd(shop, given=False, key="stop")
    assert await confirmed(shop, clock, call) is None
    await take_due_messages(shop, "worker", 1000)
    assert await outbox_states() == {"suppressed": MANY}
    assert await rows("SELECT state FROM mass_batches") == [{"state": "failed"}]


async def test_a_pause_while_it_waited_sends_everybody_back_to_the_queue(
    shop: Shop, clock: MachineClock
) -> None:
    call = await gathered(shop)
    await pause(call.row["broadcast_id"], "staff")
    assert await confirmed(shop, clock, call) is None
    assert await outbox_states() == {"queued": MANY}
    await go_on(call.row["broadcast_id"])
    await take_due_messages(shop, "worker", 1000)
    again = await take_mass_call(shop, "worker")
    assert again is not None
    assert again.openids == call.openids


async def test_night_that_fell_while_it_waited_lets_everybody_sleep(
    shop: Shop, clock: MachineClock
) -> None:
    clock.pass_time(hours=4)
    call = await gathered(shop)
    asleep = datetime.combine(shop.today(), time(22), SHOP_ZONE)
    # The lease is looked at by the same clock.
    await change("UPDATE mass_batches SET lease_until = lease_until + 86400000")
    assert await confirmed(shop, clock, call, seconds=(asleep - shop.now()).total_seconds()) is None
    assert await outbox_states() == {"queued": MANY}
    found = await row("SELECT MIN(wait_until) AS at FROM outbox")
    assert found is not None
    assert found["at"] / 1000 == (asleep + timedelta(hours=11)).timestamp()


async def test_what_another_worker_took_over_is_its_alone(shop: Shop, clock: MachineClock) -> None:
    call = await gathered(shop)
    clock.pass_time(seconds=LEASE_SECONDS + 1)
    again = await take_mass_call(shop, "other")
    assert again is not None
    assert not await keep_mass_call(shop, "worker", call)
    assert await confirmed(shop, clock, call) is None
    assert await outbox_states() == {"sending": MANY}
    assert await keep_mass_call(shop, "other", again)


async def test_who_may_have_heard_it_before_leaves_the_call_as_unknown(
    shop: Shop, clock: MachineClock
) -> None:
    await gathered(shop)
    clock.pass_time(seconds=LEASE_SECONDS + 1)
    again = await take_mass_call(shop, "worker")
    assert again is not None
    assert again.attempt == 2
    await say_of_crowd(shop, given=False, key="stop", who="crowd-1_")
    ready = await confirmed(shop, clock, again)
    assert ready is not None
    assert len(ready.openids) == MANY - 10
    assert await outbox_states() == {"sending": MANY - 10, "unknown": 10}


@pytest.mark.usefixtures("_subscription")
async def test_two_calls_of_one_account_do_not_tag_people_at_once(
    shop: Shop, clock: MachineClock
) -> None:
    await a_sending(shop)
    await take_due_messages(shop, "worker", 1000)
    soon = int(shop.now().timestamp() * 1000) + 5000
    await change("UPDATE outbox SET wait_until = $1 WHERE id % 2 = 0", soon)
    first = await take_mass_call(shop, "worker")
    assert first is not None
    clock.pass_time(seconds=6)
    assert await take_mass_call(shop, "other") is None
    await mass_call_taken(shop, "worker", first, "1")
    second = await take_mass_call(shop, "other")
    assert second is not None
    assert len(first.openids) + len(second.openids) == MANY


@pytest.mark.usefixtures("_subscription")
async def test_tags_are_given_back_after_a_day_or_before_the_next_try(
    shop: Shop, clock: MachineClock
) -> None:
    first = await gathered(shop)
    await keep_mass_tag(first.id, 101)
    clock.pass_time(seconds=LEASE_SECONDS + 1)
    again = await take_mass_call(shop, "other")
    assert again is not None
    assert again.worn_tags == {first.id: 101}
    await mass_call_taken(shop, "other", again, "1")
    assert await _worn_by_another(shop, again) == {}
    clock.pass_time(hours=25)
    assert await _worn_by_another(shop, again) == {first.id: 101}
    await keep_mass_tag(first.id, None)
    assert await _worn_by_another(shop, again) == {}


async def _worn_by_another(shop: Shop, call: MassCall) -> dict[int, int]:
    return await worn_tags("main", call.id + 1, shop.clock.machine_now() - TAG_LIFE)
