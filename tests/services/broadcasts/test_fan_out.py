"""The fan-out (分发): everybody of the audience is put in once, whatever dies in the middle."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

import services.broadcasts.fan_out
from loyalty.broadcasts import Figures
from services.broadcasts.drafts import broadcast_there
from services.broadcasts.fan_out import fan_out_chunk, write_audience
from services.broadcasts.reports import report_of
from services.broadcasts.steering import cancel_broadcast, pause_broadcast, resume_broadcast
from services.broadcasts.work import finish, take_broadcast, work_round
from services.messages.outbox import take_due_messages
from services.messages.outbox_results import begin_sending
from services.shop import Shop
from storage.broadcast_people import write_down
from storage.sql import change, row, rows
from tests.outbox import outbox_rows
from tests.services.broadcasting import (
    a_crowd,
    a_draft,
    deliver,
    figures,
    say_of_crowd,
    started,
    two_people,
    worked,
)
from tests.shop_parts import MachineClock

PEOPLE = 25
CHUNK = 7


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services.broadcasts.fan_out, "CHUNK", CHUNK)


@pytest.fixture
async def number(shop: Shop) -> int:
    """A sending that has just been confirmed."""
    await a_crowd(shop, PEOPLE)
    writer, owner = await two_people(shop)
    number = await a_draft(shop, writer)
    await started(shop, writer, owner, number)
    return number


async def queued_members() -> list[int]:
    found = await rows("SELECT member_id FROM outbox WHERE broadcast_id IS NOT NULL ORDER BY id")
    return [line["member_id"] for line in found]


async def test_everybody_is_put_in_once_and_the_sum_holds_after_each_step(
    shop: Shop, number: int
) -> None:
    assert await figures(shop, number) == Figures(audience=0)
    while await work_round(shop, "worker"):
        found = await figures(shop, number)
        assert (found.audience, found.on_the_way) == (PEOPLE, PEOPLE)
    members = await queued_members()
    assert len(members) == len(set(members)) == PEOPLE


async def test_the_audience_is_of_the_moment_it_began(shop: Shop, number: int) -> None:
    await write_audience(shop, await broadcast_there(number))
    await a_crowd(shop, 5, first=PEOPLE + 1)
    assert not await write_audience(shop, await broadcast_there(number))
    await worked(shop)
    assert (await figures(shop, number)).audience == len(await queued_members()) == PEOPLE


async def test_writing_the_audience_down_at_once_by_many_leaves_one(
    shop: Shop, number: int
) -> None:
    broadcast = await broadcast_there(number)
    wrote = await asyncio.gather(*[write_audience(shop, broadcast) for _ in range(8)])
    assert sum(wrote) == 1
    assert (await figures(shop, number)).audience == PEOPLE


async def test_a_crash_between_two_chunks_loses_and_doubles_nobody(
    shop: Shop, number: int, clock: MachineClock
) -> None:
    """The dead worker keeps its lease; then another one goes on where it stopped."""
    await work_round(shop, "dead")
    await work_round(shop, "dead")
    assert await take_broadcast(shop, "dead", []) is not None
    assert not await work_round(shop, "other")
    assert len(await queued_members()) == CHUNK
    clock.pass_time(seconds=16)
    await worked(shop, "other")
    members = await queued_members()
    assert len(members) == len(set(members)) == PEOPLE


async def test_a_crash_inside_a_chunk_or_the_list_undoes_it_whole(
    shop: Shop, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(Exception):
        """The process is gone before it commits."""

    async def dies(*_: object, **__: object) -> None:
        raise Killed

    for name, step in (("keep_count", 0), ("put_many", CHUNK)):
        with monkeypatch.context() as dying:
            dying.setattr(services.broadcasts.fan_out, name, dies)
            with pytest.raises(Killed):
                await worked(shop, "dies")
        assert await queued_members() == []
        await work_round(shop, "lives")
        assert len(await queued_members()) == step
    await worked(shop)
    members = await queued_members()
    assert len(members) == len(set(members)) == PEOPLE


async def test_many_processes_at_once_put_everybody_in_once(shop: Shop, number: int) -> None:
    await asyncio.gather(*[worked(shop, f"worker-{n}") for n in range(6)])
    await worked(shop)
    members = await queued_members()
    assert len(members) == len(set(members)) == PEOPLE
    assert await deliver(shop) == PEOPLE


async def test_what_is_cancelled_while_it_is_written_down_has_no_audience(
    shop: Shop, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cancelled_meanwhile(*told: Any) -> int:
        people = await write_down(*told)
        await change("UPDATE broadcasts SET state = 'cancelled', people = 0")
        return people

    monkeypatch.setattr(services.broadcasts.fan_out, "write_down", cancelled_meanwhile)
    assert not await write_audience(shop, await broadcast_there(number))
    assert await rows("SELECT 1 AS one FROM broadcast_people") == []


async def test_nothing_ends_before_everybody_is_in(shop: Shop, number: int) -> None:
    for _ in range(2):
        await work_round(shop, "worker")
    assert await deliver(shop) == CHUNK
    assert not await finish(shop, number)


async def test_two_who_judged_the_same_chunk_put_it_in_once(shop: Shop, number: int) -> None:
    await write_audience(shop, await broadcast_there(number))
    broadcast = await broadcast_there(number)
    put = await asyncio.gather(*[fan_out_chunk(shop, broadcast) for _ in range(6)])
    assert sum(put) == 1
    assert len(await queued_members()) == CHUNK


async def test_who_said_stop_after_the_audience_was_written_down_is_not_written_to(
    shop: Shop, number: int
) -> None:
    await write_audience(shop, await broadcast_there(number))
    await say_of_crowd(shop, given=False, key="stop", who="crowd-3")
    await worked(shop)
    found = await figures(shop, number)
    assert (found.suppressed, found.reasons) == (1, {"no_consent": 1})
    assert await deliver(shop) == PEOPLE - 1


async def test_who_said_stop_while_queued_is_not_written_to(shop: Shop, number: int) -> None:
    await worked(shop)
    await say_of_crowd(shop, given=False, key="stop", who="crowd-1_")
    assert await deliver(shop) == PEOPLE - 10
    found = await figures(shop, number)
    assert (found.sent, found.suppressed, found.on_the_way) == (PEOPLE - 10, 10, 0)


async def test_who_has_no_account_counts_as_held_back(shop: Shop, number: int) -> None:
    await change("UPDATE followers SET member_id = NULL WHERE openid = 'crowd-4'")
    await worked(shop)
    found = await figures(shop, number)
    assert (found.audience, found.reasons) == (PEOPLE, {"no_account": 1})
    assert len(await queued_members()) == PEOPLE - 1


async def test_who_left_after_the_audience_was_written_down_hears_nothing(
    shop: Shop, number: int
) -> None:
    await write_audience(shop, await broadcast_there(number))
    await change("UPDATE followers SET member_id = NULL WHERE openid = 'crowd-4'")
    await worked(shop)
    assert (await figures(shop, number)).reasons == {"left": 1}


async def test_two_memberships_merged_since_hear_it_once(shop: Shop, number: int) -> None:
    await write_audience(shop, await broadcast_there(number))
    [kept] = await rows("SELECT member_id FROM followers WHERE openid = 'crowd-4'")
    await change("UPDATE followers SET member_id = $1 WHERE openid = 'crowd-5'", kept["member_id"])
    await worked(shop)
    found = await rows("SELECT state FROM outbox WHERE member_id = $1", kept["member_id"])
    assert found == [{"state": "queued"}]
    assert (await figures(shop, number)).reasons == {"left": 1}


async def test_a_pause_holds_what_is_queued_and_what_is_to_come(shop: Shop, number: int) -> None:
    for _ in range(2):
        await work_round(shop, "worker")
    await pause_broadcast(shop, None, number, key="p")
    assert not await work_round(shop, "worker")
    assert await deliver(shop) == 0
    assert not await fan_out_chunk(shop, {**await broadcast_there(number), "state": "running"})
    assert (await figures(shop, number)).on_the_way == PEOPLE
    await resume_broadcast(shop, None, number, key="r")
    await worked(shop)
    assert await deliver(shop) == PEOPLE


@pytest.mark.parametrize("step", [pause_broadcast, cancel_broadcast])
async def test_what_is_claimed_when_it_is_stopped_is_not_sent(
    shop: Shop, number: int, step: Callable[..., Awaitable[object]]
) -> None:
    await worked(shop)
    claimed = await take_due_messages(shop, "sender", 10)
    assert len(claimed) == 10
    await step(shop, None, number, key="s")
    assert await begin_sending(shop, "sender", claimed) == set()
    await worked(shop)
    found = await figures(shop, number)
    assert (found.sent, found.suppressed + found.on_the_way) == (0, PEOPLE)


async def test_a_cancel_in_the_middle_ends_all_that_has_not_left(shop: Shop, number: int) -> None:
    for _ in range(3):
        await work_round(shop, "worker")
    await deliver(shop, 5)
    await cancel_broadcast(shop, None, number, key="c")
    found = await figures(shop, number)
    assert (found.sent, found.suppressed, found.on_the_way) == (5, PEOPLE - 5, 0)
    await worked(shop)
    assert await figures(shop, number) == found
    assert found.reasons == {"cancelled": PEOPLE - 5}
    assert await deliver(shop) == 0
    assert (
        await rows(
            "SELECT 1 AS one FROM outbox WHERE state = 'queued' AND broadcast_id IS NOT NULL"
        )
        == []
    )


async def test_it_is_finished_when_all_have_an_end_and_the_author_hears_the_figures(
    shop: Shop, number: int
) -> None:
    await worked(shop)
    assert not await finish(shop, number)
    await deliver(shop, PEOPLE - 2)
    await deliver(shop, state="unknown")
    await worked(shop)
    broadcast = await broadcast_there(number)
    assert broadcast["state"] == "finished"
    found = await figures(shop, number)
    assert (found.sent, found.unknown) == (PEOPLE - 2, 2)
    told = await rows("SELECT key FROM outbox WHERE key LIKE 'broadcast_told:%'")
    assert len(told) == 1
    assert not await finish(shop, number)


async def test_the_figures_outlive_the_rows_they_were_counted_from(shop: Shop, number: int) -> None:
    await worked(shop)
    await deliver(shop)
    await worked(shop)
    before = await figures(shop, number)
    for table in ("outbox", "broadcast_people"):
        await change(f"DELETE FROM {table} WHERE broadcast_id = $1", number)
    assert await figures(shop, number) == before


async def test_no_more_is_queued_than_can_be_stopped_cheaply(
    shop: Shop, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.broadcasts.fan_out, "MOST_QUEUED", 10)
    await worked(shop)
    assert len(await queued_members()) == 10
    await deliver(shop)
    await worked(shop)
    assert len(await queued_members()) == 20


async def test_at_night_everybody_waits_until_morning(
    shop: Shop, number: int, clock: MachineClock
) -> None:
    clock.pass_time(hours=12)
    await worked(shop)
    assert await deliver(shop) == 0
    found = await row(
        "SELECT MIN(wait_until) AS first, MAX(wait_until) AS last FROM outbox"
        " WHERE broadcast_id = $1",
        number,
    )
    assert found is not None
    assert found["first"] == found["last"] > 0
    assert (await figures(shop, number)).on_the_way == PEOPLE
    clock.pass_time(hours=11)
    assert await deliver(shop) == PEOPLE


async def test_what_is_said_is_kept_once_and_not_with_each(shop: Shop, number: int) -> None:
    await worked(shop)
    found = await rows(
        "SELECT DISTINCT content, content_sealed, class, lane, topic FROM outbox"
        " WHERE broadcast_id = $1",
        number,
    )
    assert found == [
        {"content": "", "content_sealed": None, "class": "promotion", "lane": 2, "topic": "offers"}
    ]
    [message, *_] = await take_due_messages(shop, "sender", 5)
    assert message.content["value"].startswith("新品上市\n")


async def test_a_followed_service_account_is_preferred(shop: Shop) -> None:
    shop = replace(shop, account_kinds={"main": "service", "mini": "mini", "news": "subscription"})
    await a_crowd(shop, 1)
    for account in ("mini", "news"):
        await change(
            "INSERT INTO followers (account, openid, member_id, follows, changed_at, first_seen_at)"
            " SELECT $1, 'other', MAX(id), TRUE, 0, 0 FROM members",
            account,
        )
    await change(
        "UPDATE followers SET id = id + 100 WHERE account = 'main'"
        " AND NOT EXISTS (SELECT 1 FROM contacts)"
    )
    writer, owner = await two_people(shop)
    number = await a_draft(shop, writer)
    await started(shop, writer, owner, number)
    await write_audience(shop, await broadcast_there(number))
    [found] = await rows(
        "SELECT f.account FROM broadcast_people p JOIN followers f ON f.id = p.follower_id"
    )
    assert found == {"account": "main"}


async def test_one_that_stopped_of_itself_is_told_to_the_author_once(
    shop: Shop, number: int
) -> None:
    await worked(shop)
    await change("UPDATE broadcasts SET state = 'paused', paused_why = 'errors'")
    await worked(shop)
    await worked(shop)
    [told] = await outbox_rows("key LIKE 'broadcast_told:%'")
    assert told["openid"] == "openid-writer"
    assert "自动暂停" in told["value"]
    await resume_broadcast(shop, None, number, key="r")
    assert await deliver(shop) == PEOPLE


async def test_what_the_platform_counted_of_calls_for_many_stands_beside(
    shop: Shop, number: int
) -> None:
    for key, counts in (("a", '{"total": 9, "sent": 8, "error": 1}'), ("b", '{"sent": 2}')):
        await change(
            "INSERT INTO mass_batches (key, broadcast_id, account, state, people, counts, worker,"
            " created_at) VALUES ($1, $2, 'main', 'sent', 9, $3, 'w', 1)",
            key,
            number,
            counts,
        )
    report = await report_of(shop, None, number)
    assert report.platform == {"total": 9, "sent": 10, "error": 1}
