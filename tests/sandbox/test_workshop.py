"""The clock, planned faults, and the command that starts it all."""

import asyncio
import signal
import socket
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, web

from sandbox.codec import DoesNotFit
from sandbox.config import Shuke, parse_config
from sandbox.push.wire import from_xml, to_xml
from tests.sandbox.rig import Rig, Rigging

ROOT = Path(__file__).parents[2]
PATH = "/cgi-bin/message/custom/send"


def clock_door(heard: list[Any], status: int = 200) -> web.Application:
    """The shop's admin door; its own clock stands a year ahead."""

    async def hear(request: web.Request) -> web.Response:
        heard.append(await request.json() if request.method == "POST" else "look")
        return web.json_response({"now": "2099-01-01T00:00:00+08:00"}, status=status)

    app = web.Application()
    app.router.add_route("*", "/clock", hear)
    return app


async def test_the_clock_moves_forward_and_never_back(rig: Rig) -> None:
    before = datetime.fromisoformat((await rig.ask("clock"))["now"])
    answer = await rig.tell("clock", advance_seconds=86400)
    after = datetime.fromisoformat(answer["now"])
    assert timedelta(days=1) <= after - before < timedelta(days=1, minutes=1)
    await rig.tell("clock", expect=400, now=before.isoformat())
    await rig.tell("clock", expect=400, now="2099-01-01T00:00:00")
    await rig.tell("clock", expect=400)
    await rig.tell("clock", expect=400, advance_seconds=10**15)


async def test_a_jump_is_passed_to_the_shop_and_its_time_is_taken_over(rigging: Rigging) -> None:
    heard: list[Any] = []
    url = await rigging.serve(clock_door(heard))
    rig = await rigging.rig(shuke=Shuke(admin_url=url))
    answer = await rig.tell("clock", advance_seconds=60)
    assert heard == [{"advance_seconds": 60}]
    assert answer["now"].startswith("2098-12-31T16:00:00")


async def test_a_call_on_the_way_is_heard_at_the_time_the_shop_has_got_to(
    rigging: Rigging,
) -> None:
    told: list[Any] = []

    async def walk(request: web.Request) -> web.Response:
        day = "02" if request.method == "GET" else "09"
        if request.method == "POST":
            told.append((await send(rig))["errcode"])
            told.append(rig.world.clock.now().date().isoformat())
        return web.json_response({"now": f"2099-01-{day}T12:00:00+08:00"})

    app = web.Application()
    app.router.add_route("*", "/clock", walk)
    rig = await rigging.rig(shuke=Shuke(admin_url=await rigging.serve(app)))
    await rig.act("follow")
    await rig.tell("clock", advance_seconds=60)
    assert told == [45015, "2099-01-02"]
    assert rig.world.clock.now().date().isoformat() == "2099-01-09"


async def test_where_the_shops_clock_does_not_move_nothing_moves(rigging: Rigging) -> None:
    url = await rigging.serve(clock_door([], status=500))
    rig = await rigging.rig(shuke=Shuke(admin_url=url))
    answer = await rig.tell("clock", expect=502, advance_seconds=86400)
    assert "did not move" in answer["error"]
    assert rig.world.state.clock_ahead_seconds == 0


async def send(rig: Rig) -> Any:
    body = {"touser": rig.openid, "msgtype": "text", "text": {"content": "您好"}}
    return await rig.call(PATH, body)


async def test_a_planned_error_comes_as_often_as_planned(rig: Rig) -> None:
    await rig.act("follow")
    await rig.tell("faults", path=PATH, errcode=-1, times=2)
    assert [(await send(rig))["errcode"] for _ in range(3)] == [-1, -1, 0]


async def test_a_planned_html_page_and_status_come_instead_of_json(rig: Rig) -> None:
    await rig.tell("faults", path=PATH, html=True)
    await rig.tell("faults", path=PATH, status=503)
    token = await rig.token()
    async with rig.client.post(PATH, params={"access_token": token}) as response:
        assert (response.status, response.content_type) == (502, "text/html")
    async with rig.client.post(PATH, params={"access_token": token}) as response:
        assert response.status == 503


async def test_a_cut_after_accept_delivers_and_breaks_the_connection(rig: Rig) -> None:
    await rig.act("follow")
    await rig.tell("faults", path=PATH, cut_after_accept=True)
    with pytest.raises(ClientError):
        await send(rig)
    assert (await rig.chat())[-1]["text"] == "您好"


async def test_planned_faults_can_be_taken_back(rig: Rig) -> None:
    await rig.act("follow")
    await rig.tell("faults", path="*", errcode=-1, times=99)
    async with rig.client.delete("/stage/faults") as response:
        assert await response.json() == {"faults": []}
    assert (await send(rig))["errcode"] == 0


async def test_the_journal_tells_the_call_and_hides_the_secret(rig: Rig) -> None:
    await rig.token()
    (row,) = (await rig.ask("journal"))["rows"]
    assert row["summary"] == "POST /cgi-bin/stable_token → 200"
    assert rig.shop.account.secret not in str(row)


def test_an_unknown_key_and_a_twin_in_the_configuration_are_named(tmp_path: Path) -> None:
    with pytest.raises(DoesNotFit, match="colour: unknown key"):
        parse_config({"colour": "red"}, folder=tmp_path)
    with pytest.raises(DoesNotFit, match=r"accounts\[0\].label: missing"):
        parse_config({"accounts": [{"name": "a"}]}, folder=tmp_path)


def test_what_a_member_writes_cannot_break_the_xml() -> None:
    words = "]]></Content><Evil>1</Evil> ]]]> \x00\x1b 😀"
    body = from_xml(to_xml({"Content": words, "List": [{"a": "1"}, {"a": "2"}]}))
    assert body["Content"] == "]]></Content><Evil>1</Evil> ]]]>  😀"
    assert body["List"] == [{"a": "1"}, {"a": "2"}]


async def started(folder: Path, *options: str) -> asyncio.subprocess.Process:
    (folder / "sandbox.toml").write_text('state = "state.json"\n', encoding="utf-8")
    command = [sys.executable, "-m", "sandbox", "--config", str(folder / "sandbox.toml"), *options]
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=pipe, stderr=pipe)


async def test_the_command_says_one_line_and_ends_cleanly(tmp_path: Path) -> None:
    process = await started(tmp_path, "--port", "0")
    assert process.stdout is not None
    async with asyncio.timeout(20):
        line = await process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        out, err = await process.communicate()
    assert line.startswith(b"sandbox ready on http://127.0.0.1:")
    assert (process.returncode, out, err) == (0, b"", b"")
    assert (tmp_path / "state.json").exists()


async def test_a_busy_port_is_one_sentence_and_exit_2(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        process = await started(tmp_path, "--port", port)
        async with asyncio.timeout(20):
            _, err = await process.communicate()
    assert process.returncode == 2
    assert err.decode().count("\n") == 1
    assert port in err.decode()
