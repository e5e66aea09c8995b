"""Gets the three things the tests need that no wheel brings: a browser, a Redis, a Chinese font.

As root on Debian or Ubuntu it installs them; elsewhere it says how to get them and stops the run,
because a test that is skipped in silence proves nothing.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True, slots=True)
class Part:
    """Something the tests start or draw with, and the Debian packages that bring it."""

    name: str
    packages: tuple[str, ...]
    is_present: Callable[[], bool]


def has_browser() -> bool:
    return any(shutil.which(name) for name in BROWSERS)


def has_redis() -> bool:
    return shutil.which("redis-server") is not None


def has_chinese_font() -> bool:
    """Without one the browser draws empty boxes and a screenshot shows nothing."""
    if not shutil.which("fc-list"):
        return False
    fonts = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True)
    return bool(fonts.stdout.strip())


PARTS = (
    Part("a Chromium browser", ("chromium",), has_browser),
    Part("redis-server", ("redis-server",), has_redis),
    Part("a Chinese font", ("fontconfig", "fonts-wqy-microhei"), has_chinese_font),
)


def main() -> int:
    missing = missing_parts()
    if missing and may_install():
        install(missing)
        missing = missing_parts()
    for part in missing:
        print(f"The tests need {part.name}: {how_to_get(part)}", file=sys.stderr)
    return 2 if missing else 0


def missing_parts() -> list[Part]:
    return [part for part in PARTS if not part.is_present()]


def may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(parts: list[Part]) -> None:
    packages = [package for part in parts for package in part.packages]
    print(f"Installing with apt-get: {' '.join(packages)} (some minutes) ...", flush=True)
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
    ):
        if not run_quietly(command):
            return


def run_quietly(command: list[str]) -> bool:
    """No question is asked and nothing is shown, unless it fails: then its last lines."""
    done = subprocess.run(
        command,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        print(f"{' '.join(command)} failed:", *done.stdout.splitlines()[-8:], sep="\n  ")
    return done.returncode == 0


def how_to_get(part: Part) -> str:
    return f"run `apt-get install {' '.join(part.packages)}` as root, or install it your own way."


if __name__ == "__main__":
    sys.exit(main())
