"""日志: one JSON object a line, and never a text, a phone, a name, an openid or a secret."""

import io
import json
import logging
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.inbox import Inbox
from bot.logs import JsonLines, message_id, set_up_logs
from bot.metrics import count_till_request
from bot.web import Pages
from bot.webhook import Webhook
from handlers.pages.claim import ClaimPages
from handlers.pages.login import Login, LoginFailed
from handlers.pos import routes
from handlers.pos.routes import TillDoor
from services.details import keeping
from tests.bot.wire import NOW, OPENID, SAFE, Query, safe_push, text_xml
from tests.contract.till import Enrolment, Till, purchase
from tests.shop import ShopUnderTest, new_till, shop_with_a_past

PHONE, NAME, WORDS = "13911112222", "欧阳晓晓", "我的秘密是蓝色的"
SECRETS = (PHONE, NAME, WORDS, OPENID, SAFE.token, SAFE.aes_key, SAFE.secret)


class Broken(Exception):
    """A bug whose text holds all it should not."""

    def __init__(self) -> None:
        super().__init__(f"could not store {PHONE} of {NAME} ({OPENID}): {WORDS} {SAFE.secret}")


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """What standard error gets: every logger, as `serve` sets them up."""
    root = logging.getLogger()
    before, level, real = root.handlers[:], root.level, sys.stderr
    sys.stderr = io.StringIO()
    set_up_logs()
    try:
        yield sys.stderr
    finally:
        sys.stderr = real
        root.handlers[:] = before
        root.setLevel(level)


def lines_in(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_object_with_time_level_event_and_facts(stream: io.StringIO) -> None:
    message_id.set("m1")
    logging.getLogger("bot.x").warning("push\nrefused", extra={"facts": {"reason": "签名"}})
    message_id.set("")
    (line,) = lines_in(stream)
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "warning",
        "event": "push\nrefused",
        "logger": "bot.x",
        "message_id": "m1",
        "reason": "签名",
    }


def test_a_traceback_tells_the_place_and_the_kind_but_not_the_text(stream: io.StringIO) -> None:
    try:
        raise Broken
    except Broken:
        logging.getLogger("bot.x").exception("failed")
    (line,) = lines_in(stream)
    assert "test_logs.py" in line["traceback"]
    assert line["traceback"].endswith("Broken")
    assert PHONE not in stream.getvalue()
    assert "message_id" not in line


def test_a_fact_that_is_no_json_is_still_a_line() -> None:
    record = logging.makeLogRecord({"msg": "kept", "facts": {"path": Path("x"), "what": {1, 2}}})
    assert json.loads(JsonLines().format(record))["path"] == "x"


def test_libraries_are_quiet_below_warnings(stream: io.StringIO) -> None:
    for name in ("aiohttp.access", "tortoise.db_client", "apscheduler.scheduler", "asyncio"):
        logging.getLogger(name).info("SELECT * FROM members")
    assert stream.getvalue() == ""


class Doors:
    """All doors of one process on one port, before the real handlers or broken ones."""

    def __init__(self, shop: ShopUnderTest, url: str, session: ClientSession) -> None:
        self.shop, self.url, self.session = shop, url, session
        self.till: Till | None = None

    async def push(self, push: tuple[Query, bytes]) -> int:
        query, body = push
        async with self.session.post(f"{self.url}/wechat/main", params=query, data=body) as answer:
            return answer.status

    async def writes(self, words: str, number: int) -> int:
        return await self.push(safe_push(text_xml(words, MsgId=str(7 * 10**18 + number))))

    async def report(self, body: Any) -> int:
        assert self.till is not None
        now_seconds = int(self.shop.clock().timestamp())
        return (await self.till.call("/pos/v1/purchases", body, timestamp=now_seconds)).status

    async def get(self, path: str) -> int:
        agent = {"User-Agent": "MicroMessenger"}
        async with self.session.get(self.url + path, headers=agent) as answer:
            return answer.status


async def exchange(code: str) -> str:
    if code == "broken":
        raise Broken
    raise LoginFailed


def app_of(shop: ShopUnderTest, inbox: Inbox) -> web.Application:
    async def queue(*_: object) -> None:
        pass

    app = web.Application()
    Webhook(
        {"main": SAFE},
        inbox,
        dispatch=shop.dispatcher.dispatch,
        queue_replies=queue,
        is_outage=lambda error: False,
        apology="抱歉",
        now_seconds=lambda: float(NOW),
    ).add_to(app)
    TillDoor(shop.shop, is_outage=lambda error: False, count=count_till_request).add_to(app)
    login = Login(shop=shop.shop, account="main", appid="a", oauth_base=".", exchange=exchange)
    ClaimPages(shop.shop, Pages(), login).add_to(app)
    return app


@pytest.fixture
async def doors(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Doors]:
    async with shop_with_a_past(tmp_path, tmp_path_factory.getbasetemp()) as shop:
        inbox = Inbox(shop.shop.cache)
        async with TestServer(app_of(shop, inbox)) as server, ClientSession() as session:
            made = Doors(shop, str(server.make_url("")).rstrip("/"), session)
            till = shop.till = await new_till(shop.shop)
            facts = (till.code, till.till_no, till.epoch, till.key.hex(), "camellia", "sandbox")
            enrolment = Enrolment(*facts, claim_url=shop.shop.claim_url)
            made.till = Till(enrolment, session, [made.url])
            yield made
        assert await inbox.drain(5) == 0


async def visit_everything(doors: Doors, token: str) -> None:
    words = ("入会", WORDS, "同意", f"1 {PHONE}", f"2 {NAME}", "资料", token, token[:-1], "会员码")
    for number, text in enumerate(words):
        assert await doors.writes(text, number) == 200
    assert await doors.push(([("signature", WORDS)], WORDS.encode())) == 403
    assert await doors.push(safe_push(text_xml(WORDS, ToUserName=NAME))) == 200
    basket = purchase(3200, paid_at=doors.shop.shop.now().isoformat())
    basket["lines"][0]["name"] = NAME
    assert await doors.report(basket) == 201
    assert await doors.report(basket | {"receipt_no": WORDS, "paid_fen": WORDS}) == 400
    assert await doors.report(basket | {"paid_fen": 1}) == 409
    for path in (f"/r/{token}?phone={PHONE}", f"/r/{WORDS}", f"/login/claim?state={PHONE}"):
        assert await doors.get(path) in (200, 302, 400, 404)


def assert_nothing_told(stream: io.StringIO, *more: str) -> None:
    told = stream.getvalue()
    assert [secret for secret in (*SECRETS, *more) if secret in told] == []
    escaped = [json.dumps(secret)[1:-1] for secret in SECRETS]
    assert [secret for secret in escaped if secret in told] == []


async def test_nothing_of_what_people_say_reaches_the_log(
    doors: Doors, stream: io.StringIO
) -> None:
    token = await doors.shop.receipt()
    await visit_everything(doors, token)
    lines = lines_in(stream)
    assert {"push_refused", "push_useless"} <= {line["event"] for line in lines}
    assert doors.till is not None
    assert_nothing_told(stream, token, doors.till.enrolment.key)


async def test_not_even_when_everything_breaks(
    doors: Doors, stream: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise Broken

    token = await doors.shop.receipt()
    await doors.writes("入会", 1)
    await doors.writes("同意", 2)
    monkeypatch.setitem(keeping.READERS, "phone", fail)
    await doors.writes("填手机号", 3)
    assert await doors.writes(PHONE, 4) == 200
    monkeypatch.setattr(routes, "authenticate", fail)
    assert await doors.report({"name": NAME}) == 503
    state = await Login(
        shop=doors.shop.shop, account="main", appid="a", oauth_base="", exchange=exchange
    ).address("/login/claim", "", token)
    state = state.partition("state=")[2].partition("#")[0]
    assert await doors.get(f"/login/claim?code=broken&state={state}&phone={PHONE}") == 500
    lines = lines_in(stream)
    ours = [line for line in lines if "traceback" in line and line["logger"] != "aiohttp.server"]
    assert [line["event"] for line in ours] == [
        "push_failed",
        "till_request_failed",
    ]
    assert all(line["traceback"].endswith("Broken") for line in lines if "traceback" in line)
    assert len([line for line in lines if "traceback" in line]) == 3
    assert_nothing_told(stream, token)
