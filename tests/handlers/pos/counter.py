"""A counter (柜台): two tills of a vendor's own making in front of the shop under test."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.cli_serve import LARGEST_BODY
from handlers.pos.routes import TillDoor
from services.org.tills import enrol_till
from tests.contract.till import Enrolment, Said, Till, purchase
from tests.shop import ShopUnderTest

PURCHASES = "/pos/v1/purchases"


@dataclass(frozen=True, slots=True)
class Counter:
    shop: ShopUnderTest
    tills: dict[str, Till]
    # The status of every answer, as operators count them.
    counted: list[int]

    @property
    def now_seconds(self) -> int:
        return int(self.shop.clock().timestamp())

    def basket(self, amount_fen: int = 3200, **facts: Any) -> dict[str, Any]:
        """A purchase of this very moment, under a receipt number of its own."""
        return purchase(amount_fen, paid_at=self.shop.shop.now().isoformat(), **facts)

    async def report(self, body: Any, *, till: str = "cd01-1", **other: Any) -> Said:
        """Sign and send; `other` makes the signature wrong on purpose."""
        facts = {"timestamp": self.now_seconds} | other
        return await self.tills[till].call(facts.pop("path", PURCHASES), body, **facts)

    async def send(self, body: bytes, headers: dict[str, str], path: str = PURCHASES) -> Said:
        """Exactly these headers and no others."""
        till = self.tills["cd01-1"]
        async with till.session.post(till.urls[0] + path, data=body, headers=headers) as response:
            raw = await response.read()
            is_replay = response.headers.get("Idempotent-Replay") == "true"
            return Said(response.status, json.loads(raw), raw, is_replay)


def error_of(said: Said) -> tuple[int, str]:
    """Status and code of an error that has the form of every error."""
    error = said.body["error"]
    assert set(error) == {"code", "message", "request_id"}
    assert all(error.values())
    return said.status, error["code"]


@asynccontextmanager
async def open_counter(shop: ShopUnderTest) -> AsyncIterator[Counter]:
    """The till door, served on a port of its own, and two tills enrolled at it."""
    app, counted = web.Application(client_max_size=LARGEST_BODY), list[int]()
    TillDoor(
        shop.shop,
        is_outage=lambda error: isinstance(error, ConnectionError),
        count=counted.append,
    ).add_to(app)
    enrolments = {
        code: Enrolment.parse(json.dumps(await enrol_till(shop.shop, code)))
        for code in ("cd01-1", "cd01-2")
    }
    async with TestServer(app) as server, ClientSession() as session:
        urls = [str(server.make_url("")).rstrip("/")]
        tills = {code: Till(enrolment, session, urls) for code, enrolment in enrolments.items()}
        yield Counter(shop, tills, counted)
