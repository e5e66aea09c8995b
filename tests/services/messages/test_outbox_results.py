"""What came of messages (送达结果): asked once more before the call, written down many at once."""

from datetime import timedelta

import pytest

from loyalty.person import Person
from loyalty.send_results import SendResult, SendState
from services.messages import outbox_results
from services.messages.outbox import ClaimedMessage, claim_due, outbox_states, take_due_messages
from services.messages.outbox_results import begin_sending, record_results
from services.shop import Shop
from storage.broadcasts import cancel, pause
from storage.sending import pause_sending
from storage.sql import change, row, rows
from tests.outbox import make_call, record_outcome, try_again_later
from tests.services.broadcasting import a_crowd
from tests.services.gating import agree, talks
from tests.services.messages.test_claiming import queue, result
from tests.shop_parts import MachineClock, a_member

MANY = 60


@pytest.fixture
async def li(shop: Shop) -> Person:
    person = await a_member(shop)
    await agree(shop, person, {"marketing": True})
    await talks(shop, person)
    return person


@pytest.fixture
async def sending(shop: Shop) -> int:
    """A broadcast to many, of whom everybody could be told now."""
    await a_crowd(shop, MANY)
    await change(
        "INSERT INTO broadcasts (key, state, audience, filter, content, topic, people, created_at)"
        " VALUES ('b', 'running', '全部', '{}', $1, 'offers', $2, 1)",
        '{"kind": "text", "value": "新品"}',
        MANY,
    )
    await change(
        "INSERT INTO outbox (key, account, openid, class, lane, content, state, due_at, created_at,"
        " member_id, follower_id, broadcast_id) SELECT f.openid, 'main', f.openid, 'promotion', 2,"
        " '', 'queued', 0, 0, f.member_id, f.id, (SELECT MAX(id) FROM broadcasts)"
        " FROM followers f WHERE f.openid LIKE 'crowd-%' ORDER BY f.id"
    )
    found = await row("SELECT MAX(id) AS id FROM broadcasts")
    assert found is not None
    number: int = found["id"]
    return number


async def end(
    shop: Shop, claimed: list[ClaimedMessage], state: SendState, reason: str | None = None
) -> None:
    await begin_sending(shop, "worker", claimed)
    results = [SendResult(one, state, reason, mark=reason) for one in claimed]
    assert await record_results(shop, "worker", results) == {one.id for one in claimed}


async def test_whoever_says_stop_between_claim_and_call_is_not_called(
    shop: Shop, li: Person, clock: MachineClock
) -> None:
    await queue(shop, li, "promotion", "p")
    [message] = await claim_due(shop, "worker", 10)
    clock.pass_time(seconds=3)
    await agree(shop, li, {"marketing": False}, key="stop")
    assert not await make_call(shop, message)
    assert await take_due_messages(shop, "worker", 10) == []
    assert await result("p") == ("suppressed", None, "no_consent")


async def test_what_is_still_so_after_a_while_is_called(
    shop: Shop, li: Person, clock: MachineClock
) -> None:
    """Its own mark for the cap, and the allowance it spends, do not stand against it."""
    await queue(shop, li, "promotion", "p")
    await change("UPDATE contacts SET left_over = 1")
    [message] = await claim_due(shop, "worker", 10)
    clock.pass_time(seconds=10)
    assert await make_call(shop, message)
    assert await rows("SELECT left_over FROM contacts") == [{"left_over": 0}]


async def test_an_owners_pause_stops_what_is_claimed_already(shop: Shop, li: Person) -> None:
    await queue(shop, li, "service", "s")
    [message] = await claim_due(shop, "worker", 10)
    await pause_sending("why", shop.now())
    assert not await make_call(shop, message)
    [kept] = await rows("SELECT state, attempt, begun_at, left_at FROM outbox")
    assert kept == {"state": "queued", "attempt": 0, "begun_at": None, "left_at": None}


async def test_a_paused_broadcast_begins_no_call_and_a_cancelled_one_ends(
    shop: Shop, sending: int
) -> None:
    claimed = await claim_due(shop, "worker", 10)
    await pause(sending, "staff")
    assert await begin_sending(shop, "worker", claimed[:5]) == set()
    assert await outbox_states() == {"queued": MANY - 5, "sending": 5}
    await cancel(sending, shop.now())
    assert await begin_sending(shop, "worker", claimed[5:]) == set()
    assert await outbox_states() == {"suppressed": MANY}


async def test_many_results_are_one_statement_and_each_is_its_own(shop: Shop, sending: int) -> None:
    claimed = await claim_due(shop, "worker", MANY)
    await begin_sending(shop, "worker", claimed)
    states: list[SendState] = ["sent", "failed", "unknown", "queued"]
    results = [
        SendResult(one, states[place % 4], platform_id=str(one.id))
        for place, one in enumerate(claimed)
    ]
    assert len(await record_results(shop, "worker", results)) == MANY
    assert await outbox_states() == {"sent": 15, "failed": 15, "unknown": 15, "queued": 15}
    counted = await rows("SELECT state FROM outbox WHERE left_at IS NOT NULL GROUP BY state")
    assert {line["state"] for line in counted} == {"sent", "unknown"}
    assert await record_results(shop, "worker", results) == set()


async def test_a_refusal_stands_with_the_member_and_is_not_tried_again(
    shop: Shop, li: Person
) -> None:
    await queue(shop, li, "service", "s", otherwise="first_line")
    [message] = await claim_due(shop, "worker", 10)
    await make_call(shop, message)
    await record_outcome(shop, message, "worker", state="failed", reason="window_closed")
    assert await result("s") == ("failed", "service", "window_closed")
    open_windows = await rows("SELECT 1 FROM contacts WHERE left_over > 0 AND ends_at > $1", 10**15)
    assert open_windows == []
    assert [line["key"] for line in await rows("SELECT key FROM waiting_lines")] == ["s"]
    await queue(shop, li, "care", "c")
    assert await claim_due(shop, "worker", 10) == []


async def test_what_was_not_taken_gives_the_allowance_back(shop: Shop, li: Person) -> None:
    before = await rows("SELECT left_over FROM contacts")
    await queue(shop, li, "service", "s")
    [message] = await claim_due(shop, "worker", 10)
    assert await rows("SELECT left_over FROM contacts") != before
    await try_again_later(shop, message, "worker", after_seconds=5, reason="busy")
    assert await rows("SELECT left_over FROM contacts") == before


async def test_what_waits_for_a_quota_has_not_failed_and_was_no_try(
    shop: Shop, li: Person, clock: MachineClock
) -> None:
    midnight = shop.now() + timedelta(hours=14)
    for _ in range(7):
        await queue(shop, li, "service", "s")
        [message] = await claim_due(shop, "worker", 10)
        await make_call(shop, message)
        paused = SendResult(message, "queued", "45009", wait_until=midnight, counts=False)
        await record_results(shop, "worker", [paused])
        assert await claim_due(shop, "worker", 10) == []
        await change("UPDATE outbox SET wait_until = 0")
    [kept] = await rows("SELECT state, attempt FROM outbox")
    assert kept == {"state": "queued", "attempt": 0}


async def test_a_broadcast_that_mostly_fails_pauses_itself(shop: Shop, sending: int) -> None:
    claimed = await claim_due(shop, "worker", MANY)
    await end(shop, claimed[:34], "sent")
    await end(shop, claimed[34:49], "failed", "47003")
    assert await rows("SELECT state FROM broadcasts") == [{"state": "running"}]
    await end(shop, claimed[49:], "failed", "47003")
    assert await rows("SELECT state, paused_why FROM broadcasts") == [
        {"state": "paused", "paused_why": "errors"}
    ]


@pytest.mark.parametrize("reason", sorted(outbox_results.RECIPIENTS_FAULT))
async def test_what_is_the_recipients_own_affair_brakes_nothing(
    shop: Shop, sending: int, reason: str
) -> None:
    claimed = await claim_due(shop, "worker", MANY)
    await end(shop, claimed, "failed", reason)
    assert await rows("SELECT state FROM broadcasts") == [{"state": "running"}]
