"""The demo's people (演示人物): whoever is a guest or works in the shop says so by chat, at first.

Staff bind as they do in life: an owner's invitation, and its code sent to the account.
"""

from aiohttp import ClientSession, ClientTimeout

from bot.app import Parts, opened_shop
from bot.config import Settings
from loyalty.staff import Role
from services.invitations import invite, list_staff
from tools.demo_cast import PHONES, REGULAR, STAFF

STORE = "cd01"
PATIENCE = ClientTimeout(total=20)


async def introduce(settings: Settings, sandbox_url: str) -> None:
    """Once: where somebody is staff already, everybody is known."""
    async with opened_shop(settings) as parts:
        if await list_staff(parts.shop):
            return
        codes = {name: await _invitation(parts, role) for name, role in STAFF}
    account = settings.wechat.accounts[0].name
    async with ClientSession(timeout=PATIENCE) as session:
        phone = _Phone(session, sandbox_url, account)
        await phone.does(REGULAR, "follow")
        for name, code in codes.items():
            await phone.does(name, "follow")
            await phone.does(name, "text", text=f"绑定 {code}")


async def _invitation(parts: Parts, role: Role) -> str:
    return str((await invite(parts.shop, role, STORE))["code"])


class _Phone:
    """The sandbox's stage, where each deed is settled before the next."""

    def __init__(self, session: ClientSession, sandbox_url: str, account: str) -> None:
        self._session = session
        self._stage = f"{sandbox_url}/stage/phones"
        self._account = account

    async def does(self, name: str, deed: str, **wish: str) -> None:
        path = f"{self._stage}/p{PHONES.index(name) + 1}/{deed}?settled=1"
        async with self._session.post(path, json={"account": self._account, **wish}) as response:
            response.raise_for_status()
