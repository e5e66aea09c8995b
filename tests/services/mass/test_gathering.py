"""Mass sends (高级群发): gathered, judged once more, called once whatever dies, told in full."""

import asyncio
import json
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from services.clock import SHOP_ZONE
from services.mass import gathering
from services.mass.gathering import MassCall, take_mass_call
from services.mass.results import (
    mass_call_refused,
    mass_call_taken,
    mass_call_unanswered,
    mass_job_finished,
)
from services.messages.outbox import outbox_states, take_due_messages
from services.shop import Shop
from storage.broadcasts import cancel, go_on, pause
from storage.mass import hold_group
from storage.sql import Row, change, rows
from tests.services.broadcasting import say_of_crowd
from tests.services.mass_sending import MANY, a_sending, gathered, made_again
from tests.shop_parts import MachineClock


@pytest.fixture(autouse=True)
def _service(shop: Shop) -> None:
    object.__setattr__(shop, "account_kinds", {"main": "service"})


async def test_whom_only_a_mass_send_reaches_is_gathered_into_one_call(shop: Shop) -> None:
    call = await gathered(shop)
    assert len(call.openids) == len(set(call.openids)) == MANY
    assert call.content["value"].startswith("新品")
    assert len(call.key) == 32
    assert await outbox_states() == {"sending": MANY}
    assert await take_mass_call(shop, "other") is None


async def test_a_call_that_was_taken_has_sent_to_all(shop: Shop) -> None:
    call = await gathered(shop)
    assert await mass_call_taken(shop, "worker", call, "2247483659")
    assert await outbox_states() == {"sent": MANY}
    assert not await mass_call_taken(shop, "worker", call, "2247483659")


async def test_two_workers_gather_the_same_people_once(shop: Shop) -> None:
    await a_sending(shop)
    await take_due_messages(shop, "worker", 1000)
    calls = await asyncio.gather(*[take_mass_call(shop, f"w{n}") for n in range(4)])
    assert sum(len(call.openids) for call in calls if call is not None) == MANY


async def test_no_call_is_made_while_more_people_may_still_come(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await a_sending(shop)
    await take_due_messages(shop, "worker", 10)
    assert await take_mass_call(shop, "worker") is None
    await take_due_messages(shop, "worker", 1000)
    await change(
        "INSERT INTO broadcast_people (broadcast_id, member_id, follower_id)"
        " SELECT $1, MIN(id), NULL FROM members",
        number,
    )
    assert await take_mass_call(shop, "worker") is None
    monkeypatch.setattr(gathering, "MOST", 20)
    call = await take_mass_call(shop, "worker")
    assert call is not None
    assert len(call.openids) == 20


async def test_who_said_stop_meanwhile_is_not_in_the_call(shop: Shop) -> None:
    await a_sending(shop)
    await take_due_messages(shop, "worker", 1000)
    await say_of_crowd(shop, given=False, key="stop", who="crowd-1_")
    call = await take_mass_call(shop, "worker")
    assert call is not None
    assert len(call.openids) == MANY - 10
    assert await outbox_states() == {"sending": MANY - 10, "suppressed": 10}


async def test_the_platform_takes_no_list_of_one(shop: Shop) -> None:
    await a_sending(shop, 1)
    await take_due_messages(shop, "worker", 1000)
    assert await take_mass_call(shop, "worker") is None
    assert await rows("SELECT state, reason FROM outbox") == [
        {"state": "suppressed", "reason": "mass_needs_two"}
    ]


async def test_one_who_is_left_waits_as_long_as_others_may_come(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await a_sending(shop, 3)
    await take_due_messages(shop, "worker", 1000)
    await say_of_crowd(shop, given=False, key="stop", who="crowd-_")
    await say_of_crowd(shop, given=True, key="again", who="crowd-1")
    await change(
        "INSERT INTO broadcast_people (broadcast_id, member_id, follower_id)"
        " SELECT $1, MIN(id), NULL FROM members",
        number,
    )
    monkeypatch.setattr(gathering, "CROWDED", 3)
    assert await take_mass_call(shop, "worker") is None
    assert await outbox_states() == {"queued": 1, "suppressed": 2}


async def test_a_part_of_a_group_is_no_group(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another worker holds the others, and they may all go together."""
    await a_sending(shop)
    await take_due_messages(shop, "worker", 1000)

    async def all_but_one(*held: Any) -> list[Row]:
        return (await hold_group(*held))[1:]

    monkeypatch.setattr(gathering, "hold_group", all_but_one)
    assert await take_mass_call(shop, "worker") is None
    assert await outbox_states() == {"queued": MANY}


async def test_a_call_of_a_dead_worker_is_made_again_under_its_key(
    shop: Shop, clock: MachineClock
) -> None:
    first = await gathered(shop)
    assert await take_mass_call(shop, "other") is None
    again = await made_again(shop, clock)
    assert again is not None
    assert (again.key, again.openids, again.attempt) == (first.key, first.openids, 2)
    assert not await mass_call_taken(shop, "worker", first, "1")
    assert await mass_call_taken(shop, "other", again, "1")
    assert await outbox_states() == {"sent": MANY}


async def test_a_call_whose_key_the_platform_forgot_is_unknown(
    shop: Shop, clock: MachineClock
) -> None:
    await gathered(shop)
    clock.pass_time(hours=24)
    assert await take_mass_call(shop, "other") is None
    assert await outbox_states() == {"unknown": MANY}
    assert await rows("SELECT state, reason FROM mass_batches") == [
        {"state": "unknown", "reason": "worker_lost"}
    ]


async def test_a_call_without_an_answer_goes_again_five_times_at_most(
    shop: Shop, clock: MachineClock
) -> None:
    call: MassCall | None = await gathered(shop)
    for attempt in range(1, 6):
        assert call is not None
        assert call.attempt == attempt
        await mass_call_unanswered(shop, "worker", call, "timeout")
        clock.pass_time(seconds=62)
        call = await take_mass_call(shop, "worker")
    assert call is None
    assert await outbox_states() == {"unknown": MANY}


async def test_a_call_that_is_made_again_keeps_its_people_whatever_refuses_it(
    shop: Shop, clock: MachineClock
) -> None:
    """The first one may have been taken: under another key they would hear it twice."""
    first = await gathered(shop)
    again = await made_again(shop, clock)
    assert again is not None
    soon = shop.now() + timedelta(minutes=1)
    await mass_call_refused(shop, "other", again, "45066", wait_until=soon)
    assert await outbox_states() == {"sending": MANY}
    clock.pass_time(seconds=61)
    third = await take_mass_call(shop, "third")
    assert third is not None
    assert (third.key, third.openids) == (first.key, first.openids)
    await mass_call_refused(shop, "third", third, "48001")
    assert await outbox_states() == {"unknown": MANY}


async def test_a_call_that_waits_long_is_given_up_with_its_key_or_its_broadcast(
    shop: Shop, clock: MachineClock
) -> None:
    await gathered(shop)
    again = await made_again(shop, clock)
    assert again is not None
    next_month = shop.now() + timedelta(days=20)
    await mass_call_refused(shop, "other", again, "45028", wait_until=next_month)
    assert await take_mass_call(shop, "third") is None
    assert await outbox_states() == {"sending": MANY}
    await cancel(again.row["broadcast_id"], shop.now())
    assert await take_mass_call(shop, "third") is None
    assert await outbox_states() == {"unknown": MANY}


async def test_a_refusal_of_many_pauses_their_broadcast(shop: Shop) -> None:
    call = await gathered(shop, 60)
    await mass_call_refused(shop, "worker", call, "48001")
    assert await rows("SELECT state, paused_why FROM broadcasts") == [
        {"state": "paused", "paused_why": "errors"}
    ]


async def test_a_refused_call_has_failed_for_all_and_counts_against_nobody(shop: Shop) -> None:
    call = await gathered(shop)
    await mass_call_refused(shop, "worker", call, "45162")
    assert await outbox_states() == {"failed": MANY}
    assert await rows("SELECT 1 FROM outbox WHERE left_at IS NOT NULL") == []


async def test_a_quota_that_is_used_up_sends_everybody_back_to_wait(
    shop: Shop, clock: MachineClock
) -> None:
    call = await gathered(shop)
    tomorrow = shop.now() + timedelta(days=1)
    await mass_call_refused(shop, "worker", call, "45009", wait_until=tomorrow)
    assert await outbox_states() == {"queued": MANY}
    assert await take_due_messages(shop, "worker", 1000) == []
    clock.pass_time(days=1)
    await take_due_messages(shop, "worker", 1000)
    again = await take_mass_call(shop, "worker")
    assert again is not None
    assert again.openids == call.openids
    assert again.id != call.id


async def test_the_platforms_own_figures_stay_with_the_batch(shop: Shop) -> None:
    call = await gathered(shop)
    await mass_call_taken(shop, "worker", call, "99")
    counts = {"total": 30, "filtered": 29, "sent": 28, "errors": 1}
    assert await mass_job_finished(shop, "main", "99", counts=counts, failed=None)
    [batch] = await rows("SELECT counts, state FROM mass_batches")
    assert (json.loads(batch["counts"]), batch["state"]) == (counts, "sent")
    assert not await mass_job_finished(shop, "main", "100", counts=counts, failed=None)
    assert not await mass_job_finished(shop, "other", "99", counts=counts, failed=None)


async def test_a_review_that_refuses_the_content_fails_everybody(shop: Shop) -> None:
    call = await gathered(shop)
    await mass_call_taken(shop, "worker", call, "99")
    await mass_job_finished(shop, "main", "99", counts={}, failed="mass_20013")
    found = await rows("SELECT DISTINCT state, reason, left_at FROM outbox")
    assert found == [{"state": "failed", "reason": "mass_20013", "left_at": None}]


async def test_a_paused_broadcast_makes_no_call(shop: Shop) -> None:
    number = await a_sending(shop)
    await take_due_messages(shop, "worker", 1000)
    await pause(number, "staff")
    assert await take_mass_call(shop, "worker") is None
    assert await outbox_states() == {"queued": MANY}


async def test_who_said_stop_since_is_not_called_again_and_stays_unknown(
    shop: Shop, clock: MachineClock
) -> None:
    first = await gathered(shop)
    await say_of_crowd(shop, given=False, key="stop", who="crowd-1_")
    again = await made_again(shop, clock)
    assert again is not None
    assert (again.key, len(again.openids)) == (first.key, MANY - 10)
    assert await mass_call_taken(shop, "other", again, "1")
    assert await outbox_states() == {"sent": MANY - 10, "unknown": 10}


async def test_nobody_is_called_again_when_all_said_stop(shop: Shop, clock: MachineClock) -> None:
    await gathered(shop)
    await say_of_crowd(shop, given=False, key="stop")
    assert await made_again(shop, clock) is None
    assert await rows("SELECT state, reason FROM mass_batches") == [
        {"state": "unknown", "reason": "no_consent"}
    ]
    assert await outbox_states() == {"unknown": MANY}


async def test_a_cancelled_call_is_not_made_again(shop: Shop, clock: MachineClock) -> None:
    call = await gathered(shop)
    await cancel(call.row["broadcast_id"], shop.now())
    assert await made_again(shop, clock) is None
    assert await outbox_states() == {"unknown": MANY}


async def test_a_call_is_made_again_only_when_its_broadcast_goes_on(
    shop: Shop, clock: MachineClock
) -> None:
    call = await gathered(shop)
    await pause(call.row["broadcast_id"], "staff")
    assert await made_again(shop, clock) is None
    assert await outbox_states() == {"sending": MANY}
    await go_on(call.row["broadcast_id"])
    again = await take_mass_call(shop, "other")
    assert again is not None
    assert again.openids == call.openids


async def test_a_call_is_not_made_again_in_the_night(shop: Shop, clock: MachineClock) -> None:
    clock.pass_time(hours=4)
    call = await gathered(shop)
    asleep = datetime.combine(shop.today(), time(22), SHOP_ZONE)
    clock.pass_time(seconds=(asleep - shop.now()).total_seconds())
    assert await take_mass_call(shop, "other") is None
    assert await outbox_states() == {"sending": MANY}
    clock.pass_time(hours=11, seconds=1)
    again = await take_mass_call(shop, "other")
    assert again is not None
    assert again.openids == call.openids
