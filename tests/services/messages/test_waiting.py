"""待说的话: what could not be delivered is kept, said once at the next contact, and forgotten."""

import asyncio
from dataclasses import replace

import pytest

from loyalty.person import Person
from services.messages.notices import put_notice
from services.messages.outbox import take_due_messages
from services.messages.telling import tell_follower
from services.messages.waiting import take_first_lines, wait_for_contact
from services.people.callers import follow, unfollow
from services.shop import Shop
from services.tickets.opening import Draft, open_ticket
from storage.sql import change, row, rows
from storage.transactions import transactional
from tests.outbox import record_outcome
from tests.services.gating import agree
from tests.services.posting import member_id_of
from tests.shop_parts import a_follower, a_member

ANSWER = "店长回复了你"


@transactional
async def put_line(shop: Shop, text: str, key: str, *, follower_id: int) -> None:
    await wait_for_contact(shop, follower_id, text, key=key)


@transactional
async def tell(shop: Shop, key: str, *, waits: bool = True) -> None:
    follower = {"account": "main", "openid": "openid-li"}
    otherwise = "first_line" if waits else None
    await tell_follower(shop, follower, ANSWER, key=key, otherwise=otherwise)


async def send(shop: Shop, *, state: str = "failed") -> None:
    for message in await take_due_messages(shop, "worker", 10):
        await record_outcome(shop, message, "worker", state=state, reason="window_closed")


async def said_to_li(shop: Shop, key: str) -> list[str]:
    return await take_first_lines(shop, await a_follower(shop), key=key)


async def test_what_the_platform_did_not_take_is_said_at_the_next_message(shop: Shop) -> None:
    assert not (await a_follower(shop)).has_waiting
    await tell(shop, "t1")
    await send(shop)
    assert (await a_follower(shop)).has_waiting
    assert await said_to_li(shop, "m1") == [ANSWER]


async def test_what_was_delivered_does_not_wait(shop: Shop) -> None:
    await a_follower(shop)
    await tell(shop, "t1")
    await send(shop, state="sent")
    await tell(shop, "t2", waits=False)
    await send(shop)
    assert not (await a_follower(shop)).has_waiting
    assert await said_to_li(shop, "m1") == []


async def test_a_repeat_says_the_same_and_the_next_message_nothing(shop: Shop) -> None:
    li = await a_follower(shop)
    await put_line(shop, "one", "k1", follower_id=li.follower_id)
    assert await said_to_li(shop, "m1") == await said_to_li(shop, "m1") == ["one"]
    await put_line(shop, "two", "k2", follower_id=li.follower_id)
    assert await said_to_li(shop, "m1") == ["one"]
    assert await said_to_li(shop, "m2") == ["two"]
    assert (await a_follower(shop)).has_waiting
    assert await said_to_li(shop, "m3") == []
    assert not (await a_follower(shop)).has_waiting


async def test_many_lines_are_said_a_few_at_a_time_oldest_first(shop: Shop) -> None:
    li = await a_follower(shop)
    for number in range(5):
        await put_line(shop, str(number), f"k{number}", follower_id=li.follower_id)
    assert await said_to_li(shop, "m1") == ["0", "1", "2"]
    assert await said_to_li(shop, "m2") == ["3", "4"]


async def test_a_line_is_kept_once_sealed_and_for_one_person(shop: Shop) -> None:
    li, wang = await a_follower(shop), await a_follower(shop, "wang")
    for _ in range(2):
        await put_line(shop, ANSWER, "k1", follower_id=li.follower_id)
    [line] = await rows("SELECT follower_id, text_sealed FROM waiting_lines")
    assert line["follower_id"] == li.follower_id
    assert ANSWER.encode() not in bytes(line["text_sealed"])
    assert await take_first_lines(shop, wang, key="m1") == []


async def test_who_leaves_before_it_is_sent_hears_it_on_coming_back(shop: Shop) -> None:
    li = await a_follower(shop)
    await tell(shop, "t1")
    await tell(shop, "t2", waits=False)
    await unfollow(shop, li, pushed_at=1)
    await unfollow(shop, li, pushed_at=2)
    await follow(shop, li, pushed_at=3, source=None)
    assert await said_to_li(shop, "m1") == [ANSWER]


async def test_who_leaves_can_do_so_also_with_a_message_that_was_tampered_with(
    shop: Shop,
) -> None:
    li = await a_follower(shop)
    await tell(shop, "t1")
    await change("UPDATE outbox SET key = key || 'x'")
    await unfollow(shop, li, pushed_at=1)
    assert await said_to_li(shop, "m1") == []


async def test_a_worker_that_lost_its_message_leaves_no_line(shop: Shop) -> None:
    await a_follower(shop)
    await tell(shop, "t1")
    [message] = await take_due_messages(shop, "worker", 10)
    await change("UPDATE outbox SET worker = 'another'")
    assert not await record_outcome(shop, message, "worker", state="failed", reason="x")
    assert await row("SELECT 1 AS one FROM waiting_lines") is None


async def test_a_line_that_comes_while_nothing_is_found_is_not_forgotten(shop: Shop) -> None:
    li = await a_follower(shop)
    for number in range(20):
        await asyncio.gather(
            put_line(shop, str(number), f"k{number}", follower_id=li.follower_id),
            take_first_lines(shop, li, key=f"m{number}"),
        )
        untold = await rows("SELECT id FROM waiting_lines WHERE told_at IS NULL")
        assert (await a_follower(shop)).has_waiting or untold == []


@transactional
async def greet(shop: Shop, person: Person, kind: str) -> None:
    await put_notice(
        shop,
        member_id_of(person),
        wording="campaigns/said",
        facts={"text": kind},
        key=kind,
        due_at=shop.now(),
        message_class=kind,
    )


@pytest.mark.parametrize("account", ["main", "second"])
async def test_nobody_who_complains_is_cheered_first(shop: Shop, account: str) -> None:
    li = await a_member(shop)
    await agree(shop, li, {"marketing": True})
    for kind in ("care", "promotion", "service"):
        await greet(shop, li, kind)
    await send(shop)
    await change("UPDATE followers SET unionid = 'u'")
    other = replace(await a_follower(shop, account=account), member_id=li.member_id)
    await change("UPDATE followers SET member_id = $1", li.member_id)
    # By the very message that is answered with the lines.
    await open_ticket(shop, other, Draft("complaint", "冷的"), key="m1")
    assert await said_to_li(shop, "m1") == ["service"]
    assert await said_to_li(shop, "m2") == []
    assert (await a_follower(shop)).has_waiting
    await change("UPDATE tickets SET state = 'resolved'")
    assert await said_to_li(shop, "m3") == ["care", "promotion"]


async def test_the_complaint_of_another_holds_nothing_back(shop: Shop) -> None:
    li, wang = await a_member(shop), await a_follower(shop, "wang")
    await open_ticket(shop, wang, Draft("complaint", "冷的"), key="c")
    await greet(shop, li, "care")
    await send(shop)
    assert await said_to_li(shop, "m1") == ["care"]
