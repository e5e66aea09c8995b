"""The demo's people (演示人物): the staff bound long ago, phones that follow, tickets that wait."""

from datetime import timedelta
from typing import Any

from aiohttp import ClientSession, ClientTimeout

from bot.app import opened_shop
from bot.config import Settings
from services.org.invitations import bind_staff, invite, list_staff
from services.shop import Shop
from tools.demo_cast import MANAGER, REGULAR, STAFF
from tools.demo_data import shop_at
from tools.demo_persons import person_with, phone_id
from tools.demo_reach import GIVEN, SUBSCRIBER, WRITER, WRITTEN, leave_draft
from tools.demo_tickets import tell_tickets

PATIENCE = ClientTimeout(total=20)
STAFF_FOR = timedelta(days=90)


async def introduce(settings: Settings, sandbox_url: str) -> None:
    """Once: where somebody is staff already, everybody is known."""
    account = settings.wechat.accounts[0]
    async with opened_shop(settings) as parts:
        if await list_staff(parts.shop):
            return
        await bind_all_staff(shop_at(parts.shop, parts.shop.now() - STAFF_FOR), account.appid)
        async with ClientSession(timeout=PATIENCE) as session:
            phone = _Phone(session, sandbox_url, account.name)
            for name in (REGULAR, *(name for name, _, _ in STAFF)):
                await phone.does(name, "follow")
            await tell_tickets(parts.shop, account.appid)
            for name, _, _ in STAFF:
                await phone.does(name, "text", text="帮助 员工")
            await phone.does(MANAGER, "text", text="意见箱")
            await phone.does(WRITER, "text", text=WRITTEN)
            for name, forms in GIVEN.items():
                await phone.does(SUBSCRIBER, "subscribe", account=name, accepted=forms)
            await leave_draft(parts.shop, account.appid)


async def bind_all_staff(past: Shop, appid: str) -> None:
    """As in life, by invitations; so long ago that the trail of what they did reads in order."""
    for name, role, store in STAFF:
        code = str((await invite(past, role, store))["code"])
        await bind_staff(past, await person_with(past, appid, name), code)


class _Phone:
    """The sandbox's stage, where each deed is settled before the next."""

    def __init__(self, session: ClientSession, sandbox_url: str, account: str) -> None:
        self._session = session
        self._stage = f"{sandbox_url}/stage/phones"
        self._account = account

    async def does(self, name: str, deed: str, **wish: Any) -> None:
        path = f"{self._stage}/{phone_id(name)}/{deed}?settled=1"
        async with self._session.post(path, json={"account": self._account} | wish) as response:
            response.raise_for_status()
