"""A whole demo for the browser: Shuke and the sandbox as real processes on free ports."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bot.config import load_settings
from tests.browser.chromium import chromium
from tests.browser.stage import Stage
from tests.server_process import free_port
from tools.demo_shop import prepare, sandbox_config

ROOT = Path(__file__).parent.parent.parent
READY_SECONDS = 30


@dataclass(slots=True)
class RunningDemo:
    sandbox_url: str
    shuke_url: str
    admin_url: str
    config: Path
    shuke: subprocess.Popen[bytes] | None = None
    sandbox: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        sandbox_file = self.config.parent / "var" / "sandbox.toml"
        self.sandbox = _start("-m", "sandbox", "--config", str(sandbox_file))
        await self.start_shuke()
        await _answers(f"{self.sandbox_url}/stage/state")

    async def start_shuke(self) -> None:
        self.shuke = _start("-m", "bot", "serve", "--config", str(self.config))
        await _answers(f"{self.admin_url}/readyz")

    async def restart_shuke(self) -> None:
        """Not politely: what was in memory is gone."""
        assert self.shuke is not None
        self.shuke.kill()
        self.shuke.wait()
        await self.start_shuke()

    def invite(self, role: str, store: str) -> str:
        """The code of an invitation, as an owner gets it at the command line."""
        command = [sys.executable, "-m", "bot", "staff", "invite", "--role", role]
        command += ["--store", store, "--config", str(self.config)]
        done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
        return str(json.loads(done.stdout)["code"])

    def end(self) -> None:
        for process in (self.shuke, self.sandbox):
            if process is not None:
                process.terminate()
                process.wait(20)


@pytest.fixture
async def stage(demo: RunningDemo) -> AsyncIterator[Stage]:
    """A newcomer's browser: nothing remembered, Chinese, a small laptop."""
    async with chromium() as browser:
        page = await browser.new_page(viewport={"width": 1280, "height": 800}, locale="zh-CN")
        stage = Stage(page)
        await stage.open(demo.sandbox_url)
        yield stage


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[RunningDemo]:
    ports = [free_port() for _ in range(3)]
    config = tmp_path / "config.toml"
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    for usual, port in zip(("8000", "8001", "8002"), ports, strict=True):
        text = text.replace(usual, str(port))
    config.write_text(text, encoding="utf-8")
    settings = load_settings(config, os.environ)
    await prepare(settings, with_story=False)
    (tmp_path / "var" / "sandbox.toml").write_text(sandbox_config(settings, ports[1]))
    shuke, sandbox, admin = (f"http://127.0.0.1:{port}" for port in ports)
    running = RunningDemo(sandbox, shuke, admin, config)
    try:
        await running.start()
        yield running
    finally:
        running.end()


def _start(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, *arguments], cwd=ROOT)


async def _answers(url: str) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + READY_SECONDS
    async with aiohttp.ClientSession() as session:
        while not await _is_up(session, url):
            if loop.time() > deadline:
                raise TimeoutError(url)
            await asyncio.sleep(0.05)


async def _is_up(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False
