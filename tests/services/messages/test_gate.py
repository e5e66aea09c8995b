"""The send gate (发送闸) with the facts of the database."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from loyalty.messages import Channel
from loyalty.person import Person
from loyalty.send_gate import Go
from services.messages import gate_facts
from services.messages.contacts import spend
from services.messages.gate import held_back, judge, lock_people, outgoing_of
from services.shop import Shop
from services.tickets.opening import Draft, open_ticket
from storage.sql import change, rows
from storage.transactions import transactional
from tests.services.gating import (
    CARE,
    OWED,
    PROMOTION,
    agree,
    left,
    outgoing,
    result,
    talks,
    verdict,
)
from tests.shop_parts import a_follower, a_member, join

DAY = timedelta(days=1)


@pytest.fixture
async def li(shop: Shop) -> Person:
    """A member who subscribed and has just talked to us, at noon."""
    person = await a_member(shop)
    await agree(shop, person, {"marketing": True})
    await talks(shop, person)
    return person


async def test_whoever_subscribed_and_talks_may_be_written_to(shop: Shop, li: Person) -> None:
    assert await result(shop, li, PROMOTION) == "service"


async def test_the_newest_word_counts(shop: Shop, li: Person) -> None:
    await agree(shop, li, {"marketing": False, "care": False}, key="later")
    assert await result(shop, li, PROMOTION) == "no_consent"
    assert await result(shop, li, CARE) == "no_consent"
    assert await result(shop, li, OWED) == "service"


async def test_care_needs_no_subscription(shop: Shop) -> None:
    person = await a_member(shop)
    await talks(shop, person)
    assert await result(shop, person, CARE) == "service"
    assert await result(shop, person, PROMOTION) == "no_consent"


async def test_a_promotion_within_the_week_holds_the_next_one_back(shop: Shop, li: Person) -> None:
    await left(shop, li, PROMOTION, ago=3 * DAY)
    found = await verdict(shop, li, PROMOTION)
    assert getattr(found, "until", None) == shop.now() + 4 * DAY


@pytest.mark.parametrize("state", ["sending", "sent", "unknown"])
async def test_what_may_have_been_read_counts(shop: Shop, li: Person, state: str) -> None:
    await left(shop, li, PROMOTION, state=state)
    assert await result(shop, li, PROMOTION) == "cap"


@pytest.mark.parametrize("state", ["queued", "failed", "suppressed"])
async def test_what_nobody_read_does_not(shop: Shop, li: Person, state: str) -> None:
    await left(shop, li, PROMOTION, state=state)
    assert await result(shop, li, PROMOTION) == "service"


async def test_a_message_does_not_stand_in_its_own_way(shop: Shop, li: Person) -> None:
    number = await left(shop, li, PROMOTION, state="sending")
    found = await judge(shop, [outgoing(li, PROMOTION, number)])
    assert isinstance(found[number], Go)


async def test_all_accounts_of_a_member_count_together(shop: Shop, li: Person) -> None:
    await change("UPDATE followers SET unionid = 'u' WHERE id = $1", li.follower_id)
    second = await a_follower(shop, "li2")
    await change(
        "UPDATE followers SET member_id = $1 WHERE id = $2", li.member_id, second.follower_id
    )
    await left(shop, replace(second, member_id=li.member_id), PROMOTION)
    assert await result(shop, li, PROMOTION) == "cap"


async def test_an_open_complaint_stops_what_is_offered(shop: Shop, li: Person) -> None:
    await open_ticket(shop, li, Draft("complaint", "冷的"), key="c")
    assert await result(shop, li, PROMOTION) == "complaint"
    await change("UPDATE tickets SET state = 'resolved'")
    assert await result(shop, li, PROMOTION) == "service"


async def test_choices_of_the_member_are_kept_to(shop: Shop, li: Person) -> None:
    await change(
        "INSERT INTO contact_choices (member_id, topics_off, weekly, changed_at)"
        " VALUES ($1, '[\"offers\"]', 0, 1)",
        li.member_id,
    )
    assert await result(shop, li, PROMOTION, topic="offers") == "topic_off"
    assert await result(shop, li, PROMOTION, topic="activities") == "cap"


async def test_four_mass_sends_a_month(shop: Shop, li: Person) -> None:
    await change("UPDATE contacts SET left_over = 0")
    channels = frozenset({Channel.SERVICE, Channel.MASS})
    since = (shop.clock.local(shop.now()).day - 1) * DAY
    for number in range(4):
        assert await result(shop, li, PROMOTION, channels=channels) in ("mass", "cap")
        await left(shop, li, CARE, channel="mass", ago=since, key=f"mass:{number}")
    assert await result(shop, li, PROMOTION, channels=channels) == "monthly_quota"


async def test_an_address_alone_finds_the_contacts_of_whoever_has_it(
    shop: Shop, li: Person
) -> None:
    found = await verdict(shop, li, OWED, member_id=None, follower_id=None)
    assert isinstance(found, Go)
    assert (found.follower_id, found.contact) == (li.follower_id, "message")


async def test_many_people_cost_six_reads(
    shop: Shop, li: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [li] + [await a_member(shop, f"p{number}") for number in range(20)]
    reads = 0

    def counted(read: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def once(*asked: Any, **named: Any) -> Any:
            nonlocal reads
            reads += 1
            return await read(*asked, **named)

        return once

    for name in ("choices_of", "marketing_left", "newest_words", "ways_to", "who_complains"):
        monkeypatch.setattr(gate_facts, name, counted(getattr(gate_facts, name)))
    wanted = [outgoing(one, PROMOTION, number) for number, one in enumerate(people)]
    assert len(await judge(shop, wanted)) == 21
    assert reads == 5  # and one that finds their accounts


async def test_a_rehearsal_counts_who_would_not_hear_it(shop: Shop, li: Person) -> None:
    silent = await a_member(shop, "silent")
    await agree(shop, silent, {"marketing": True}, key="silent")
    never = await a_member(shop, "never")
    people = [li, silent, never]
    wanted = [outgoing(one, PROMOTION, number) for number, one in enumerate(people)]
    assert await held_back(shop, wanted) == {"no_channel": 1, "no_consent": 1}


async def test_a_member_without_an_account_is_told_apart(shop: Shop, li: Person) -> None:
    await change("UPDATE followers SET member_id = NULL")
    assert await result(shop, li, PROMOTION, follower_id=None) == "no_account"


async def test_rows_of_the_outbox_are_read_as_they_stand(shop: Shop, li: Person) -> None:
    await left(shop, li, CARE, topic="expiry", useless_after=5000)
    row = (await rows("SELECT *, class AS message_class FROM outbox WHERE topic = 'expiry'"))[0]
    one = outgoing_of(shop, [row], {row["id"]: {"kind": "text", "value": "…"}})[0]
    assert (one.message_class, one.topic, one.member_id) == (CARE, "expiry", li.member_id)
    assert one.channels == {Channel.SERVICE}


@pytest.mark.parametrize(("kind", "errand"), [("who", True), ("sms", True), ("text", False)])
async def test_questions_to_the_platform_are_errands(
    shop: Shop, li: Person, kind: str, errand: bool
) -> None:
    await left(shop, li, OWED, key="errand")
    row = (await rows("SELECT *, class AS message_class FROM outbox WHERE key = 'errand'"))[0]
    assert outgoing_of(shop, [row], {row["id"]: {"kind": kind}})[0].is_errand == errand


@transactional
async def claim(shop: Shop, person: Person, number: int) -> bool:
    """As a worker does: judge under the lock, and write down that it left."""
    one = outgoing(person, PROMOTION, number)
    await lock_people([one])
    found = (await judge(shop, [one]))[number]
    if not isinstance(found, Go):
        return False
    await change(
        "UPDATE outbox SET state = 'sending', left_at = $1 WHERE id = $2",
        int(shop.now().timestamp() * 1000),
        number,
    )
    await spend([found])
    return True


async def test_of_workers_that_claim_at_once_one_finds_room_under_the_cap(
    shop: Shop, li: Person
) -> None:
    queued = [
        await left(shop, li, PROMOTION, state="queued", left_at=None, key=f"q{number}")
        for number in range(6)
    ]
    passed = await asyncio.gather(*(claim(shop, li, number) for number in queued))
    assert sum(passed) == 1
    found = await rows("SELECT left_over FROM contacts")
    assert found[0]["left_over"] == 4


async def test_joining_lets_us_care(shop: Shop) -> None:
    person = await a_follower(shop, "new")
    await join(shop, person)
    person = await a_follower(shop, "new")
    await talks(shop, person)
    assert await result(shop, person, CARE) == "service"
