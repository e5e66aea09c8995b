"""Power cuts (断电): `kill -9` at random moments under load loses nothing that was acknowledged."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import aiohttp

from tests.contract.bench import Bench
from tests.contract.client import Phone, numbers_in
from tests.contract.rig import scale, seed
from tests.contract.till import Said, Till, purchase

Result = TypeVar("Result")
KILLS = 6
CLIENTS = 4
PATIENCE_SECONDS = 45
PURCHASES = "/pos/v1/purchases"


class Unacknowledged(Exception):
    """The peer did not see success; it will try again as WeChat and tills do."""


@dataclass(slots=True)
class Ledger:
    """What one person was told: the receipts rung up and the points seen to arrive."""

    phone: Phone
    receipts: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    yuan: list[int] = field(default_factory=list)


async def until_acknowledged(attempt: Callable[[int], Awaitable[Result]]) -> Result:
    """Try at one process after the other; a killed one is back within seconds."""
    seen: Counter[str] = Counter()
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up_at:
        try:
            return await attempt(seen.total())
        except (aiohttp.ClientError, TimeoutError, ConnectionError, Unacknowledged) as fault:
            seen[f"{type(fault).__name__} {fault}"] += 1
            await asyncio.sleep(0.02)
    raise AssertionError(f"never acknowledged: {seen}")


async def ring_up(till: Till, receipt: dict[str, Any], number: int) -> Said:
    said = await till.call(PURCHASES, receipt, at=number)
    if said.status >= 500:
        raise Unacknowledged(f"{said.status} {said.raw[:200]!r}")
    assert said.status in (200, 201), said.raw
    return said


@dataclass(slots=True)
class Claim:
    """One message, delivered until its answer is seen: as the reply, or as a service message."""

    phone: Phone
    push: dict[str, Any]
    heard_before: int

    async def deliver(self, number: int) -> str:
        answer = await self.phone.deliver(self.push, at=number)
        if answer.status >= 500:
            raise Unacknowledged(f"{answer.status}")
        assert answer.status == 200
        if not answer.is_nothing:
            return answer.text
        for sent in self.phone.wechat.sent_to(self.phone.openid, after=self.heard_before):
            return sent.text
        raise Unacknowledged(repr(answer.raw))


async def shop_until(done: asyncio.Event, bench: Bench, ledger: Ledger, chance: int) -> None:
    """Buy, claim, buy again; every other receipt is claimed before the till could upload it."""
    till, dice, phone = bench.till(), random.Random(chance), ledger.phone
    heard = partial(len, bench.wechat.journal)
    while not done.is_set():
        yuan = dice.randrange(1, 500)
        sequence = bench.new_sequence()
        receipt = purchase(yuan * 100, receipt_seq=sequence)
        token = till.offline_token(sequence, yuan * 100)
        if dice.random() < 0.5:
            await until_acknowledged(Claim(phone, phone.text(token), heard()).deliver)
        said = await until_acknowledged(partial(ring_up, till, receipt))
        told = await until_acknowledged(Claim(phone, phone.text(token), heard()).deliver)
        assert str(yuan) in numbers_in(told)
        ledger.receipts.append((receipt, said.body))
        ledger.yuan.append(yuan)


async def kill_again_and_again(
    bench: Bench, dice: random.Random, done: asyncio.Event, *, kills: int = KILLS
) -> None:
    shop = bench.shop
    try:
        for _ in range(scale(kills)):
            await asyncio.sleep(dice.uniform(0.05, 0.6))
            number = dice.randrange(shop.process_count)
            shop.kill(number)
            shop.launch(number)
            await bench.until_ready(number)
    finally:
        done.set()


async def test_nothing_acknowledged_is_lost_or_doubled(bench: Bench) -> None:
    dice, done = random.Random(seed()), asyncio.Event()
    ledgers = [Ledger(await bench.member()) for _ in range(CLIENTS)]
    async with asyncio.TaskGroup() as group:
        group.create_task(kill_again_and_again(bench, dice, done))
        for ledger in ledgers:
            group.create_task(shop_until(done, bench, ledger, dice.randrange(10**9)))
    for ledger in ledgers:
        assert ledger.yuan
        assert str(50 + sum(ledger.yuan)) in await bench.points_of(ledger.phone)
        for receipt, first in ledger.receipts:
            again = await bench.till().call(PURCHASES, receipt)
            assert (again.status, again.is_replay, again.body) == (200, True, first)
    bench.shop.verify()
    print(f"{scale(KILLS)} kills, {sum(len(ledger.yuan) for ledger in ledgers)} receipts")
