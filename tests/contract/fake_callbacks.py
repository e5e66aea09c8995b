"""What the fake platform tells afterwards (事件推送): signed, encrypted, three tries."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

from tests.contract.wire import Account, sealed, xml_of

ATTEMPTS = 3
ANSWER = ClientTimeout(total=5)
# The platform's own account that tells of mass messages.
HELPER = "oR5Gjjl_eiZoUpGozMo7dbBJ362A"
AT_ONCE = 50


@dataclass(slots=True)
class Callbacks:
    """`webhooks` by appid; without one nothing is told. `told` keeps what the shop answered."""

    accounts: dict[str, Account]
    webhooks: dict[str, str] = field(default_factory=dict)
    told: list[tuple[str, int, int | None]] = field(default_factory=list)
    _session: ClientSession | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def tell(self, appid: str, event: str, facts: Mapping[str, Any], *, after: float) -> None:
        if self.webhooks.get(appid):
            task = asyncio.get_running_loop().create_task(
                self._deliver(appid, {"Event": event, **facts}, after)
            )
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    @property
    def waiting(self) -> int:
        return len(self._tasks)

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _deliver(self, appid: str, facts: dict[str, Any], after: float) -> None:
        await asyncio.sleep(after)
        account = self.accounts[appid]
        sender = facts.pop("FromUserName", HELPER)
        common = {
            "ToUserName": account.original_id,
            "FromUserName": sender,
            "CreateTime": int(time.time()),
            "MsgType": "event",
        }
        body = xml_of(common | facts)
        status: int | None = None
        for _ in range(ATTEMPTS):
            status = await self._post(account, body, sender)
            if status == 200:
                break
        self.told.append((facts["Event"], int(facts.get("MsgID", 0)), status))

    async def _post(self, account: Account, body: bytes, sender: str) -> int | None:
        if self._session is None:
            self._session = ClientSession(connector=TCPConnector(limit=AT_ONCE), timeout=ANSWER)
        envelope = sealed(account, body)
        headers = {"Content-Type": envelope.content_type}
        query = envelope.query | {"openid": sender}
        try:
            async with self._session.post(
                self.webhooks[account.appid], params=query, data=envelope.body, headers=headers
            ) as response:
                await response.read()
                return response.status
        except (ClientError, TimeoutError, OSError):
            return None
