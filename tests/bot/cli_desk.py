"""An operator's desk (运维): a folder with a configuration, and the commands run in it for real."""

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.server_process import free_port
from tests.source_code import ROOT

SECONDS = 60
PRODUCTION = """
environment = "production"
[server]
port = {port}
admin_port = {admin_port}
public_url = "https://shuke.example.org"
[[wechat.accounts]]
name = "main"
kind = "service"
appid = "wx5d0000000000a001"
original_id = "gh_5d000000a001"
token_env = "MAIN_TOKEN"
aes_key_env = "MAIN_AES_KEY"
secret_env = "MAIN_SECRET"
"""
SECRETS = {
    "MAIN_TOKEN": "Qx7mT2vLp9Rk",
    "MAIN_AES_KEY": "kR4tZ8wYq1Vn6BsDf3GhJ5mLx7Cp9Ea2UoNi0KdTyWQ",
    "MAIN_SECRET": "5f2b8c1de09a47634b7e90c2a8d1f365",
}


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one sentence a command that cannot go on ends with."""
        assert self.code == 2, self
        (sentence,) = self.err.splitlines()
        assert self.out == ""
        return sentence

    @property
    def data(self) -> dict[str, Any]:
        assert self.code == 0, self
        value: dict[str, Any] = json.loads(self.out)
        return value


@dataclass(frozen=True, slots=True)
class Desk:
    folder: Path
    port: int
    admin_port: int

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def database(self) -> Path:
        return self.folder / "var" / "shuke.db"

    def words(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "bot", *words, "--config", str(self.config)]

    def run(self, *words: str, environ: Mapping[str, str] | None = None) -> Done:
        done = subprocess.run(
            self.words(*words),
            cwd=ROOT,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
            env={"PYTHONUTF8": "1", "PATH": "", **(environ or {})},
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def change_config(self, pattern: str, replacement: str) -> None:
        text, count = re.subn(pattern, replacement, self.config.read_text(encoding="utf-8"))
        assert count == 1, pattern
        self.write("config.toml", text)

    def in_production(self) -> None:
        text = PRODUCTION.format(port=self.port, admin_port=self.admin_port)
        self.write("config.toml", text)

    def rows(self, sql: str) -> list[Any]:
        with closing(sqlite3.connect(self.database)) as database:
            return database.execute(sql).fetchall()

    def holdings(self) -> list[str]:
        """Every row in the database, as text."""
        with closing(sqlite3.connect(self.database)) as database:
            return [line for line in database.iterdump() if '"sqlite_sequence"' not in line]


def make_desk(folder: Path) -> Desk:
    """The configuration as shipped, on ports of its own."""
    desk = Desk(folder, free_port(), free_port())
    shipped = (ROOT / "config.toml").read_text(encoding="utf-8")
    shipped = shipped.replace("8000", str(desk.port)).replace("8002", str(desk.admin_port))
    desk.write("config.toml", shipped)
    return desk
