"""暂停发送、恢复发送、备份: an owner holds back what would leave, and keeps copies."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import Parts, dispatcher_for
from loyalty.staff import Role
from services.custody.backups import BackupFailed, back_up_nightly
from services.messages.outbox import take_due_messages
from services.shop import BackupPlace
from storage.database import DatabaseAddress
from storage.sending import pause_sending, sending_pause
from storage.sql import change, rows
from tests.handlers.staff.refusing import everything, refused
from tests.shop import ShopUnderTest, become_staff


@asynccontextmanager
async def with_a_folder(shop: ShopUnderTest, folder: Path) -> AsyncIterator[ShopUnderTest]:
    database = (await rows("SELECT file FROM pragma_database_list WHERE name = 'main'"))[0]["file"]
    place = BackupPlace(DatabaseAddress(f"sqlite://{database}"), folder)
    kept = replace(shop.shop, backups=place)
    settings = Parts(None, kept, shop.wordings)  # type: ignore[arg-type]
    yield replace(shop, shop=kept, dispatcher=dispatcher_for(settings))


async def test_an_owner_pauses_and_resumes(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await change("DELETE FROM outbox")
    await shop.hear("小李", "会员码")
    await shop.plays("""
        老板> 暂停发送 群发发错了
        机器人> 暂停发送：从此刻起不再主动发出任何消息，会员发来的话照常回复。
                现在排队的有 1 条。
                原因：群发发错了
                确认 …
        老板> 确认 ※
        机器人> 已暂停发送。要继续，请回“恢复发送”。
        老板> 暂停发送
        机器人> 发送已经是暂停的。要继续，请回“恢复发送”。
    """)
    assert await take_due_messages(shop.shop, "worker", 10) == []
    await shop.plays("""
        老板> 恢复发送
        机器人> 恢复发送：排队的 1 条消息会马上发出。
                暂停于 2027-01-11 10:00，原因：群发发错了。
        老板> 确认 ※
        机器人> 已恢复发送，1 条排队的消息正在发出。
        老板> 〃
        机器人> 已恢复发送，1 条排队的消息正在发出。
        老板> 恢复发送
        机器人> 发送没有暂停。
    """)
    assert await sending_pause() is None
    assert [row["what"] for row in await shop.trail()][-2:] == ["sending.pause", "sending.resume"]


async def test_after_a_restore_an_owner_may_drop_what_waits(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await change("DELETE FROM outbox")
    await shop.hear("小李", "会员码")
    await pause_sending("restored", shop.shop.now())
    await shop.plays("""
        老板> 恢复发送 什么
        机器人> 请发送：恢复发送。排队的消息不想再发，请发送：恢复发送 作废。
        老板> 恢复发送 作废
        机器人> 恢复发送，排队的 1 条消息全部作废、不再发出。
                暂停于 2027-01-11 10:00，原因：系统从备份恢复。
        老板> 确认 ※
        机器人> 已恢复发送，1 条排队的消息已作废。
    """)
    states = await rows("SELECT state, reason FROM outbox WHERE class = 'reply'")
    assert states == [{"state": "suppressed", "reason": "dropped"}]


async def test_another_owner_hears_that_sending_goes_on(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await become_staff(shop, "路人", Role.OWNER, "")
    await pause_sending("cloned", shop.shop.now())
    await shop.hear("老板", "恢复发送")
    await shop.hear("老板", "确认 ※")
    told = [text for name, text in await shop.delivered() if name == "路人"]
    assert "发送已恢复" in told[-1]


async def test_a_pause_lifted_meanwhile_is_not_lifted_twice(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await pause_sending("restored", shop.shop.now())
    await shop.hear("老板", "恢复发送")
    await change("UPDATE installation SET sending_paused_at = NULL")
    assert (await shop.hear("老板", "确认 ※"))[0] == "发送没有暂停。"


async def test_to_everybody_but_owners_the_words_are_unknown(
    shop_under_test: ShopUnderTest,
) -> None:
    shop = shop_under_test
    before = await everything(shop)
    for words in ("暂停发送", "恢复发送", "备份", "备份 现在"):
        for name in ("店长", "店员小陈", "小李"):
            assert "没有听懂" in (await shop.hear(name, words))[0], words
    assert await everything(shop) == before
    assert set(await refused()) == {"refused.word"}


async def test_an_owner_of_one_store_pauses_nothing(shop_under_test: ShopUnderTest) -> None:
    shop = shop_under_test
    await become_staff(shop, "路人", Role.OWNER, "cd01")
    for words in ("暂停发送", "恢复发送", "备份", "备份 现在"):
        assert "春熙路店" in (await shop.hear("路人", words))[0]
    assert await sending_pause() is None


async def test_backups_are_made_and_told_of(shop_under_test: ShopUnderTest, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    async with with_a_folder(shop_under_test, folder) as shop:
        await shop.plays("""
            老板> 备份
            机器人> 还没有备份过。
                    发送：正常
            老板> 备份 现在
            机器人> 备份好了，已读回核对。
                    最近的备份：2027-01-11 10:00（0 小时前），…
            老板> 〃
            机器人> 备份好了，已读回核对。
        """)
        assert len(list(folder.iterdir())) == 1
        shop.clock.pass_time(hours=5)
        await pause_sending("cloned", shop.shop.now())
        await shop.plays("""
            老板> 备份
            机器人> 最近的备份：2027-01-11 10:00（5 小时前），…
                    发送：已暂停，从 2027-01-11 15:00 起，原因：数据库在一台没见过的机器上启动
            老板> 备份 明天
            机器人> 请发送：备份，或：备份 现在。
        """)
        assert "backup.make" in [row["what"] for row in await shop.trail()]


async def test_owners_hear_of_a_night_without_a_backup(
    shop_under_test: ShopUnderTest, tmp_path: Path
) -> None:
    (tmp_path / "backups").write_text("a file where the folder should be")
    async with with_a_folder(shop_under_test, tmp_path / "backups") as shop:
        with pytest.raises(BackupFailed):
            await back_up_nightly(shop.shop)
        told = (await shop.delivered())[-1]
        assert told == ("老板", "今晚的备份没有成功，请马上联系管理员查看备份文件夹。")


async def test_without_a_folder_the_owner_hears_why(
    shop_under_test: ShopUnderTest, tmp_path: Path
) -> None:
    await shop_under_test.plays("""
        老板> 备份 现在
        机器人> 系统没有设置备份文件夹，请联系管理员。
    """)
    (tmp_path / "backups").write_text("a file")
    async with with_a_folder(shop_under_test, tmp_path / "backups") as shop:
        await shop.plays("""
            老板> 备份 现在
            机器人> 备份没有成功，请马上联系管理员查看备份文件夹。
        """)
