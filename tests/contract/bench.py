"""Phones and tills in front of one running installation, and what its database holds."""

import asyncio
import itertools
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from typing import TypeVar

import aiohttp
import asyncpg

from tests.contract.accounts import ACCOUNTS, MAIN
from tests.contract.client import Phone, member_codes_in
from tests.contract.fake_wechat import FakeWeChat
from tests.contract.holdings import (
    BY_THE_CLOCK,
    Holdings,
    holdings_of_postgres,
    holdings_of_sqlite,
    messages_on_their_way_in_postgres,
    messages_on_their_way_in_sqlite,
    tables_of,
)
from tests.contract.installation import START_SECONDS, Installation
from tests.contract.till import Till
from tests.contract.wire import Account

Item = TypeVar("Item")
Result = TypeVar("Result")
SEQUENCES = itertools.count(1)
PATIENCE_SECONDS = 12
# What a process held that was killed is somebody else's after a lease of 27 s.
REST_SECONDS = 35


@dataclass(slots=True)
class Bench:
    """Everything one test uses; people and receipts are new in each."""

    shop: Installation
    session: aiohttp.ClientSession
    turns: Iterator[int] = field(default_factory=itertools.count)

    @property
    def wechat(self) -> FakeWeChat:
        return self.shop.wechat

    def phone(self, account: Account = MAIN) -> Phone:
        return Phone(account, self.session, self.shop.urls, self.wechat)

    def till(self, code: str = "cd01-1") -> Till:
        return Till(self.shop.enrolments[code], self.session, self.shop.urls)

    async def is_open(self, number: int) -> bool:
        """Whether that process answers at its port."""
        try:
            async with self.session.get(f"{self.shop.urls[number]}/") as response:
                return response.status == 200
        except aiohttp.ClientError:
            return False

    async def until_ready(self, number: int) -> None:
        async with asyncio.timeout(START_SECONDS):
            while not await self.is_open(number):
                self.shop.assert_running(number)
                await asyncio.sleep(0.01)

    def secrets(self) -> list[str]:
        """What must stand in no log."""
        accounts = [(one.token, one.aes_key, one.secret) for one in ACCOUNTS]
        tills = [enrolment.key for enrolment in self.shop.enrolments.values()]
        return [*itertools.chain.from_iterable(accounts), *tills, *self.wechat.tokens]

    async def follower(self) -> Phone:
        phone = self.phone()
        await phone.follows()
        return phone

    async def member(self) -> Phone:
        """Follows and joins, each message at the next process in turn."""
        phone = self.phone()
        await phone.follows(at=next(self.turns))
        await phone.says("入会", at=next(self.turns))
        assert "50" in await phone.says("同意", at=next(self.turns))
        return phone

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait for what another program does in its own time."""
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while not happened():
            assert time.monotonic() < give_up_at
            await asyncio.sleep(0.02)

    async def points_of(self, phone: Phone) -> list[str]:
        answer = await phone.deliver(phone.text("积分"), at=next(self.turns))
        assert answer.status == 200
        return answer.numbers

    async def receipt(self, amount_fen: int = 3200) -> str:
        """The claim token of one purchase rung up online."""
        sold = await self.till().sell(amount_fen, at=next(self.turns))
        assert sold.status == 201, sold.raw
        token = sold.body["claim"]["token"]
        assert isinstance(token, str)
        return token

    def link(self, token: str) -> str:
        return f"{self.shop.enrolments['cd01-1'].claim_url}{token}"

    def new_sequence(self) -> int:
        """A receipt number of the till that no other test uses."""
        return next(SEQUENCES)

    async def member_code(self, phone: Phone) -> str:
        before = len(self.wechat.journal)
        text = await phone.says("会员码", at=next(self.turns))
        texts = [text, *(sent.text for sent in self.wechat.sent_to(phone.openid, after=before))]
        codes = member_codes_in("\n".join(texts))
        assert codes, texts
        return codes[0]

    @staticmethod
    def counts(held: Holdings) -> dict[str, int]:
        return {name: rows for name, (rows, _) in held.items()}

    @staticmethod
    def grown(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
        """Tables with more or fewer rows than before, and by how many."""
        changes = {name: rows - before.get(name, 0) for name, rows in after.items()}
        return {name: rows for name, rows in changes.items() if rows}

    @asynccontextmanager
    async def writes_held(self) -> AsyncIterator[None]:
        """Nobody else can write to the database inside the block, as when its disk is stuck."""
        if self.shop.is_sqlite:
            with closing(sqlite3.connect(self.database_file, isolation_level=None)) as database:
                database.execute("BEGIN IMMEDIATE")
                yield
                database.execute("ROLLBACK")
        else:
            connection = await asyncpg.connect(self.shop.database_url)
            try:
                tables = ", ".join(await tables_of(connection))
                async with connection.transaction():
                    await connection.execute(f"LOCK TABLE {tables} IN EXCLUSIVE MODE")
                    yield
            finally:
                await connection.close()

    @property
    def database_file(self) -> str:
        return str(self.shop.directory / self.shop.database_url.removeprefix("sqlite://"))

    async def at_rest(self) -> Holdings:
        """What it holds once nothing of earlier messages is still being sent or written behind."""
        held = await self.holdings()
        give_up_at = time.monotonic() + REST_SECONDS
        while time.monotonic() < give_up_at:
            await asyncio.sleep(0.03)
            # A worker looks for new messages once a second only.
            is_quiet = not await self.messages_on_their_way()
            before, held = held, await self.holdings()
            if is_quiet and held == before:
                return held
        raise AssertionError("the database never came to rest")

    async def messages_on_their_way(self) -> int:
        if self.shop.is_sqlite:
            return messages_on_their_way_in_sqlite(self.database_file)
        return await messages_on_their_way_in_postgres(self.shop.database_url)

    async def holdings(self) -> Holdings:
        """Rows and content of every table, straight from the database."""
        if self.shop.is_sqlite:
            held = holdings_of_sqlite(self.database_file)
        else:
            held = await holdings_of_postgres(self.shop.database_url)
        return {name: rows for name, rows in held.items() if name.strip('"') not in BY_THE_CLOCK}


async def few_at_once(
    work: Callable[[Item], Awaitable[Result]], items: Iterable[Item], *, limit: int = 8
) -> list[Result]:
    """Every item worked on, never more than so many at a time."""
    gate = asyncio.Semaphore(limit)

    async def one(item: Item) -> Result:
        async with gate:
            return await work(item)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(item)) for item in items]
    return [task.result() for task in tasks]
