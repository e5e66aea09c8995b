"""Claiming (认领): every lane has its share, every message its verdict and its channel."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.notice_forms import load_notice_forms
from loyalty.messages import Channel, MessageClass
from loyalty.notice_forms import ServiceNotice
from loyalty.person import Person
from loyalty.send_results import SendState
from services.messages import claiming
from services.messages.notices import put_notice
from services.messages.outbox import claim_due, outbox_states, take_due_messages
from services.messages.queueing import queue_message
from services.shop import Shop
from storage.sql import change, row, rows
from storage.transactions import transactional
from tests.outbox import make_call, record_outcome
from tests.services.gating import agree, talks
from tests.services.posting import member_id_of
from tests.shop_parts import MachineClock, a_member

LEASE_SECONDS = 27


@pytest.fixture
async def li(shop: Shop) -> Person:
    person = await a_member(shop)
    await agree(shop, person, {"marketing": True})
    return person


@pytest.fixture
def formal(shop: Shop) -> Shop:
    """The shop with the forms that it ships."""
    return replace(shop, account_kinds={"main": "service"}, notice_forms=load_notice_forms())


@transactional
async def queue(shop: Shop, person: Person, kind: str, key: str, **facts: Any) -> None:
    content = {"kind": "text", "value": key}
    addressed = {"member_id": person.member_id, "follower_id": person.follower_id, **facts}
    await queue_message(
        shop,
        key=key,
        account=person.account,
        openid=person.openid,
        message_class=kind,
        content=content,
        **addressed,
    )


@transactional
async def notice(shop: Shop, person: Person, wording: str, key: str = "n", **facts: object) -> None:
    await put_notice(
        shop,
        member_id_of(person),
        wording=wording,
        facts=facts,
        key=key,
        due_at=shop.now(),
        message_class="service",
    )


async def result(key: str) -> tuple[str, str | None, str | None]:
    found = await row("SELECT state, channel, reason FROM outbox WHERE key = $1", key)
    assert found is not None
    return found["state"], found["channel"], found["reason"]


async def test_replies_come_before_what_is_owed_and_that_before_marketing(
    shop: Shop, li: Person
) -> None:
    await talks(shop, li)
    for kind in ("promotion", "service", "reply"):
        await queue(shop, li, kind, kind)
    claimed = await claim_due(shop, "worker", 10)
    assert [message.message_class for message in claimed] == ["reply", "service", "promotion"]


async def test_a_tenth_of_every_claim_is_kept_for_each_lane(shop: Shop, li: Person) -> None:
    for number in range(30):
        for kind in ("reply", "transactional"):
            await queue(shop, li, kind, f"{kind}:{number}")
    claimed = await claim_due(shop, "worker", 20)
    lanes = [message.lane for message in claimed]
    assert (lanes.count(0), lanes.count(1)) == (18, 2)


async def test_what_may_not_leave_yet_waits_and_is_no_try(shop: Shop, li: Person) -> None:
    await talks(shop, li)
    for number in range(2):
        await queue(shop, li, "promotion", f"p{number}")
    claimed = await claim_due(shop, "worker", 10)
    assert len(claimed) == 1
    waiting = await rows(
        "SELECT reason, attempt, wait_until, left_at FROM outbox WHERE state = 'queued'"
    )
    [one] = waiting
    assert (one["reason"], one["attempt"], one["left_at"]) == ("cap", 0, None)
    assert one["wait_until"] == int((shop.now() + timedelta(days=7)).timestamp() * 1000)
    assert await take_due_messages(shop, "worker", 10) == []


async def test_two_workers_together_keep_one_persons_cap(shop: Shop, li: Person) -> None:
    await talks(shop, li)
    for number in range(6):
        await queue(shop, li, "promotion", f"p{number}")
    claims = await asyncio.gather(*[claim_due(shop, f"w{n}", 1) for n in range(6)])
    assert sum(len(claimed) for claimed in claims) == 1


async def test_what_nobody_agreed_to_is_suppressed_with_its_reason(shop: Shop) -> None:
    person = await a_member(shop)
    await talks(shop, person)
    await queue(shop, person, "promotion", "p")
    assert await claim_due(shop, "worker", 10) == []
    assert await result("p") == ("suppressed", None, "no_consent")


async def test_a_notice_is_told_in_the_chat_while_that_is_open(formal: Shop, li: Person) -> None:
    await talks(formal, li)
    await notice(formal, li, "points/ending", points=30, expires_on="2027-03-01")
    [message] = await claim_due(formal, "worker", 10)
    assert message.channel is Channel.SERVICE
    assert "30 积分" in message.content["value"]


async def test_a_notice_leaves_on_its_form_when_the_chat_is_closed(
    formal: Shop, li: Person
) -> None:
    await notice(formal, li, "points/ending", points=30, expires_on="2027-03-01")
    [message] = await claim_due(formal, "worker", 10)
    told = message.content["notice"]
    assert message.channel is Channel.TEMPLATE
    assert isinstance(told, ServiceNotice)
    assert told.form.values["number1"] == "30"
    assert await result("n") == ("sending", "template", None)


async def test_a_wording_that_is_gone_holds_nobody_up(shop: Shop, li: Person) -> None:
    await talks(shop, li)
    await notice(shop, li, "points/of_an_earlier_release", "gone", points=1)
    await queue(shop, li, "transactional", "last")
    assert [message.key for message in await claim_due(shop, "worker", 10)] == ["last"]
    assert await result("gone") == ("failed", None, "bad_value")
    assert await rows("SELECT key FROM waiting_lines") == []


async def test_a_bad_value_fails_before_a_call_and_is_complained_of_once(
    formal: Shop, li: Person, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(3):
        await notice(formal, li, "points/ending", f"n{number}", points="三十", expires_on="明天")
    with caplog.at_level(logging.ERROR):
        assert await claim_due(formal, "worker", 10) == []
    assert await result("n0") == ("failed", None, "bad_value")
    assert [record.message for record in caplog.records].count("bad_value") == 1
    # What could not be sent is told at the next contact.
    [waiting, *_] = await rows("SELECT key FROM waiting_lines")
    assert waiting["key"] == "n0"


async def test_care_without_an_open_way_is_said_at_the_next_contact(shop: Shop, li: Person) -> None:
    soon = shop.now() + timedelta(days=3)
    await queue(shop, li, "care", "birthday", otherwise="first_line", useless_after=soon)
    assert await claim_due(shop, "worker", 10) == []
    assert await result("birthday") == ("suppressed", None, "no_channel")
    [line] = await rows("SELECT key, useless_after FROM waiting_lines")
    assert line == {"key": "birthday", "useless_after": int(soon.timestamp() * 1000)}


async def test_a_template_of_a_dead_worker_is_sent_again_under_the_same_key(
    formal: Shop, li: Person, clock: MachineClock
) -> None:
    """The platform remembers it for ten minutes, whatever the gate would say by now."""
    await notice(formal, li, "points/ending", points=30, expires_on="2027-03-01")
    [first] = await claim_due(formal, "worker", 10)
    assert await make_call(formal, first)
    clock.pass_time(seconds=LEASE_SECONDS + 1)
    await talks(formal, li)
    [again] = await take_due_messages(formal, "other", 10)
    assert (again.id, again.attempt, again.channel) == (first.id, 2, Channel.TEMPLATE)
    assert again.content == first.content
    assert await make_call(formal, again, "other")
    assert await record_outcome(formal, again, "other", state="sent", reason=None)
    assert await outbox_states() == {"sent": 1}


async def test_a_template_whose_key_is_forgotten_is_unknown(
    formal: Shop, li: Person, clock: MachineClock
) -> None:
    await notice(formal, li, "points/ending", points=30, expires_on="2027-03-01")
    [first] = await claim_due(formal, "worker", 10)
    assert await make_call(formal, first)
    clock.pass_time(minutes=10)
    assert await take_due_messages(formal, "other", 10) == []
    assert await result("n") == ("unknown", "template", "worker_lost")


async def test_a_template_without_an_answer_goes_again_three_times_at_most(
    formal: Shop, li: Person, clock: MachineClock
) -> None:
    await notice(formal, li, "points/ending", points=30, expires_on="2027-03-01")
    for attempt in (1, 2, 3):
        [message] = await take_due_messages(formal, "worker", 10)
        assert message.attempt == attempt
        assert await make_call(formal, message)
        assert await record_outcome(formal, message, "worker", state="unknown", reason="timeout")
        clock.pass_time(seconds=6)
    assert await take_due_messages(formal, "worker", 10) == []
    assert await result("n") == ("unknown", "template", "timeout")


@pytest.mark.parametrize(("state", "ends"), [("queued", "unknown"), ("failed", "unknown")])
async def test_a_repeated_template_goes_no_other_way_and_its_refusal_proves_nothing(
    formal: Shop, li: Person, clock: MachineClock, state: SendState, ends: str
) -> None:
    """The first call may have been taken: by another channel they would hear it twice."""
    await notice(formal, li, "points/ending", points=30, expires_on="2027-03-01")
    [first] = await claim_due(formal, "worker", 10)
    assert await make_call(formal, first)
    clock.pass_time(seconds=LEASE_SECONDS + 1)
    await talks(formal, li)
    [again] = await take_due_messages(formal, "other", 10)
    assert await record_outcome(formal, again, "other", state=state, reason="45009")
    clock.pass_time(minutes=10)
    assert await take_due_messages(formal, "other", 10) == []
    found, channel, _ = await result("n")
    assert (found, channel) == (ends, "template")


async def test_a_chat_message_without_an_answer_is_never_repeated(
    shop: Shop, li: Person, clock: MachineClock
) -> None:
    await queue(shop, li, "transactional", "t")
    [message] = await claim_due(shop, "worker", 10)
    assert await make_call(shop, message)
    assert await record_outcome(shop, message, "worker", state="unknown", reason="timeout")
    clock.pass_time(minutes=5)
    assert await take_due_messages(shop, "worker", 10) == []
    assert await outbox_states() == {"unknown": 1}


async def test_what_a_paused_broadcast_has_waiting_is_not_even_looked_at(
    shop: Shop, li: Person
) -> None:
    await talks(shop, li)
    await queue(shop, li, "promotion", "p")
    await change(
        "INSERT INTO broadcasts (key, state, audience, filter, content, topic, people, created_at)"
        " VALUES ('b', 'paused', '全部', '{}', $1, 'offers', 1, 1)",
        '{"kind": "text", "value": "新品"}',
    )
    await change("UPDATE outbox SET broadcast_id = (SELECT MAX(id) FROM broadcasts)")
    assert await take_due_messages(shop, "worker", 10) == []
    assert await claiming.due_sources(claiming.moment_of(shop)) == []
    await change("UPDATE broadcasts SET state = 'running'")
    assert len(await take_due_messages(shop, "worker", 10)) == 1


def test_marketing_is_no_reply() -> None:
    assert [kind.lane for kind in MessageClass] == [0, 1, 1, 2, 2]
