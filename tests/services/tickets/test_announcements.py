"""改进告知: everyone who asked is told once, also the unnamed, and no figure tells who they are."""

from dataclasses import replace

import pytest

from loyalty.person import Person
from loyalty.staff import NotAllowed, Role
from services.counter.actions import NotYoursToConfirm, confirm_action
from services.messages.outbox import take_due_messages
from services.messages.queueing import opened_content
from services.messages.waiting import take_first_lines
from services.people.closing import close_member
from services.shop import Shop
from services.tickets.announcements import (
    AnnouncementTooLong,
    NobodyToTell,
    TooManyToTell,
    announcements,
)
from services.tickets.answers import name_subject
from services.tickets.opening import Draft, open_ticket
from services.tickets.topics import set_topic
from storage.sql import change, rows
from tests.outbox import record_outcome
from tests.services.staffing import a_staff, asked, done
from tests.shop_parts import a_follower, a_member

TEXT = "买了婴儿椅"


@pytest.fixture
async def owner(shop: Shop) -> Person:
    return await a_staff(shop, "owner", Role.OWNER, "")


async def a_wish(
    shop: Shop, key: str, name: str = "li", *, unnamed: bool = False, store: int | None = 1
) -> int:
    draft = Draft("feedback", "婴儿椅", store_id=store, anonymous=unnamed)
    return (await open_ticket(shop, await a_follower(shop, name), draft, key=key)).id


async def told(shop: Shop) -> list[tuple[str, str]]:
    """Who got the improvement, and what it said."""
    found = await rows("SELECT * FROM outbox WHERE key LIKE 'announce:%' ORDER BY id")
    contents = [opened_content(shop.keys, line)["value"] for line in found]
    names = [line["openid"].removeprefix("openid-") for line in found]
    return list(zip(names, contents, strict=True))


async def send(shop: Shop, *, failing: str = "") -> None:
    for message in await take_due_messages(shop, "worker", 200):
        state = "failed" if message.openid == f"openid-{failing}" else "sent"
        await record_outcome(shop, message, "worker", state=state, reason=None)


async def test_everybody_linked_gets_one_message_with_their_own_ticket(
    shop: Shop, owner: Person
) -> None:
    await a_member(shop)
    numbers = [await a_wish(shop, "w1"), await a_wish(shop, "w2"), await a_wish(shop, "w3", "wang")]
    answer = await done(shop, owner, "announce", ",".join(map(str, numbers)), TEXT)
    assert "2 人" in answer.text
    sent = dict(await told(shop))
    assert set(sent) == {"li", "wang"}
    assert len(await told(shop)) == 2
    assert f"工单 {numbers[1]}" in sent["li"]
    assert TEXT in sent["li"]
    assert "春熙路店" in sent["wang"]


async def test_what_is_confirmed_twice_is_told_once(shop: Shop, owner: Person) -> None:
    number = await a_wish(shop, "w1")
    proposal = await asked(shop, owner, "announce", str(number), TEXT)
    first = await confirm_action(shop, owner, proposal.code, key="yes")
    assert await confirm_action(shop, owner, proposal.code, key="yes") == first
    assert len(await told(shop)) == 1


async def test_the_unnamed_are_told_and_counted_once_a_ticket(shop: Shop, owner: Person) -> None:
    """Else the figure would tell that the unnamed ticket is this member's."""
    await a_member(shop)
    named = await a_wish(shop, "w1")
    unnamed = await a_wish(shop, "w2", unnamed=True)
    proposal = await asked(shop, owner, "announce", f"{named},{unnamed}", TEXT)
    assert "2 人" in proposal.summary
    await confirm_action(shop, owner, proposal.code, key="yes")
    assert len(await told(shop)) == 1
    await send(shop)
    [line] = await announcements(shop, owner)
    assert (line.sent, line.on_the_way, line.later, line.lost) == (2, 0, 0, 0)


async def test_the_state_follows_each_message(shop: Shop, owner: Person) -> None:
    numbers = [await a_wish(shop, "w1"), await a_wish(shop, "w2", "wang")]
    await done(shop, owner, "announce", ",".join(map(str, numbers)), TEXT)
    [line] = await announcements(shop, owner)
    assert (line.text, line.on_the_way) == (TEXT, 2)
    await send(shop, failing="wang")
    [line] = await announcements(shop, owner)
    assert (line.sent, line.later, line.lost) == (1, 1, 0)
    await take_first_lines(shop, await a_follower(shop, "wang"), key="m1")
    [line] = await announcements(shop, owner)
    assert (line.sent, line.later) == (2, 0)


async def test_a_topic_links_all_of_its_tickets(shop: Shop, owner: Person) -> None:
    for place, name in enumerate(("li", "wang", "zhao")):
        number = await a_wish(shop, f"w{place}", name)
        if name != "zhao":
            await set_topic(shop, owner, number, "婴儿椅", key=f"t{place}")
    await done(shop, owner, "announce", "婴儿椅", TEXT)
    assert {name for name, _ in await told(shop)} == {"li", "wang"}


async def test_a_manager_tells_only_of_what_they_see(shop: Shop) -> None:
    manager = await a_staff(shop, "manager", Role.MANAGER, "cd01")
    other = await a_wish(shop, "w1", store=2)
    with pytest.raises(NobodyToTell):
        await asked(shop, manager, "announce", str(other), TEXT)
    own = await a_wish(shop, "w2", "wang")
    await done(shop, manager, "announce", f"{other},{own}", TEXT, key="m2")
    assert [name for name, _ in await told(shop)] == ["wang"]


async def test_more_than_fifty_people_take_two_of_the_staff(shop: Shop, owner: Person) -> None:
    second = await a_staff(shop, "marketing", Role.MARKETING, "")
    numbers = [await a_wish(shop, f"w{place}", f"guest{place}") for place in range(51)]
    proposal = await asked(shop, owner, "announce", ",".join(map(str, numbers)), TEXT)
    assert proposal.by_another
    await confirm_action(shop, second, proposal.code, key="yes")
    assert len(await told(shop)) == 51


async def test_whom_a_linked_ticket_is_about_is_no_second_person(shop: Shop, owner: Person) -> None:
    second = await a_staff(shop, "marketing", Role.MARKETING, "")
    numbers = [await a_wish(shop, f"w{place}", f"guest{place}") for place in range(51)]
    assert second.staff_id is not None
    await name_subject(shop, owner, numbers[0], second.staff_id, key="n1")
    proposal = await asked(shop, owner, "announce", ",".join(map(str, numbers)), TEXT)
    with pytest.raises(NotYoursToConfirm):
        await confirm_action(shop, second, proposal.code, key="yes")
    assert await told(shop) == []


async def test_who_has_left_is_told_nothing_more(shop: Shop, owner: Person) -> None:
    li = await a_member(shop)
    number = await a_wish(shop, "w1")
    await close_member(shop, li, shown_text="bye", key="bye")
    with pytest.raises(NobodyToTell):
        await asked(shop, owner, "announce", str(number), TEXT)


@pytest.mark.parametrize(
    ("which", "text", "refusal"),
    [
        ("99", TEXT, NobodyToTell),
        ("1 2", TEXT, NobodyToTell),
        ("1", "好" * 301, AnnouncementTooLong),
    ],
)
async def test_what_cannot_be_told_is_refused(
    shop: Shop, owner: Person, which: str, text: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await asked(shop, owner, "announce", which, text)


async def test_one_announcement_has_an_end(shop: Shop, owner: Person) -> None:
    await a_wish(shop, "w1")
    await change("UPDATE tickets SET topic = '停车'")
    for doubling in range(10):
        await change(
            "INSERT INTO tickets (key, kind, state, follower_id, topic, promise_at, created_at)"
            f" SELECT key || '-{doubling}', kind, state, follower_id, topic, promise_at, created_at"
            " FROM tickets"
        )
    with pytest.raises(TooManyToTell):
        await asked(shop, owner, "announce", "停车", TEXT)


async def test_clerks_announce_nothing(shop: Shop) -> None:
    clerk = await a_staff(shop)
    with pytest.raises(NotAllowed):
        await asked(shop, clerk, "announce", "1", TEXT)
    with pytest.raises(NotAllowed):
        await announcements(shop, clerk)


async def test_a_manager_reads_of_their_own_announcements_only(shop: Shop, owner: Person) -> None:
    await done(shop, owner, "announce", str(await a_wish(shop, "w1")), TEXT)
    manager = await a_staff(shop, "manager", Role.MANAGER, "cd01")
    assert await announcements(shop, manager) == []
    assert await announcements(shop, replace(owner, staff_id=-1)) != []
