"""`serve`: one sentence where it cannot start, JSON lines while it runs, a clean end."""

import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import pytest

from tests.bot.cli_desk import Desk, make_desk
from tests.server_process import HOST, ends_with_its_parent
from tests.source_code import ROOT

START_SECONDS = 30
without_proxy = build_opener(ProxyHandler({}))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return make_desk(tmp_path)


@contextmanager
def serving(desk: Desk, *words: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*ends_with_its_parent(), *desk.words("serve", *words)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def status_of(url: str) -> int:
    """Asks until somebody answers."""
    give_up_at = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up_at:
        try:
            with without_proxy.open(url, timeout=5) as response:
                return int(response.status)
        except URLError as error:
            if hasattr(error, "code"):
                return int(error.code)
            time.sleep(0.02)
    raise TimeoutError(url)


def test_a_busy_port_is_one_sentence(desk: Desk) -> None:
    with socket.socket() as holder:
        holder.bind((HOST, 0))
        holder.listen()
        busy = holder.getsockname()[1]
        complaint = desk.run("serve", "--port", str(busy)).complaint
    assert complaint.startswith("cannot start: ")
    assert str(busy) in complaint


def test_a_role_nobody_knows_is_named(desk: Desk) -> None:
    complaint = desk.run("serve", "--only", "web,cook").complaint
    assert complaint == "--only knows web, deliver, schedule, not cook"
    assert not desk.database.exists()


def test_it_serves_until_it_is_asked_to_stop(desk: Desk) -> None:
    admin, front = f"http://{HOST}:{desk.admin_port}", f"http://{HOST}:{desk.port}"
    with serving(desk) as process:
        assert status_of(f"{admin}/readyz") == 200
        assert status_of(f"{front}/") == 200
        assert status_of(f"{front}/pos/v1/openapi.json") == 200
        for url in (f"{front}/clock", f"{front}/metrics", f"{admin}/wechat/main"):
            assert status_of(url) == 404
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=START_SECONDS)
    assert (process.returncode, out) == (0, "")
    lines = [json.loads(line) for line in err.splitlines()]
    assert [line["event"] for line in lines if line["logger"] == "bot.cli_serve"] == [
        "serving",
        "stopping",
    ]
    assert all({"time", "level", "event"} <= set(line) for line in lines)


def test_only_what_was_asked_for_is_served(desk: Desk) -> None:
    with serving(desk, "--only", "deliver,schedule") as process:
        assert status_of(f"http://{HOST}:{desk.admin_port}/healthz") == 200
        with socket.socket() as caller:
            assert caller.connect_ex((HOST, desk.port)) != 0
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=START_SECONDS)
    assert process.returncode == 0
