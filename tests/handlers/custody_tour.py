"""The tour of custody (保管巡店): sending is paused and resumed, copies are made."""

from dataclasses import replace
from pathlib import Path

from bot.app import Parts, dispatcher_for
from services.custody.backups import tell_failure
from services.shop import BackupPlace
from storage.database import DatabaseAddress
from storage.sending import pause_sending
from storage.sql import rows
from tests.handlers.staff_tour import OWNER, yes
from tests.shop import ShopUnderTest


async def keep_custody(shop: ShopUnderTest) -> None:
    for words in ("备份", "备份 现在", "备份 明天", "恢复发送", "恢复发送 作 废"):
        await shop.hear(OWNER, words)
    await yes(shop, OWNER, "暂停发送")
    await shop.hear(OWNER, "暂停发送")
    for words in ("备份", "恢复发送 什么"):
        await shop.hear(OWNER, words)
    await yes(shop, OWNER, "恢复发送")
    for why in ("restored", "cloned"):
        await pause_sending(why, shop.shop.now())
        await yes(shop, OWNER, "恢复发送 作废")
    await tell_failure(shop.shop)
    await make_copies(shop)


async def make_copies(shop: ShopUnderTest) -> None:
    file = (await rows("SELECT file FROM pragma_database_list WHERE name = 'main'"))[0]["file"]
    for folder in (Path(file), Path(file).with_name("copies")):
        place = BackupPlace(DatabaseAddress(f"sqlite://{file}"), folder)
        kept = replace(shop.shop, backups=place)
        dispatcher = dispatcher_for(Parts(None, kept, shop.wordings))  # type: ignore[arg-type]
        for words in ("备份 现在", "备份"):
            await replace(shop, shop=kept, dispatcher=dispatcher).hear(OWNER, words)
