"""Contact choices (消息偏好): what somebody says holds at once, for what is queued, too."""

from datetime import timedelta
from typing import Any

import pytest

from loyalty.messages import MessageClass, Topic
from loyalty.person import Person
from services.messages.contact_choices import (
    PauseUnfit,
    agree_to_offers,
    choices_shown,
    hear_about,
    hear_fewer,
    hear_more,
    pause_offers,
    stop_messages_about,
    stop_offers,
)
from services.messages.notices import put_notice
from services.messages.waiting import wait_for_contact
from services.shop import Shop
from storage.sql import row, rows
from storage.transactions import transactional
from tests.services.gating import CARE, OWED, PROMOTION, agree, left, result, talks
from tests.services.merging import merge
from tests.services.posting import member_id_of
from tests.shop_parts import MachineClock, a_follower, a_member


@pytest.fixture
async def li(shop: Shop) -> Person:
    person = await a_member(shop)
    await agree(shop, person, {"marketing": True})
    await talks(shop, person)
    return person


async def states() -> dict[str, tuple[str, str | None]]:
    found = await rows("SELECT key, state, reason FROM outbox WHERE key LIKE 'q:%'")
    return {line["key"].removeprefix("q:"): (line["state"], line["reason"]) for line in found}


async def queue(shop: Shop, li: Person) -> None:
    for name, kind, topic in (
        ("offer", PROMOTION, "offers"),
        ("activity", PROMOTION, "activities"),
        ("birthday", CARE, "care"),
        ("ticket", OWED, None),
    ):
        await left(shop, li, kind, key=f"q:{name}", state="queued", left_at=None, topic=topic)


async def test_stop_holds_back_what_is_queued_in_the_same_breath(shop: Shop, li: Person) -> None:
    await queue(shop, li)
    assert await stop_offers(shop, li, shown_text="stop", key="s") == 3
    assert await states() == {
        "offer": ("suppressed", "no_consent"),
        "activity": ("suppressed", "no_consent"),
        "birthday": ("suppressed", "no_consent"),
        "ticket": ("queued", None),
    }
    assert await stop_offers(shop, li, shown_text="stop", key="s") == 0


async def test_stop_is_for_whoever_says_it(shop: Shop, li: Person) -> None:
    wang = await a_member(shop, "wang")
    await queue(shop, li)
    await stop_offers(shop, wang, shown_text="stop", key="s")
    assert set((await states()).values()) == {("queued", None)}


async def test_what_is_being_sent_keeps_its_outcome(shop: Shop, li: Person) -> None:
    await left(shop, li, PROMOTION, key="q:now", state="sending")
    await stop_offers(shop, li, shown_text="stop", key="s")
    assert await states() == {"now": ("sending", None)}


async def test_nothing_that_was_offered_is_told_at_the_next_contact(shop: Shop, li: Person) -> None:
    await queue(shop, li)
    for key in ("q:offer", "q:ticket"):
        await waits(shop, li, key)
    await stop_offers(shop, li, shown_text="stop", key="s")
    assert [line["key"] for line in await rows("SELECT key FROM waiting_lines")] == ["q:ticket"]


@transactional
async def waits(shop: Shop, li: Person, key: str) -> None:
    await wait_for_contact(shop, li.follower_id, "…", key=key)


async def test_whoever_is_no_member_may_say_stop(shop: Shop) -> None:
    stranger = await a_follower(shop, "stranger")
    assert await stop_offers(shop, stranger, shown_text="stop", key="s") == 0
    found = await row("SELECT COUNT(*) AS n FROM consents WHERE NOT given")
    assert found is not None
    assert found["n"] == 2


async def test_subscribing_lets_greetings_come_again(shop: Shop, li: Person) -> None:
    await stop_offers(shop, li, shown_text="stop", key="s")
    assert await result(shop, li, CARE) == "no_consent"
    await agree_to_offers(shop, li, shown_text="yes", key="y")
    assert await result(shop, li, CARE) == "service"
    assert await result(shop, li, PROMOTION) == "service"


async def test_one_topic_is_held_back_and_no_other(shop: Shop, li: Person) -> None:
    await queue(shop, li)
    await stop_messages_about(shop, member_id_of(li), Topic.ACTIVITIES, key="t")
    found = await states()
    assert found.pop("activity") == ("suppressed", "topic_off")
    assert set(found.values()) == {("queued", None)}
    assert await result(shop, li, PROMOTION, topic="activities") == "topic_off"
    await hear_about(shop, member_id_of(li), Topic.ACTIVITIES, key="t2")
    assert await result(shop, li, PROMOTION, topic="activities") == "service"


async def test_a_reminder_that_is_queued_or_waits_to_be_said_ends_with_its_topic(
    shop: Shop, li: Person
) -> None:
    service = MessageClass.SERVICE
    queued: dict[str, Any] = {"state": "queued", "left_at": None, "topic": "expiry"}
    await left(shop, li, service, key="q:points", **queued)
    await left(shop, li, service, key="q:place", **{**queued, "topic": None})
    await left(shop, li, service, key="q:said", topic="expiry", otherwise="first_line")
    await wait_for_points(shop, li)
    await stop_messages_about(shop, member_id_of(li), Topic.EXPIRY, key="t")
    found = await states()
    assert found["points"] == ("suppressed", "topic_off")
    assert found["place"] == ("queued", None)
    assert await rows("SELECT key FROM waiting_lines") == []
    assert await result(shop, li, service, topic="expiry") == "topic_off"


@transactional
async def wait_for_points(shop: Shop, person: Person) -> None:
    await wait_for_contact(shop, person.follower_id, "积分快到期", key="q:said")


async def test_a_message_takes_one_step_however_often_it_comes(shop: Shop, li: Person) -> None:
    member_id = member_id_of(li)
    steps = [(await hear_fewer(shop, member_id, key=key)).weekly for key in ("a", "a", "b", "b")]
    assert steps == [1, 1, 0, 0]
    assert (await hear_more(shop, member_id, key="c")).weekly == 1


async def test_one_a_week_is_one_of_all_kinds(shop: Shop, li: Person) -> None:
    await hear_fewer(shop, member_id_of(li), key="a")
    assert await result(shop, li, PROMOTION) == "service"
    await left(shop, li, CARE)
    assert await result(shop, li, PROMOTION) == "cap"


async def test_a_pause_holds_for_its_days(shop: Shop, li: Person, clock: MachineClock) -> None:
    await pause_offers(shop, member_id_of(li), 2, key="p")
    assert await result(shop, li, CARE) == "paused_by_member"
    clock.pass_time(days=2)
    await talks(shop, li)
    assert await result(shop, li, CARE) == "service"
    assert (await choices_shown(shop, member_id_of(li))).paused_until is None


@pytest.mark.parametrize("days", [0, 181])
async def test_a_pause_has_a_length(shop: Shop, li: Person, days: int) -> None:
    with pytest.raises(PauseUnfit):
        await pause_offers(shop, member_id_of(li), days, key="p")
    assert await rows("SELECT * FROM contact_choices") == []


async def test_reading_the_choices_writes_nothing(shop: Shop, li: Person) -> None:
    await choices_shown(shop, member_id_of(li))
    assert await rows("SELECT * FROM contact_choices") == []


async def test_of_two_memberships_the_stricter_words_hold(shop: Shop, li: Person) -> None:
    wang = await a_member(shop, "wang")
    await hear_fewer(shop, member_id_of(wang), key="a")
    await stop_messages_about(shop, member_id_of(li), Topic.OFFERS, key="t")
    await merge(shop, li, wang)
    choices = await choices_shown(shop, member_id_of(li))
    assert (choices.topics_off, choices.weekly) == (frozenset({Topic.OFFERS}), 1)


async def test_a_notice_that_was_stopped_is_not_told_either(shop: Shop, li: Person) -> None:
    await greets(shop, li)
    await stop_offers(shop, li, shown_text="stop", key="s")
    found = await rows("SELECT state, reason FROM outbox WHERE class = 'care'")
    assert [(line["state"], line["reason"]) for line in found] == [("suppressed", "no_consent")]


@transactional
async def greets(shop: Shop, li: Person) -> None:
    await put_notice(
        shop,
        member_id_of(li),
        wording="points/ending",
        facts={},
        key="greeting",
        due_at=shop.now() + timedelta(days=1),
        message_class="care",
    )
