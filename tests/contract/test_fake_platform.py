"""The fake platform is a measuring instrument: it has to be right."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession, web
from aiohttp.test_utils import TestServer

from tests.contract.accounts import MAIN
from tests.contract.fake_process import FakeProcess, fake_platform
from tests.contract.fake_wechat import fake_wechat
from tests.contract.wire import decrypt, fields_of, signature

CUSTOM = "message/custom/send"
TEMPLATE = "message/template/send"
MASS = "message/mass/send"
SECRETS = {"grant_type": "client_credential", "appid": MAIN.appid, "secret": MAIN.secret}


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeProcess]:
    with fake_platform(tmp_path) as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as opened_session:
        yield opened_session


class Caller:
    """A client of the platform with a token in hand."""

    def __init__(self, fake: FakeProcess, session: ClientSession) -> None:
        self.fake = fake
        self.session = session
        self.token = ""

    async def post(self, path: str, body: Any, query: str = "") -> Any:
        data = json.dumps(body, ensure_ascii=False).encode()
        async with self.session.post(f"{self.fake.url}/cgi-bin/{path}{query}", data=data) as got:
            return json.loads(await got.read())

    async def fetch_token(self, **changes: Any) -> Any:
        answer = await self.post("stable_token", SECRETS | changes)
        self.token = answer.get("access_token", self.token)
        return answer

    async def call(self, api: str, body: Any) -> Any:
        if not self.token:
            await self.fetch_token()
        return await self.post(api, body, f"?access_token={self.token}")

    async def text(self, openid: str, words: str = "您好") -> Any:
        body = {"touser": openid, "msgtype": "text", "text": {"content": words}}
        return await self.call(CUSTOM, body)

    async def mass(self, **changes: Any) -> Any:
        body = {"touser": ["oA", "oB"], "msgtype": "text", "text": {"content": "周年庆"}}
        return await self.call(MASS, body | changes)


@pytest.fixture
def caller(fake: FakeProcess, session: ClientSession) -> Caller:
    return Caller(fake, session)


async def test_what_is_accepted_is_on_the_disk_before_the_answer(
    fake: FakeProcess, caller: Caller
) -> None:
    for number in range(20):
        assert (await caller.text(f"o{number}", "您好 😀"))["errcode"] == 0
        rows = fake.rows()
        assert (len(rows), rows[-1]["api"]) == (number + 1, CUSTOM)
        assert rows[-1]["body"]["text"]["content"] == "您好 😀"
    assert fake.ask("journal", openid="o7") == [rows[7]]
    assert fake.ask("counts")["accepted"] == {CUSTOM: 20}


async def test_a_generation_of_the_token_lives_until_it_is_forced_or_forgotten(
    fake: FakeProcess, caller: Caller
) -> None:
    first = await caller.fetch_token()
    assert (await caller.fetch_token())["access_token"] == first["access_token"]
    fake.tell("tokens/expire", appid=MAIN.appid)
    assert (await caller.text("oA"))["errcode"] == 40001
    assert (await caller.fetch_token())["access_token"] != first["access_token"]
    assert (await caller.text("oA"))["errcode"] == 0
    assert fake.ask("tokens") == {MAIN.appid: [2, 1]}
    forced = await caller.fetch_token(force_refresh=True)
    assert (await caller.fetch_token(force_refresh=True))["errcode"] == 45011
    assert (await caller.fetch_token())["access_token"] == forced["access_token"]


async def test_a_token_runs_out_and_a_wrong_secret_gets_none(
    fake: FakeProcess, caller: Caller
) -> None:
    assert (await caller.fetch_token(secret="x"))["errcode"] == 40001
    await caller.fetch_token()
    fake.tell("clock", seconds=7300)
    assert (await caller.text("oA"))["errcode"] == 42001


async def test_a_template_with_its_own_id_is_taken_once(fake: FakeProcess, caller: Caller) -> None:
    body = {"touser": "oA", "template_id": "t1", "data": {}, "client_msg_id": "k1"}
    first = await caller.call(TEMPLATE, body)
    assert (await caller.call(TEMPLATE, body))["msgid"] == first["msgid"]
    assert (await caller.call(TEMPLATE, {**body, "touser": "oB"}))["msgid"] != first["msgid"]
    assert len(fake.rows()) == 2
    assert fake.ask("counts")["repeats"] == {TEMPLATE: 1}
    fake.tell("clock", seconds=601)
    assert (await caller.call(TEMPLATE, body))["msgid"] != first["msgid"]


async def test_a_mass_message_with_its_own_id_is_taken_once(
    fake: FakeProcess, caller: Caller
) -> None:
    first = await caller.mass(clientmsgid="b1")
    again = await caller.mass(clientmsgid="b1")
    assert (again["errcode"], again["msg_id"]) == (45065, first["msg_id"])
    assert (await caller.mass(clientmsgid="b" * 33))["errcode"] == 45067
    assert fake.ask("receipts", api=MASS) == {"oA": 1, "oB": 1}


async def test_nobody_is_written_to_a_fifth_time_in_a_month(
    fake: FakeProcess, caller: Caller
) -> None:
    for _ in range(4):
        await caller.mass()
    assert (await caller.mass())["errcode"] == 45028
    assert (await caller.mass(touser=["oB", "oC"]))["errcode"] == 0
    assert fake.ask("receipts", least=5) == {}
    assert (await caller.mass(touser=["oA"]))["errcode"] == 40130
    assert (await caller.mass(touser=[f"o{n}" for n in range(10_001)]))["errcode"] == 40032


async def test_a_tag_is_filled_by_fifty_and_by_one_call_at_a_time(
    fake: FakeProcess, caller: Caller
) -> None:
    tag = (await caller.call("tags/create", {"tag": {"name": "群发一"}}))["tag"]["id"]
    path = "tags/members/batchtagging"
    many = {"openid_list": [f"o{n:02}" for n in range(51)], "tagid": tag}
    assert (await caller.call(path, many))["errcode"] == 40032
    fifty = {**many, "openid_list": many["openid_list"][:50]}
    codes = await asyncio.gather(*(caller.call(path, fifty) for _ in range(3)))
    assert sorted(answer["errcode"] for answer in codes) == [0, 45159, 45159]
    body = {"filter": {"is_to_all": False, "tag_id": tag}, "msgtype": "text", "text": {}}
    assert (await caller.call("message/mass/sendall", body))["errcode"] == 0
    assert len(fake.rows()[-1]["reached"]) == 50
    assert (await caller.call("tags/delete", {"tag": {"id": tag}}))["errcode"] == 0
    assert (await caller.call("message/mass/sendall", body))["errcode"] == 40152


async def test_a_subscription_is_counted_once_any_was_given(
    fake: FakeProcess, caller: Caller
) -> None:
    body = {"touser": "oA", "template_id": "t1", "data": {}}
    for api in (
        "message/subscribe/bizsend",
        "message/subscribe/send",
        "message/template/subscribe",
    ):
        assert (await caller.call(api, body))["errcode"] == 0
    fake.tell("held", openids=["oA"], template_id="t1", count=1)
    codes = [(await caller.call("message/subscribe/bizsend", body))["errcode"] for _ in range(2)]
    assert codes == [0, 43101]


async def test_people_who_cannot_be_reached_are_refused_with_the_planned_code(
    fake: FakeProcess, caller: Caller
) -> None:
    fake.refuse(["oA"], 45047, CUSTOM)
    assert (await caller.text("oA"))["errcode"] == 45047
    assert (await caller.text("oB"))["errcode"] == 0
    fake.refuse(["oA"], 0, CUSTOM)
    assert (await caller.text("oA"))["errcode"] == 0


async def test_a_planned_error_and_a_server_error_accept_nothing(
    fake: FakeProcess, caller: Caller, session: ClientSession
) -> None:
    fake.plan(CUSTOM, errcode=-1, times=2)
    assert [(await caller.text("oA"))["errcode"] for _ in range(3)] == [-1, -1, 0]
    fake.plan("*", status=502)
    async with session.post(f"{fake.url}/cgi-bin/{CUSTOM}", data=b"{}") as response:
        assert response.status == 502
    assert len(fake.rows()) == 1


async def test_a_line_cut_after_the_deed_leaves_the_row_and_no_answer(
    fake: FakeProcess, caller: Caller
) -> None:
    await caller.fetch_token()
    fake.plan(CUSTOM, cut=True)
    fake.plan(CUSTOM, cut_before=True)
    for _ in range(2):
        with pytest.raises(ClientError):
            await caller.text("oA")
    assert [row["body"]["touser"] for row in fake.rows()] == ["oA"]


async def test_a_delay_lies_before_or_after_the_deed(fake: FakeProcess, caller: Caller) -> None:
    await caller.fetch_token()
    for name, rows_meanwhile in (("delay_before", 0), ("delay_after", 2)):
        fake.plan(CUSTOM, **{name: 0.3})
        begun = time.monotonic()
        sending = asyncio.create_task(caller.text("oA"))
        await asyncio.sleep(0.15)
        assert len(fake.rows()) == rows_meanwhile
        await sending
        assert time.monotonic() - begun >= 0.3


async def test_a_quota_is_used_up_and_set_anew(fake: FakeProcess, caller: Caller) -> None:
    fake.tell("quota", api=CUSTOM, left=1)
    since = time.time()
    assert [(await caller.text("oA"))["errcode"] for _ in range(3)] == [0, 45009, 45009]
    assert [row[2] for row in fake.ask("calls", api=CUSTOM, since=since)] == [0, 45009, 45009]
    fake.tell("quota", api=CUSTOM, left=None)
    assert (await caller.text("oA"))["errcode"] == 0


async def test_escaped_letters_and_unknown_calls_are_refused(
    fake: FakeProcess, caller: Caller, session: ClientSession
) -> None:
    await caller.fetch_token()
    body = rb'{"touser":"oA","msgtype":"text","text":{"content":"\u4f60"}}'
    address = f"{fake.url}/cgi-bin/{CUSTOM}?access_token={caller.token}"
    async with session.post(address, data=body) as response:
        assert json.loads(await response.read())["errcode"] == 40033
    assert (await caller.call("poems/get", {}))["errcode"] == 40066
    assert fake.ask("counts")["unknown"] == {"POST /cgi-bin/poems/get": 1}


async def test_the_outcome_comes_by_a_signed_and_encrypted_push(
    fake: FakeProcess, caller: Caller
) -> None:
    heard: list[dict[str, Any]] = []

    async def hear(request: web.Request) -> web.Response:
        body, query = await request.read(), request.query
        stamp, nonce = query["timestamp"], query["nonce"]
        sealed = str(fields_of(body)["Encrypt"])
        assert query["msg_signature"] == signature(MAIN.token, stamp, nonce, sealed)
        heard.append(fields_of(decrypted(sealed)))
        return web.Response(text="success")

    app = web.Application()
    app.router.add_post("/wechat/main", hear)
    async with TestServer(app) as shop:
        url = str(shop.make_url("/wechat/main"))
        fake.tell("webhook", appid=MAIN.appid, url=url, outcome_seconds=0.01)
        fake.plan(MASS, outcome="err(20008)")
        mass = await caller.mass()
        template = await caller.call(TEMPLATE, {"touser": "oA", "template_id": "t1", "data": {}})
        async with asyncio.timeout(5):
            while len(heard) < 2:  # noqa: ASYNC110 - the shop hears in its own time
                await asyncio.sleep(0.01)
    told = {push["Event"]: push for push in heard}
    assert told["MASSSENDJOBFINISH"]["Status"] == "err(20008)"
    assert told["MASSSENDJOBFINISH"]["MsgID"] == str(mass["msg_id"])
    assert told["TEMPLATESENDJOBFINISH"]["MsgID"] == str(template["msgid"])
    assert told["TEMPLATESENDJOBFINISH"]["FromUserName"] == "oA"


def decrypted(sealed: str) -> bytes:
    return decrypt(sealed, key=MAIN.key, appid=MAIN.appid)


async def test_the_fake_in_a_thread_takes_the_same_sends(session: ClientSession) -> None:
    with fake_wechat(MAIN) as wechat:
        wechat.tokens["t"] = MAIN.appid
        body = {"touser": ["oA", "oB"], "msgtype": "text", "text": {"content": "周年庆"}}
        data = json.dumps(body, ensure_ascii=False).encode()
        address = f"{wechat.url}/cgi-bin/{MASS}?access_token=t"
        async with session.post(address, data=data) as response:
            assert json.loads(await response.read())["errcode"] == 0
        assert [(sent.kind, sent.text) for sent in wechat.sent_to("oB")] == [
            (MASS, "oA\noB\ntext\n周年庆")
        ]
