"""The anchor file (锚文件): one line a day, only ever added to."""

import os
from pathlib import Path


def read_lines(path: Path) -> list[str]:
    """All lines; none when there is no file yet."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []


def add_line(path: Path, line: str) -> None:
    """On disk when this returns."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, f"{line}\n".encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
