"""What the sandbox's tests share: a sandbox on a free port and a tiny shop behind it."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from sandbox.app import build_app
from sandbox.config import Account, Goods, PlatformRules, SandboxConfig, Shuke, TillSettings
from sandbox.keys import WORLD
from sandbox.world import World
from tests.sandbox.fake_shop import FakeShop

Client = TestClient[web.Request, web.Application]
KEY = bytes(range(32))
ENROLMENT = {
    "till": "cd01-1",
    "till_no": 7,
    "epoch": 3,
    "key": KEY.hex(),
    "brand": "camellia",
    "environment": "sandbox",
    "claim_url": "http://127.0.0.1:8000/r/",
}
MAIN = Account(
    name="main",
    label="山茶咖啡",
    kind="service",
    appid="wx0123456789abcdef",
    original_id="gh_0123456789ab",
    token="sandboxToken",
    aes_key="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    secret="0123456789abcdef0123456789abcdef",
)
MINI = replace(
    MAIN,
    name="mini",
    kind="mini",
    appid="wxfedcba9876543210",
    original_id="gh_ba9876543210",
    format="json",
)


@dataclass
class Rig:
    """A running sandbox: `tell` and `ask` speak to the stage, `call` to the platform's API."""

    client: Client
    world: World
    shop: FakeShop

    async def tell(self, path: str, /, expect: int = 200, **wish: Any) -> Any:
        async with self.client.post(f"/stage/{path}", json=wish) as response:
            assert response.status == expect, await response.text()
            return await response.json()

    async def ask(self, path: str) -> Any:
        async with self.client.get(f"/stage/{path}") as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def act(self, deed: str, /, **wish: Any) -> Any:
        """A deed of 小王 before the account, settled: the answer tells what he saw."""
        return await self.tell(
            f"phones/p1/{deed}?settled=1", account=self.shop.account.name, **wish
        )

    async def chat(self, phone: str = "p1") -> list[dict[str, Any]]:
        answer = await self.ask(f"phones/{phone}/chat?account={self.shop.account.name}")
        messages: list[dict[str, Any]] = answer["messages"]
        return messages

    async def token(self) -> str:
        names = {"appid": self.shop.account.appid, "secret": self.shop.account.secret}
        wish = {"grant_type": "client_credential", **names}
        answer = await self.post("/cgi-bin/stable_token", wish)
        return str(answer["access_token"])

    async def call(self, path: str, body: dict[str, Any] | None = None, **query: str) -> Any:
        query = {"access_token": await self.token(), **query}
        if body is None:
            return await self.get(path, **query)
        return await self.post(path, body, **query)

    async def bytes_at(self, path: str, **query: str) -> bytes:
        async with self.client.get(path, params=query) as response:
            assert response.status == 200
            return await response.read()

    async def get(self, path: str, **query: str) -> Any:
        async with self.client.get(path, params=query) as response:
            return await response.json()

    async def post(self, path: str, body: Any, **query: str) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        async with self.client.post(path, params=query, data=data) as response:
            return await response.json()

    @property
    def openid(self) -> str:
        return self.world.contact(self.shop.account, "p1").openid

    def pass_time(self, **span: int) -> None:
        seconds = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
        self.world.clock.advance(sum(seconds[unit] * count for unit, count in span.items()))


@dataclass
class Rigging:
    """Starts what a test needs and stops all of it afterwards."""

    folder: Path
    clients: list[Client] = field(default_factory=list)
    servers: list[TestServer] = field(default_factory=list)

    async def rig(self, account: Account = MAIN, **changes: Any) -> Rig:
        shop = FakeShop(account)
        shop_url = await self.serve(shop.application())
        config = SandboxConfig(
            accounts=(replace(account, webhook=f"{shop_url}/wechat/main"),),
            platform=changes.pop("platform", PlatformRules(answer_seconds=0.3)),
            shuke=changes.pop("shuke", Shuke(url=shop_url)),
            goods=(Goods(sku="latte", name="拿铁", amount_fen=3200, category="咖啡"),),
            till=TillSettings(enrolment=str(self.folder / "till.json")),
            **changes,
        )
        client, app = await self.sandbox_of(config)
        return Rig(client, app[WORLD], shop)

    async def sandbox_of(self, config: SandboxConfig) -> tuple[Client, web.Application]:
        app = build_app(config)
        client: Client = TestClient(TestServer(app))
        await client.start_server()
        self.clients.append(client)
        return client, app

    async def serve(self, app: web.Application) -> str:
        server = TestServer(app)
        await server.start_server()
        self.servers.append(server)
        return str(server.make_url("")).rstrip("/")

    async def stop(self) -> None:
        for client in self.clients:
            await client.close()
        for server in self.servers:
            await server.close()
