"""One server program as the tests start and end it, whoever they run as."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from random import sample
from typing import Any

HOST = "127.0.0.1"
START_SECONDS = 30
STOP_SECONDS = 20
# Below what systems hand to outgoing connections (Linux: from 32768); each worker has its own.
FIRST_PORT, PORTS_OF_A_WORKER = 12_000, 2_000
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
FIRST_OF_WORKER = FIRST_PORT + WORKER * PORTS_OF_A_WORKER
PORTS = cycle(
    sample(range(FIRST_OF_WORKER, FIRST_OF_WORKER + PORTS_OF_A_WORKER), PORTS_OF_A_WORKER)
)


class ServerMissing(Exception):
    """A server the tests need is not on this machine; the sentence says how to get it."""


@dataclass(slots=True)
class ServerProcess:
    """One server program: starts, answers, and stops in the way a test asks for."""

    command: list[str]
    port: int
    log: Path
    run_as: int | None = None
    process: subprocess.Popen[bytes] | None = None

    def start(self, is_ready: Callable[[], bool]) -> None:
        """Return once it is ready; fail with the server's own words if it ends first."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*ends_with_its_parent(), *self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the tests; they stop the server then
                **other_user(self.run_as),
            )
        give_up_at = time.monotonic() + START_SECONDS
        while not is_ready():
            if self.process.poll() is not None or time.monotonic() > give_up_at:
                self.end(signal.SIGKILL)
                raise RuntimeError(f"{self.command[0]} did not start:\n{self.log.read_text()}")
            time.sleep(0.01)

    def end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


def free_port() -> int:
    """Nobody listens on it, and no other call of the test run is told the same.

    The kernel's own choice may be the same twice, or go to an outgoing connection in between.
    """
    for port in islice(PORTS, PORTS_OF_A_WORKER):
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            return port
    raise RuntimeError("no port is free for this worker of the tests")


def unprivileged_user() -> int | None:
    """PostgreSQL refuses to run as root; it then runs as nobody."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError:
        return 65534


def other_user(run_as: int | None) -> dict[str, Any]:
    if run_as is None:
        return {}
    return {"user": run_as, "group": run_as, "extra_groups": [], "cwd": "/"}


def ends_with_its_parent() -> list[str]:
    """A test run that is killed leaves no server behind (Linux)."""
    return ["setpriv", "--pdeathsig", "INT"] if shutil.which("setpriv") else []


@contextmanager
def temporary_directory(owner: int | None) -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="shuke-tests-"))
    try:
        if owner is not None:
            os.chown(directory, owner, owner)
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
