"""A fleet (机群) that sends to many: processes of one brand, and the platform in a process beside.

The platform writes down what it accepts before it answers, and outlives whatever is killed here.
"""

import asyncio
import json
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

import asyncpg

from tests.contract.accounts import MAIN
from tests.contract.bench import Bench, few_at_once
from tests.contract.client import Phone
from tests.contract.fake_process import FakeProcess
from tests.contract.fake_wechat import FakeWeChat, Sent
from tests.contract.team import code_in, hired, invited
from tests.contract.wire import Account

ENDED = ("finished", "cancelled")
PATIENCE_SECONDS = 120
AT_ONCE = 12
DAYS_BETWEEN = 8
# That somebody has written to us is noted every two seconds.
WRITTEN_BEHIND_SECONDS = 2.5
NUMBER = re.compile(r"群发 (\d+)")


@dataclass(slots=True)
class PlatformBeside:
    """What phones and installations see of the platform, asked over its back door."""

    process: FakeProcess
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.process.url

    @property
    def journal(self) -> range:
        """As long as what was accepted so far."""
        return range(sum(self.process.ask("counts")["accepted"].values()))

    def sent_to(self, openid: str, *, after: int = 0) -> list[Sent]:
        rows = self.process.ask("journal", openid=openid, after=after)
        return [Sent(row["appid"], openid, row["api"], row["body"]) for row in rows]

    def as_wechat(self) -> FakeWeChat:
        return cast(FakeWeChat, self)


@dataclass(slots=True)
class Fleet:
    """`author` and `second` may both send to many; everybody in `crowd` wants to hear of offers."""

    bench: Bench
    platform: FakeProcess
    author: Phone
    second: Phone
    crowd: list[Phone] = field(default_factory=list)

    async def gather(self, people: int, account: Account = MAIN) -> None:
        """So many more members, who have written to us just now."""
        newcomer = partial(self._newcomer, account)
        self.crowd += await few_at_once(newcomer, range(people), limit=AT_ONCE)
        await asyncio.sleep(WRITTEN_BEHIND_SECONDS)

    async def _newcomer(self, account: Account, number: int) -> Phone:
        phone = self.bench.phone(account)
        for words in ("入会", "同意并订阅"):
            await phone.deliver(phone.text(words), at=number)
        return phone

    async def broadcast(self, text: str, *, quota: tuple[str, int] | None = None) -> int:
        """Drafted by one, agreed to by another: it is on its way, perhaps with a spent quota."""
        number = await self.draft(text)
        code = code_in(await self.author.says(f"群发 确认 {number}"))
        if quota is not None:
            self.platform.tell("quota", api=quota[0], left=quota[1])
        assert f"群发 {number} 开始发送" in await self.second.says(f"确认 {code}")
        return number

    async def draft(self, text: str) -> int:
        await self.author.says("群发")
        await self.author.says("全部")
        shown = NUMBER.search(told := await self.author.says(text))
        assert shown, told
        for _ in range(PATIENCE_SECONDS):
            if "预演，还没有发出" in told:
                break
            await asyncio.sleep(1)
            told = await self.author.says(f"群发 进度 {shown[1]}")
        return int(shown[1])

    def report(self, number: int) -> dict[str, Any]:
        """What the operator's command prints."""
        printed: dict[str, Any] = json.loads(
            self.bench.shop.succeed("broadcast", "report", str(number))
        )
        return printed

    async def until_ended(self, number: int) -> dict[str, Any]:
        """The operator's report, once the broadcast is over."""
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while (state := await self.state_of(number)) not in ENDED:
            assert time.monotonic() < give_up_at, (state, await self.rows_of(number))
            await asyncio.sleep(0.2)
        return await asyncio.to_thread(self.report, number)

    async def state_of(self, number: int) -> str:
        [row] = await self._read("SELECT state FROM broadcasts WHERE id = $1", number)
        return str(row["state"])

    async def rows_of(self, number: int) -> dict[str, list[str]]:
        """The openids in each state, straight from the database."""
        found = await self._read("SELECT state, openid FROM outbox WHERE broadcast_id = $1", number)
        states: dict[str, list[str]] = {}
        for row in found:
            states.setdefault(row["state"], []).append(row["openid"])
        return states

    async def _read(self, statement: str, number: int) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.bench.shop.database_url)
        try:
            return list(await connection.fetch(statement, number))
        finally:
            await connection.close()

    def accepted(self, text: str) -> Counter[str]:
        """How often the platform took this text for each of the crowd; read from its disk.

        Staff read it, too, in summaries.
        """
        taken: Counter[str] = Counter()
        for row in self.platform.rows():
            if text in json.dumps(row["body"], ensure_ascii=False):
                taken.update(people_in(row))
        return Counter({phone.openid: taken[phone.openid] for phone in self.crowd}) & taken

    def moments(self, text: str) -> dict[str, float]:
        """When the platform took this text for each of the crowd, in machine seconds."""
        crowd = {phone.openid for phone in self.crowd}
        return {
            openid: row["at"]
            for row in self.platform.rows()
            if text in json.dumps(row["body"], ensure_ascii=False)
            for openid in people_in(row)
            if openid in crowd
        }


async def next_morning(bench: Bench, *, days: int = DAYS_BETWEEN) -> None:
    """Ten o'clock in the shop: nobody's night, and some days after whatever was sent before."""
    async with bench.session.get(f"{bench.shop.servers[0].admin_url}/clock") as response:
        now = datetime.fromisoformat((await response.json())["now"])
    morning = (now + timedelta(days=days)).replace(hour=10, minute=0, second=0)
    wish = {"now": morning.isoformat()}
    url = f"{bench.shop.servers[0].admin_url}/clock"
    async with bench.session.post(url, json=wish) as response:
        assert response.status == 200, await response.text()


async def fleet_of(bench: Bench, platform: FakeProcess) -> Fleet:
    """An owner and somebody of marketing, and nobody else yet."""
    author = bench.phone()
    await author.deliver(author.event("subscribe", EventKey=""))
    await author.says(f"绑定 {invited(bench, 'owner')['code']}")
    second = await hired(bench, author, "营销")
    return Fleet(bench, platform, author, second)


def people_in(row: dict[str, Any]) -> list[str]:
    """Whom a line of the platform's journal is about."""
    people = row.get("reached") or row["body"]["touser"]
    return [people] if isinstance(people, str) else people
