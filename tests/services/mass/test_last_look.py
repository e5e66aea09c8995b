"""Right before a mass send: who said stop while it waited is not in it, and no pause is missed."""

from datetime import datetime, time, timedelta

import pytest

from loyalty.contacts import ContactKind
from services.clock import SHOP_ZONE
from services.mass.gathering import MassCall, take_mass_call
from services.mass.last_look import confirm_mass_call, keep_mass_call, leave_out_of_mass_call
from services.mass.results import mass_call_taken
from services.messages.contacts import flush_contacts, note_contact
from services.messages.outbox import outbox_states, take_due_messages
from services.shop import Shop
from storage.broadcasts import cancel, go_on, pause
from storage.sql import change, row, rows
from tests.services.broadcasting import say_of_crowd
from tests.services.mass_sending import MANY, gathered, made_again
from tests.shop_parts import MachineClock


@pytest.fixture(autouse=True)
def _service(shop: Shop) -> None:
    object.__setattr__(shop, "account_kinds", {"main": "service"})


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


@pytest.mark.parametrize("asked", ["to keep", "to confirm"])
async def test_a_cancel_while_it_waited_leaves_nothing_unknown(
    shop: Shop, clock: MachineClock, asked: str
) -> None:
    call = await gathered(shop)
    await cancel(call.row["broadcast_id"], shop.now())
    clock.pass_time(seconds=3)
    if asked == "to keep":
        assert not await keep_mass_call(shop, "worker", call)
    else:
        assert await confirm_mass_call(shop, "worker", call) is None
    assert await outbox_states() == {"queued": MANY}


async def test_a_pause_of_everything_is_heeded(shop: Shop, clock: MachineClock) -> None:
    call = await gathered(shop)
    await change("UPDATE installation SET sending_paused_at = 1")
    assert await confirmed(shop, clock, call) is None
    assert await outbox_states() == {"queued": MANY}


async def test_whose_chat_opened_meanwhile_hears_it_there(shop: Shop, clock: MachineClock) -> None:
    call = await gathered(shop)
    li = await follower_named(call.openids[0])
    note_contact(shop, li, ContactKind.MESSAGE)
    await flush_contacts(shop)
    ready = await confirmed(shop, clock, call)
    assert ready is not None
    assert ready.openids == call.openids[1:]
    claimed = await take_due_messages(shop, "worker", 1000)
    assert [message.openid for message in claimed] == call.openids[:1]


async def follower_named(openid: str) -> int:
    [found] = await rows("SELECT id FROM followers WHERE openid = $1", openid)
    return int(found["id"])


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
    again = await made_again(shop, clock)
    assert again is not None
    assert not await keep_mass_call(shop, "worker", call)
    assert await confirmed(shop, clock, call) is None
    assert await outbox_states() == {"sending": MANY}
    assert await keep_mass_call(shop, "other", again)


async def test_who_may_have_heard_it_before_leaves_the_call_as_unknown(
    shop: Shop, clock: MachineClock
) -> None:
    await gathered(shop)
    again = await made_again(shop, clock, "worker")
    assert again is not None
    assert again.attempt == 2
    await say_of_crowd(shop, given=False, key="stop", who="crowd-1_")
    ready = await confirmed(shop, clock, again)
    assert ready is not None
    assert len(ready.openids) == MANY - 10
    assert await outbox_states() == {"sending": MANY - 10, "unknown": 10}


async def test_who_cannot_get_it_is_left_out_with_the_reason(
    shop: Shop, clock: MachineClock
) -> None:
    call = await gathered(shop)
    one, other = call.openids[:2]
    assert await leave_out_of_mass_call(
        shop, "worker", call, {one: "45059", other: "not_subscribed"}
    )
    found = await rows("SELECT openid, reason FROM outbox WHERE state = 'failed' ORDER BY id")
    assert [tuple(line.values()) for line in found] == [(one, "45059"), (other, "not_subscribed")]
    learnt = await rows("SELECT openid FROM followers WHERE refused_why = 'not_subscribed'")
    assert learnt == [{"openid": other}]
    await mass_call_taken(shop, "worker", call, "1")
    assert await outbox_states() == {"sent": MANY - 2, "failed": 2}


async def test_whom_an_earlier_try_may_have_told_is_unknown(
    shop: Shop, clock: MachineClock
) -> None:
    await gathered(shop)
    again = await made_again(shop, clock, "worker")
    assert again is not None
    assert await leave_out_of_mass_call(shop, "worker", again, {again.openids[0]: "45059"})
    assert await outbox_states() == {"sending": MANY - 1, "unknown": 1}


async def test_a_call_for_nobody_is_over(shop: Shop) -> None:
    call = await gathered(shop)
    refused = dict.fromkeys(call.openids, "45059")
    assert not await leave_out_of_mass_call(shop, "worker", call, refused)
    assert await rows("SELECT state, reason FROM mass_batches") == [
        {"state": "failed", "reason": "nobody_left"}
    ]
