"""The real shop of a model test (真店): a database put back in milliseconds, calls that may crash.

One event loop for the whole run; each example begins with the same rows and the same clock.
"""

import asyncio
import random
import shutil
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

from loyalty.person import Person
from loyalty.refusals import Refusal
from scheduler.timetable import TIMETABLE
from services.loading import load_shop
from services.org.tills import Till, till_of_code
from services.purchases.member_codes import show_code
from services.shop import Shop
from services.tiers.rungs import tier_of
from storage import transactions
from storage.cache import Cache
from storage.cache_twin import TwinCache
from storage.database import DatabaseAddress, is_postgres
from storage.sql import rows
from tests.databases import KEEP_A_COPY, name_in
from tests.model.rules import MODEL_SHOP
from tests.outbox import KEYS
from tests.servers import PostgresServer
from tests.shop_parts import OPENING, MachineClock, a_follower, a_till, demo_shop, open_test_shop

TILLS = ("cd01-1", "cd02-1")
PEOPLE = ("li", "wang", "zhao")
T = TypeVar("T")
Call = Callable[[Shop], Awaitable[Any]]
# The same as spare.put_back(), but nobody is thrown out.
PUT_BACK = """
CREATE FUNCTION spare.put_back_quickly() RETURNS void LANGUAGE plpgsql AS $body$
DECLARE name text; BEGIN
  PERFORM set_config('session_replication_role', 'replica', TRUE);
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'spare' LOOP
    EXECUTE format('DELETE FROM public.%1$I', name);
    EXECUTE format('INSERT INTO public.%1$I SELECT * FROM spare.%1$I', name);
  END LOOP;
  FOR name IN SELECT attrelid::regclass FROM pg_attribute WHERE attidentity <> '' LOOP
    EXECUTE format('SELECT setval(pg_get_serial_sequence(%1$L, %2$L),'
      ' COALESCE(MAX(id), 0) + 1, FALSE) FROM %1$s', name, 'id');
  END LOOP;
END $body$;
"""


class Crash(BaseException):
    """The process died before COMMIT."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a call was answered: a value, or the name of its refusal."""

    value: Any = None
    refusal: str | None = None


class World:
    """The shop with its clock; `reset` before each example."""

    def __init__(self, address: DatabaseAddress, template: Path | None) -> None:
        self.address, self.template = address, template
        self.runner = asyncio.Runner()
        self.clock = MachineClock()
        self.stack = AsyncExitStack()
        self.tills: list[Till] = []
        self.is_open = False
        self._shop: Shop | None = None
        self._random = random.Random(0)

    @property
    def shop(self) -> Shop:
        assert self._shop is not None
        return self._shop

    @property
    def now(self) -> datetime:
        return self.clock.now

    def wait_for(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(coroutine)

    def reset(self) -> None:
        self.clock.now = OPENING
        self._random = random.Random(1)
        if self.template is not None:
            self.wait_for(self._close())
            shutil.copyfile(self.template, self.address.url.removeprefix("sqlite://"))
        self.wait_for(self._open())
        if self.template is None:
            self.wait_for(put_back())
        fresh = Cache(TwinCache())
        self._shop = replace(self.shop, cache=fresh, random_bytes=self._random.randbytes)

    def reopen(self) -> None:
        """As after a restart: nothing is remembered but what is in the database."""
        self.wait_for(self._reopen())

    def close(self) -> None:
        try:
            self.wait_for(self._close())
        finally:
            self.runner.close()

    def run(self, call: Call) -> Told:
        try:
            return Told(self.wait_for(_called(call, self.shop)))
        except Refusal as refusal:
            return Told(refusal=type(refusal).__name__)

    def crash(self, call: Call) -> None:
        """The process dies at the end of the call's first transaction."""
        attempt = transactions._attempt

        async def dying(body: Callable[[], Awaitable[Any]]) -> Any:
            async def body_then_death() -> Any:
                await body()
                raise Crash

            return await attempt(body_then_death)

        with mock.patch.object(transactions, "_attempt", dying):
            try:
                self.wait_for(_called(call, self.shop))
            except (Crash, Refusal):
                return
        raise AssertionError("nothing was written, so nothing could die")

    def person(self, name: str) -> Person:
        return self.wait_for(a_follower(self.shop, name))

    def place_of(self, member_id: int) -> int:
        """The member's rung in the ladder, from below."""
        tier = self.wait_for(tier_of(self.shop, member_id))
        return [rung.code for rung in self.shop.rules.tiers].index(tier.code)

    def code_of(self, member_id: int) -> str:
        return self.wait_for(show_code(self.shop, member_id)).code

    def run_jobs(self) -> None:
        """All of them, in the order in which the runner does; unlike there a fault is seen."""

        async def all_jobs() -> None:
            for job in TIMETABLE:
                await job.use_case(self.shop)

        self.wait_for(all_jobs())

    def everything(self) -> dict[str, list[str]]:
        """Every row of every table, to see whether anything changed."""
        return self.wait_for(all_rows())

    async def _open(self) -> None:
        if self.is_open:
            return
        opened = open_test_shop(self.address, clock=self.clock, keys=KEYS)
        shop = await self.stack.enter_async_context(opened)
        self._shop = replace(shop, random_bytes=self._random.randbytes)
        found = [await till_of_code(self.shop, code) for code in TILLS]
        self.tills = [till for till in found if till is not None]
        self.is_open = True

    async def _reopen(self) -> None:
        await self._close()
        await self._open()

    async def _close(self) -> None:
        await self.stack.aclose()
        self.is_open = False


async def _called(call: Call, shop: Shop) -> Any:
    return await call(shop)


def sqlite_world(folder: Path) -> World:
    template = folder / "model-template.db"
    asyncio.run(_make_template(DatabaseAddress(f"sqlite://{template}")))
    return World(DatabaseAddress(f"sqlite://{folder / 'model.db'}"), template)


def postgres_world(postgres: PostgresServer) -> World:
    url = postgres.create_database()
    asyncio.run(_make_template(DatabaseAddress(url)))
    # No power cut is played here, and nothing has to survive one.
    postgres.run_sql(f"ALTER DATABASE {name_in(url)} SET synchronous_commit = off")
    postgres.run_sql(KEEP_A_COPY + PUT_BACK, database=name_in(url))
    return World(DatabaseAddress(url, pool_size=2), None)


async def _make_template(address: DatabaseAddress) -> None:
    async with open_test_shop(address, keys=KEYS) as shop:
        await load_shop(shop, {**demo_shop(), **MODEL_SHOP})
        await shop.rules.refresh()
        for code in TILLS:
            await a_till(shop, code)
        for name in PEOPLE:
            await a_follower(shop, name)


async def put_back() -> None:
    """PostgreSQL as it was at the first moment of the run."""
    await rows("SELECT spare.put_back_quickly()")


async def table_names() -> list[str]:
    question = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    if is_postgres():
        question = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
    return sorted(line["name"] for line in await rows(question))


async def all_rows() -> dict[str, list[str]]:
    names = await table_names()
    if is_postgres():
        each = (
            "SELECT '{0}' AS name, string_agg(t::text, '\n' ORDER BY t::text) AS lines FROM {0} t"
        )
        found = await rows(" UNION ALL ".join(each.format(name) for name in names))
        return {line["name"]: (line["lines"] or "").split("\n") for line in found}
    return {
        name: sorted(str(tuple(line.values())) for line in await rows(f"SELECT * FROM {name}"))
        for name in names
    }
