"""The recipes (做法) are tried: what the cookbook shows is run as it stands there."""

import json
import shutil
import sqlite3
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

import handlers
from bot.dispatcher import Dispatcher, Found
from bot.pushes import Push, TextMessage
from bot.routing import handler_modules, table_of
from bot.web import JsonFault
from bot.wording import FOLDER, load_wordings
from handlers.pos.calls import TillCall
from handlers.pos.routes import CALLS
from loyalty.person import Person
from scheduler.runner import Runner
from scheduler.timetable import TIMETABLE, Job
from services.clock import BusinessClock
from services.rules import RulesBook
from services.shop import Shop
from storage.database import DatabaseAddress, current_client, is_postgres
from storage.migrate import statements
from storage.outbox import put_in_outbox
from storage.sql import change, rows
from tests.docs.pages import fence_of, fences_of
from tests.docs.recipes import PAGE, changed, made
from tests.shop_parts import MachineClock, open_test_shop


@dataclass(slots=True)
class Phone:
    """One person in front of the real dispatcher, with the cookbook's wordings beside ours."""

    dispatcher: Dispatcher
    person: Person
    numbers: Any = field(default_factory=count)

    async def says(self, words: str) -> str:
        number = str(next(self.numbers))
        push = Push("main", "gh_1", "o1", 1_800_000_000, number, number, TextMessage(words))
        return "\n".join(content.value for content in await self.dispatcher.dispatch(push))


def phone_with(file: str, wording: str, folder: Path) -> Phone:
    shutil.copytree(FOLDER, folder / "chat")
    (folder / "chat" / Path(wording).name).write_text(fence_of(PAGE, wording).content)
    person, kept = Person(1, "main", "o1", follows=True), dict[str, str | None]()

    async def find(account: str, openid: str, key: str) -> Found:
        return Found(person, kept.get("progress"))

    async def save(person: Person, progress: str | None, prior: str | None, key: str) -> None:
        kept["progress"] = progress

    async def remember(person: Person, told: str, grounds: Mapping[str, object]) -> None:
        kept["told"] = told

    table = table_of([*handler_modules(handlers), made(file)])
    rules = RulesBook(BusinessClock(MachineClock()))
    shop = SimpleNamespace(
        rules=rules, public_url="http://shop.test", claim_url="http://shop.test/r/"
    )
    shop.rules.brand_name = "山茶咖啡"
    wordings = load_wordings(folder / "chat")
    return Phone(Dispatcher(shop, table, wordings, find, save, remember), person)


async def test_the_new_word_is_answered_and_listed(tmp_path: Path) -> None:
    phone = phone_with(
        "handlers/member/opening_hours.py", "templates/chat/opening_hours.toml", tmp_path
    )
    assert (await phone.says("几点开门")).startswith("山茶咖啡各门店每天 8:00")
    assert "营业时间</a> 门店几点开门" in await phone.says("帮助")


async def test_the_new_dialogue_asks_again_skips_and_ends(tmp_path: Path) -> None:
    phone = phone_with("handlers/member/forecast.py", "templates/chat/forecast.toml", tmp_path)
    assert "消费多少元" in await phone.says("算积分")
    assert "没看懂金额" in await phone.says("三十二")
    assert "一个月来几次" in await phone.says("32")
    assert await phone.says("4") == "大约可得 128 积分。"
    await phone.says("算积分")
    await phone.says("12.50")
    assert await phone.says("跳过") == "大约可得 12 积分。"


def test_the_new_rule_passes_its_own_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = made("loyalty/member_days.py")
    monkeypatch.setitem(sys.modules, rule.__name__, rule)
    tests = made("tests/loyalty/test_member_days.py")
    found = [value for name, value in vars(tests).items() if name.startswith("test_")]
    assert len(found) == 2
    for test in found:
        test()


async def test_the_new_job_forgets_what_ended_long_ago(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = made("storage/retention.py")
    monkeypatch.setitem(sys.modules, query.__name__, query)
    job = job_of_the_page(shop, made("services/custody/retention.py").forget_old_messages)
    for days, key in ((100, "old"), (1, "new"), (100, "waiting")):
        ended_at = shop.clock.machine_now() - timedelta(days=days)
        await queue(key, ended_at, ends=key != "waiting")
    assert [await job.use_case(shop), await job.use_case(shop)] == [1, 0]
    left = await rows("SELECT key FROM outbox ORDER BY key")
    assert [message["key"] for message in left] == ["new", "waiting"]


async def test_the_new_till_call_answers_and_refuses() -> None:
    call = made("handlers/pos/estimates.py").post_estimate
    shop = SimpleNamespace(rules=RulesBook(BusinessClock(MachineClock())))
    answer = await call(shop, None, TillCall({"paid_fen": 3250}, {}))
    assert json.loads(answer.text) == {"points": 32}
    with pytest.raises(JsonFault, match="colour is not known here"):
        await call(shop, None, TillCall({"paid_fen": 3250, "colour": "red"}, {}))
    calls = changed("handlers/pos/routes.py", post_estimate=call)["CALLS"]
    assert calls.items() - CALLS.items() == {("/pos/v1/estimates", call)}


def test_the_changed_wording_fills_the_same_places() -> None:
    [sentence] = [fence.content for fence in fences_of(PAGE) if fence.file.endswith("wallet.toml")]
    name = sentence.partition(" =")[0]
    assert load_wordings().places(f"wallet/{name}") == {"held"}
    assert "{held}" in sentence


async def test_the_new_migration_fits_the_schema_and_keeps_its_history(
    empty_database: DatabaseAddress,
) -> None:
    text = fence_of(PAGE, "storage/migrations/NNNN_store_visits.sql").content
    # A database of its own: what a migration makes, no other test may see.
    async with (
        open_test_shop(empty_database),
        current_client().acquire_connection() as connection,
    ):
        for statement in statements(text, postgres=is_postgres()):
            await connection.execute(statement)
        await connection.execute("INSERT INTO members (joined_at, join_key) VALUES (0, 'k')")
        await connection.execute(
            "INSERT INTO store_visits (member_id, store_id, day)"
            " SELECT m.id, s.id, '2027-01-31' FROM members m, stores s WHERE s.code = 'cd01'"
        )
        with pytest.raises((sqlite3.Error, asyncpg.PostgresError), match="refuses DELETE"):
            await connection.execute("DELETE FROM store_visits")
    model: Any = made("storage/models/visits.py")
    assert model.StoreVisit._meta.db_table == "store_visits"


def job_of_the_page(shop: Shop, use_case: Any) -> Job:
    """The one line that is not in the timetable; the runner must be able to read it."""
    timetable = changed("scheduler/timetable.py", forget_old_messages=use_case)["TIMETABLE"]
    [job] = [job for job in timetable if job not in TIMETABLE]
    assert isinstance(job, Job)
    assert Runner(shop, timetable)
    return job


async def queue(key: str, at: datetime, *, ends: bool) -> None:
    message = {"account": "main", "openid": "o1", "message_class": "reply"}
    await put_in_outbox(key=key, content_sealed=b"", now=at, **message)
    if ends:
        ended = "UPDATE outbox SET state = 'sent', finished_at = created_at WHERE key = $1"
        await change(ended, key)
