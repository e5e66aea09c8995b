"""到期清除: what is past its time goes in the night, what is not stays, and both are reported."""

from datetime import timedelta

import pytest

from loyalty.person import Person
from loyalty.retention import RETENTION, kept
from services.custody.retention import RetentionState, erase_overdue, retention_states
from services.messages.outbox import queue_replies
from services.people.callers import keep_progress
from services.people.closing import close_member
from services.shop import Shop
from services.tickets.opening import Draft, open_ticket
from services.tickets.texts import check_length
from storage.retention import BY_TIME
from storage.sql import change, rows
from tests.outbox import outbox_rows
from tests.services.people.test_downloads import a_link
from tests.shop_parts import MachineClock, a_follower, a_member
from tests.storage.one_of_each import fill_every_table


async def state_of(shop: Shop, name: str) -> RetentionState:
    return next(state for state in await retention_states(shop) if state.kept.name == name)


async def say(shop: Shop, person: Person, text: str) -> None:
    content = [{"kind": "text", "value": text}]
    await queue_replies(
        shop, account=person.account, openid=person.openid, key=text, contents=content
    )
    await change("UPDATE outbox SET state = 'sent'")


async def test_messages_are_blanked_after_ninety_days_and_still_counted(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    await say(shop, li, "你好")
    clock.pass_time(days=89)
    await erase_overdue(shop)
    assert [line["value"] for line in await outbox_rows()] == ["你好"]
    clock.pass_time(days=2)
    assert (await state_of(shop, "messages")).past_due == 1
    await erase_overdue(shop)
    assert [line["value"] for line in await outbox_rows()] == [""]
    assert await rows("SELECT state, content_sealed FROM outbox") == [
        {"state": "sent", "content_sealed": None}
    ]
    assert (await state_of(shop, "messages")).past_due == 0


async def test_of_a_group_send_the_figures_stay_and_the_rows_go(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    await say(shop, li, "新品")
    ended = int(shop.now().timestamp() * 1000)
    for key, figures in (("kept", "{}"), ("open", None)):
        await change(
            "INSERT INTO broadcasts (key, state, audience, filter, content, topic, people,"
            " created_at, ended_at, figures)"
            " VALUES ($1, 'finished', '全部', '{}', '{}', 'offers', 1, 1, $2, $3)",
            key,
            ended,
            figures,
        )
    await change(
        "INSERT INTO broadcast_people (broadcast_id, member_id, follower_id)"
        " SELECT b.id, $1, $2 FROM broadcasts b",
        li.member_id,
        li.follower_id,
    )
    await change("UPDATE outbox SET broadcast_id = (SELECT MIN(id) FROM broadcasts)")
    clock.pass_time(days=91)
    await erase_overdue(shop)
    assert await rows("SELECT 1 AS one FROM outbox") == []
    assert len(await rows("SELECT 1 AS one FROM broadcast_people")) == 1


async def test_an_open_question_is_forgotten_after_a_month(shop: Shop, clock: MachineClock) -> None:
    li = await a_follower(shop)
    await keep_progress(shop, li, '["signup", {}]', None, "m1")
    clock.pass_time(days=30)
    await erase_overdue(shop)
    assert len(await rows("SELECT 1 AS one FROM dialogues")) == 1
    clock.pass_time(seconds=1)
    await erase_overdue(shop)
    assert await rows("SELECT 1 AS one FROM dialogues") == []


async def test_files_nobody_fetched_are_gone_a_day_later(shop: Shop, clock: MachineClock) -> None:
    await a_link(shop)
    clock.pass_time(days=1, minutes=11)
    assert await erase_overdue(shop) == 3
    assert await rows("SELECT 1 AS one FROM downloads") == []
    assert await rows("SELECT 1 AS one FROM download_files") == []


async def test_words_of_a_closed_ticket_go_after_two_years_those_of_an_open_one_stay(
    shop: Shop, clock: MachineClock
) -> None:
    li = await a_member(shop)
    await open_ticket(shop, li, Draft("feedback", check_length("一")), key="t1")
    await open_ticket(shop, li, Draft("feedback", check_length("二")), key="t2")
    await change("UPDATE tickets SET state = 'closed', closed_at = created_at WHERE key = 't1'")
    clock.pass_time(days=731)
    await erase_overdue(shop)
    texts = await rows("SELECT key, text_sealed FROM ticket_messages ORDER BY id")
    assert [line["text_sealed"] is None for line in texts] == [True, False]


async def test_who_never_comes_is_reported_and_not_erased(shop: Shop, clock: MachineClock) -> None:
    await a_member(shop)
    clock.pass_time(days=731)
    state = await state_of(shop, "inactive")
    assert (state.past_due, state.oldest) == (1, "2027-01-11")
    await erase_overdue(shop)
    assert await rows("SELECT state FROM members") == [{"state": "active"}]


async def test_whoever_left_is_no_inactive_member(shop: Shop, clock: MachineClock) -> None:
    await close_member(shop, await a_member(shop), shown_text="leaving", key="bye")
    clock.pass_time(days=731)
    assert (await state_of(shop, "inactive")).past_due == 0


async def test_a_night_erases_more_than_one_batch(
    shop: Shop, clock: MachineClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.custody.retention.BATCH", 2)
    li = await a_member(shop)
    for number in range(5):
        await say(shop, li, f"第{number}条")
    clock.pass_time(days=91)
    await erase_overdue(shop)
    assert (await state_of(shop, "messages")).past_due == 0


async def test_every_kind_with_days_has_its_rows_and_every_question_an_answer(shop: Shop) -> None:
    await fill_every_table(shop)
    await change("UPDATE outbox SET state = 'sent'")
    await change("UPDATE job_runs SET state = 'done'")
    await change("UPDATE quotes SET purchase_id = NULL")
    await change("UPDATE tickets SET state = 'closed', closed_at = 1")
    for table in ("ticket_messages", "message_replies"):
        await change(f"UPDATE {table} SET text_sealed = (SELECT key_sealed FROM till_keys)")
    shop.clock.offset = timedelta(days=4000)
    assert {one.name for one in RETENTION if one.days is not None} == set(BY_TIME)
    due = {state.kept.name: state.past_due for state in await retention_states(shop)}
    assert [name for name in BY_TIME if not due[name]] == []
    await erase_overdue(shop)
    due = {state.kept.name: state.past_due for state in await retention_states(shop)}
    assert {name for name, count in due.items() if count} == {"inactive"}


async def test_the_ledger_and_its_proofs_are_kept_by_no_time(shop: Shop) -> None:
    assert [kept(name).days for name in ("ledger", "purchases", "consents", "audit")] == [None] * 4
    await a_member(shop)
    shop.clock.offset = timedelta(days=9000)
    before = await rows("SELECT * FROM ledger_entries")
    await erase_overdue(shop)
    assert await rows("SELECT * FROM ledger_entries") == before
    assert len(await rows("SELECT * FROM consents")) == 2
