"""An installation as an operator has it: files, commands, server processes that can be killed."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from tests.contract.accounts import ACCOUNTS, SHOP, configuration
from tests.contract.fake_wechat import FakeWeChat
from tests.contract.till import Enrolment
from tests.server_process import HOST, ends_with_its_parent, free_port

ROOT = Path(__file__).parent.parent.parent
COMMAND_SECONDS = 60
START_SECONDS = 30
STOP_SECONDS = 30
without_proxy = build_opener(ProxyHandler({}))


@dataclass(slots=True)
class ServerRun:
    """One `serve` process on ports of its own."""

    port: int
    admin_port: int
    log: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def admin_url(self) -> str:
        return f"http://{HOST}:{self.admin_port}"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def end(self, how: signal.Signals) -> int:
        """Send the signal and wait; the exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.wait()

    def wait(self) -> int:
        """The exit code of a process that is on its way out."""
        assert self.process is not None
        try:
            return self.process.wait(STOP_SECONDS)
        finally:
            self.process.kill()
            self.process.wait()
            self.process = None


@dataclass(slots=True)
class Installation:
    """One brand's Shuke: a directory, a database, one or more processes against it."""

    directory: Path
    wechat: FakeWeChat
    database_url: str
    redis_url: str = ""
    process_count: int = 1
    servers: list[ServerRun] = field(default_factory=list)
    enrolments: dict[str, Enrolment] = field(default_factory=dict)
    # The openids of whoever was made staff here, by what they do.
    staff: dict[str, str] = field(default_factory=dict)

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def config(self) -> Path:
        return self.directory / "config.toml"

    @property
    def urls(self) -> list[str]:
        return [server.url for server in self.servers]

    def prepare(self) -> None:
        """Files, schema, shop and the tills' keys: everything an operator does before `serve`."""
        for number in range(self.process_count):
            log = self.directory / f"serve-{number}.log"
            self.servers.append(ServerRun(free_port(), free_port(), log))
        facts: dict[str, object] = {
            "port": self.servers[0].port,
            "admin_port": self.servers[0].admin_port,
        }
        facts |= {"database": self.database_url, "redis": self.redis_url, "api": self.wechat.url}
        self.config.write_text(configuration(ACCOUNTS, facts), encoding="utf-8")
        (self.directory / "shop.toml").write_text(SHOP, encoding="utf-8")
        self.succeed("migrate")
        self.succeed("load", str(self.directory / "shop.toml"))
        for till in ("cd01-1", "cd01-2", "cd01-3", "cd02-1"):
            self.enrol(till)

    def enrol(self, till: str) -> Enrolment:
        self.enrolments[till] = Enrolment.parse(self.succeed("till", "enrol", till))
        return self.enrolments[till]

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot", *words, "--config", str(self.config)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            stdin=subprocess.DEVNULL,
        )

    def succeed(self, *words: str) -> str:
        done = self.command(*words)
        assert done.returncode == 0, f"bot {words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def launch(self, number: int = 0) -> ServerRun:
        """Start the process and return at once; `pdeathsig` ends it with the test run."""
        server = self.servers[number]
        assert server.process is None
        ports = ["--port", str(server.port), "--admin-port", str(server.admin_port)]
        command = [sys.executable, "-m", "bot", "serve", "--config", str(self.config), *ports]
        with server.log.open("ab") as log:
            server.process = subprocess.Popen(
                [*ends_with_its_parent(), *command],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return server

    def wait_until_ready(self, number: int) -> None:
        give_up_at = time.monotonic() + START_SECONDS
        while not answers(f"{self.servers[number].url}/"):
            self.assert_running(number)
            assert time.monotonic() < give_up_at, self.words_of(number)
            time.sleep(0.02)

    def assert_running(self, number: int) -> None:
        process = self.servers[number].process
        assert process is not None
        assert process.poll() is None, f"serve ended:\n{self.words_of(number)}"

    def start_missing(self) -> None:
        """Every process that is not running, all at once."""
        down = [number for number, server in enumerate(self.servers) if server.process is None]
        for number in down:
            self.launch(number)
        for number in down:
            self.wait_until_ready(number)

    def stop_all(self) -> None:
        """Whatever happened, nothing keeps running."""
        for server in self.servers:
            if server.process is not None:
                server.end(signal.SIGTERM)

    def kill(self, number: int = 0) -> None:
        self.servers[number].end(signal.SIGKILL)

    def words_of(self, number: int) -> str:
        """The end of what one process logged."""
        return self.servers[number].log.read_text(encoding="utf-8")[-4000:]

    def log_lines(self) -> list[dict[str, Any]]:
        texts = [server.log.read_text(encoding="utf-8") for server in self.servers]
        return [json.loads(line) for text in texts for line in text.splitlines() if line]

    def errors(self) -> list[dict[str, Any]]:
        return [line for line in self.log_lines() if line["level"] not in ("info", "warning")]

    def memory_kb(self, number: int = 0) -> int:
        status = Path(f"/proc/{self.servers[number].pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1])

    def verify(self) -> None:
        done = self.command("verify")
        assert done.returncode == 0, f"verify: {done.stdout}{done.stderr}"


def answers(url: str) -> bool:
    try:
        with without_proxy.open(url, timeout=2) as response:
            return bool(response.status == 200)
    except (URLError, OSError):
        return False
