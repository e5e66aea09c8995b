"""A storm of refused tokens (40001): a thousand calls of four processes fetch each token once."""

import asyncio
from contextlib import AsyncExitStack

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from bot.wechat import WeChatGateway
from tests.bot.fake_wechat import FakePlatform, MemoryTokens
from tests.bot.test_wechat import SEND, gateway_of

PROCESSES, CALLS = 4, 1000


async def say_to_all(gateways: list[WeChatGateway], tag: str) -> None:
    at_once = asyncio.Semaphore(100)

    async def say(number: int) -> None:
        async with at_once:
            await gateways[number % PROCESSES].send_text(f"{tag}{number}", "你好")

    await asyncio.gather(*(say(number) for number in range(CALLS)))


async def test_each_token_is_fetched_once_by_the_whole_fleet() -> None:
    platform, store = FakePlatform(), MemoryTokens()
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(TestServer(platform.app()))
        session = await stack.enter_async_context(ClientSession())
        base = str(server.make_url("")).rstrip("/")
        gateways = [gateway_of(session, base, store=store) for _ in range(PROCESSES)]
        await say_to_all(gateways, "a")
        assert platform.fetches() == 1
        # Somebody asked for a new token by force: the old one is refused everywhere at once.
        platform.token_number += 1
        await say_to_all(gateways, "b")
        assert platform.fetches() == 2
        tries = platform.paths().count(SEND)
        assert 2 * CALLS < tries <= 2 * CALLS + 100
        for gateway in gateways:
            await gateway.close()
