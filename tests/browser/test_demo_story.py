"""The demo's year (演示故事): told by the use cases, so that every figure of it adds up."""

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.app import opened_shop
from bot.config import Settings, load_settings
from sandbox.forms import preset_forms
from services.custody.verify import verify_ledger
from services.org.tills import Till
from services.shop import Shop
from storage.broadcasts import broadcast_of_id
from storage.campaign_cues import due_cues
from storage.sql import rows
from storage.tills import signing_till
from tools.demo_data import shop_at, tell
from tools.demo_deeds import DEEDS
from tools.demo_people import STAFF_FOR, bind_all_staff
from tools.demo_reach import AUDIENCE, GIVEN, leave_draft
from tools.demo_shop import prepare
from tools.demo_story import Deed, plan
from tools.demo_tickets import tell_tickets

ENDS_AT = datetime(2026, 11, 22, 4, tzinfo=UTC)
GUESTS = 20
TABLES = ("refunds", "topups", "exchanges", "quotes", "wallet_holds", "coupons")


def test_the_year_is_the_same_each_time_and_has_every_deed() -> None:
    story = plan(ENDS_AT, tills=11)
    assert story == plan(ENDS_AT, tills=11)
    assert {event.deed for event in story} == set(Deed) == set(DEEDS)
    assert story[-1].at <= ENDS_AT


async def test_a_told_year_verifies(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    await prepare(settings, with_story=False)
    async with opened_shop(settings) as parts:
        till = await _till()
        events = plan(ENDS_AT, tills=1, members=GUESTS)
        percents = [p async for p in tell(parts.shop, [till], events, regular="oRegular")]
        assert percents[-1] == 100
        assert (await verify_ledger(parts.shop)).complaints == ()
        assert await due_cues(parts.shop.now(), after=0, limit=1) == []
        for table in TABLES:
            assert await rows(f"SELECT 1 AS one FROM {table} LIMIT 1"), table


async def test_the_tickets_of_the_last_days_are_in_every_state_and_verify(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    await prepare(settings, with_story=False)
    async with opened_shop(settings) as parts:
        appid = settings.wechat.accounts[0].appid
        await bind_all_staff(shop_at(parts.shop, parts.shop.now() - STAFF_FOR), appid)
        await tell_tickets(parts.shop, appid)
        states = await rows("SELECT DISTINCT state FROM tickets")
        assert {row["state"] for row in states} == {"new", "taken", "waiting", "closed"}
        assert (await verify_ledger(parts.shop)).complaints == ()


async def test_a_group_send_waits_as_a_draft(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    await prepare(settings, with_story=False)
    async with opened_shop(settings) as parts:
        appid = settings.wechat.accounts[0].appid
        await bind_all_staff(shop_at(parts.shop, parts.shop.now() - STAFF_FOR), appid)
        await _let_everybody_buy(parts.shop)
        number = await leave_draft(parts.shop, appid)
        found = await broadcast_of_id(number)
        assert found is not None
        assert (found["state"], found["audience"]) == ("draft", AUDIENCE)


def test_the_forms_that_are_given_are_the_sandboxs() -> None:
    kinds = {"main": "subscription", "mini": "mini"}
    for account, numbers in GIVEN.items():
        assert {preset_forms()[number].kind for number in numbers} == {kinds[account]}


async def _let_everybody_buy(shop: Shop) -> None:
    till, ends_at = await _till(), shop.now() - timedelta(hours=1)
    events = plan(ends_at, tills=1, members=GUESTS)
    async for _ in tell(shop, [till], events, regular="oRegular"):
        pass


def _settings(folder: Path) -> Settings:
    """The demo's own, in another folder."""
    shutil.copy(Path(__file__).parents[2] / "config.toml", folder)
    return load_settings(folder / "config.toml", os.environ)


async def _till() -> Till:
    row = await signing_till("cd01-1")
    assert row is not None
    return Till(row.till_no, row.code, row.store_id, row.store_name, row.epoch, bytes(32))
