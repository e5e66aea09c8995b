"""The outbox (发件箱): each message queued once, claimed by one worker, finished by its holder."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from services.custody.resealing import count_under_old_keys, reseal_all
from services.messages.outbox import (
    ClaimedMessage,
    outbox_states,
    queue_replies,
    take_due_messages,
)
from services.shop import Shop
from storage.keyring import KEY_BYTES, KeyRing
from storage.sql import change, rows
from tests.outbox import make_call, record_outcome, try_again_later
from tests.shop_parts import MachineClock

LEASE_SECONDS = 27


async def queue(shop: Shop, *texts: str, key: str = "m1") -> None:
    contents: list[dict[str, Any]] = [{"kind": "text", "value": text} for text in texts]
    await queue_replies(shop, account="main", openid="li", key=key, contents=contents)


async def take_one(shop: Shop, worker: str = "worker") -> ClaimedMessage:
    [message] = await take_due_messages(shop, worker, 10)
    return message


async def test_what_is_queued_is_claimed_in_its_order_with_its_content(shop: Shop) -> None:
    await queue(shop, "one", "二", "three")
    claimed = await take_due_messages(shop, "worker", 10)
    assert [message.content["value"] for message in claimed] == ["one", "二", "three"]
    assert {message.attempt for message in claimed} == {1}
    assert await outbox_states() == {"sending": 3}


async def test_a_message_queued_twice_is_sent_once(shop: Shop) -> None:
    await asyncio.gather(*[queue(shop, "one", "two") for _ in range(5)])
    assert len(await take_due_messages(shop, "worker", 10)) == 2


async def test_two_workers_never_claim_the_same_message(shop: Shop) -> None:
    await queue(shop, *[str(number) for number in range(60)])
    claims = [take_due_messages(shop, f"worker-{number % 4}", 7) for number in range(12)]
    claimed = [message.id for batch in await asyncio.gather(*claims) for message in batch]
    claimed += [message.id for message in await take_due_messages(shop, "last", 100)]
    assert len(claimed) == len(set(claimed)) == 60


async def test_a_claim_takes_no_more_than_its_limit(shop: Shop) -> None:
    await queue(shop, *[str(number) for number in range(10)])
    assert len(await take_due_messages(shop, "worker", 3)) == 3
    assert await outbox_states() == {"sending": 3, "queued": 7}


async def test_the_worker_that_holds_a_message_records_what_came_of_it(shop: Shop) -> None:
    await queue(shop, "one")
    message = await take_one(shop)
    assert await record_outcome(shop, message, "worker", state="sent", reason=None)
    assert await outbox_states() == {"sent": 1}
    assert not await record_outcome(shop, message, "worker", state="failed", reason="again")
    assert await outbox_states() == {"sent": 1}


async def test_what_a_dead_worker_had_not_begun_is_sent_by_another(
    shop: Shop, clock: MachineClock
) -> None:
    await queue(shop, "one")
    first = await take_one(shop)
    clock.pass_time(seconds=LEASE_SECONDS + 1)
    second = await take_one(shop, "other")
    assert (second.id, second.attempt) == (first.id, 2)
    assert not await make_call(shop, first)
    assert await make_call(shop, second, "other")


async def test_what_a_dead_worker_had_begun_is_unknown_and_not_sent_again(
    shop: Shop, clock: MachineClock
) -> None:
    await queue(shop, "one")
    message = await take_one(shop)
    assert await make_call(shop, message)
    clock.pass_time(seconds=LEASE_SECONDS)
    assert await take_due_messages(shop, "other", 10) == []
    assert await outbox_states() == {"sending": 1}
    clock.pass_time(milliseconds=1)
    assert await take_due_messages(shop, "other", 10) == []
    assert await rows("SELECT state, reason FROM outbox") == [
        {"state": "unknown", "reason": "worker_lost"}
    ]
    assert not await record_outcome(shop, message, "worker", state="sent", reason=None)
    assert await outbox_states() == {"unknown": 1}


async def test_only_the_present_holder_may_finish_or_put_back(
    shop: Shop, clock: MachineClock
) -> None:
    """The first worker was slow: its message was put back and is another worker's now."""
    await queue(shop, "one")
    first = await take_one(shop, "slow")
    await try_again_later(shop, first, "slow", after_seconds=0, reason="busy")
    second = await take_one(shop, "quick")
    assert second.attempt == 2
    for message, worker in ((first, "slow"), (first, "quick"), (second, "slow")):
        assert not await record_outcome(shop, message, worker, state="failed", reason="late")
        assert not await try_again_later(shop, message, worker, after_seconds=0, reason="late")
    assert await record_outcome(shop, second, "quick", state="sent", reason=None)
    assert await outbox_states() == {"sent": 1}


async def test_a_message_put_back_waits_for_its_time(shop: Shop, clock: MachineClock) -> None:
    await queue(shop, "one")
    message = await take_one(shop)
    assert await try_again_later(shop, message, "worker", after_seconds=5, reason="busy")
    assert await take_due_messages(shop, "worker", 10) == []
    clock.pass_time(seconds=5)
    again = await take_one(shop)
    assert (again.id, again.key, again.attempt) == (message.id, message.key, 2)


async def test_the_sum_of_all_states_is_what_was_queued(shop: Shop, clock: MachineClock) -> None:
    await queue(shop, *[str(number) for number in range(6)])
    claimed = await take_due_messages(shop, "worker", 4)
    for message, state in zip(claimed, ("sent", "failed", "suppressed"), strict=False):
        assert await record_outcome(shop, message, "worker", state=state, reason="because")
    assert await make_call(shop, claimed[3])
    clock.pass_time(seconds=LEASE_SECONDS + 1)
    await take_due_messages(shop, "other", 0)
    states = {"sent": 1, "failed": 1, "suppressed": 1, "unknown": 1, "queued": 2}
    assert await outbox_states() == states


@pytest.mark.parametrize("jump_days", [1, 400])
async def test_leases_follow_the_machines_clock_and_not_the_shops(
    shop: Shop, jump_days: int
) -> None:
    await queue(shop, "one")
    message = await take_one(shop)
    shop.clock.jump_to_offset_ms(jump_days * 86_400_000)
    assert await take_due_messages(shop, "other", 10) == []
    assert await record_outcome(shop, message, "worker", state="sent", reason=None)


async def test_what_a_message_says_does_not_lie_in_the_database_in_clear(shop: Shop) -> None:
    await queue(shop, "手机号 13812345678")
    [stored] = await rows("SELECT * FROM outbox")
    assert stored["content"] == ""
    assert not any("13812345678" in str(value) for value in stored.values())
    assert b"13812345678" not in bytes(stored["content_sealed"])


async def test_a_message_from_before_they_were_sealed_is_still_sent(shop: Shop) -> None:
    await queue(shop, "old")
    before = '{"kind": "text", "value": "from before"}'
    await change("UPDATE outbox SET content_sealed = NULL, content = $1", before)
    assert (await take_one(shop)).content == {"kind": "text", "value": "from before"}


async def test_a_message_copied_into_anothers_row_is_not_sent_and_holds_nobody_up(
    shop: Shop,
) -> None:
    """Nor is one whose key is gone: trying again would not open it."""
    await queue(shop, "for somebody else", "mine")
    await change(
        "UPDATE outbox SET content_sealed ="
        " (SELECT o.content_sealed FROM outbox o WHERE o.key = 'reply:m1:0')"
        " WHERE key = 'reply:m1:1'"
    )
    await queue(shop, "last", key="m2")
    claimed = await take_due_messages(shop, "worker", 10)
    assert [message.content["value"] for message in claimed] == ["for somebody else", "last"]
    assert await rows("SELECT reason FROM outbox WHERE state = 'failed'") == [
        {"reason": "cannot_unseal"}
    ]


async def test_a_message_waits_through_a_change_of_keys(shop: Shop) -> None:
    await queue(shop, "one")
    assert isinstance(shop.keys, KeyRing)
    rotated = replace(shop, keys=shop.keys.with_new_key(bytes(KEY_BYTES)))
    assert (await count_under_old_keys(rotated))["field"] == 1
    await reseal_all(rotated)
    without_old = replace(shop, keys=rotated.keys.without_key(1))  # type: ignore[attr-defined]
    assert (await take_one(without_old)).content == {"kind": "text", "value": "one"}
