"""The file of the key ring (密钥环文件): for its owner's eyes only, whole at every moment."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

LARGEST_BYTES = 1_000_000


class KeyRingRefused(Exception):
    """The ring cannot be used; the text says why and never holds a key."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"key ring {path} {reason}")


def read_private(path: Path) -> str:
    """The text of a file that nobody but its owner may read."""
    try:
        with open(path, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(LARGEST_BYTES)
    except FileNotFoundError:
        raise KeyRingRefused(path, "is missing; make it with `python -m bot keys init`") from None
    except OSError as error:
        raise KeyRingRefused(path, f"cannot be read: {error.strerror}") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyRingRefused(path, "may be used by group or others; run chmod 600 on it")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise KeyRingRefused(path, "is not text") from None


def write_new(path: Path, text: str) -> None:
    """Create the file in one piece; FileExistsError when there is one already."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _written_aside(path, text) as aside:
        # A link, unlike a rename, never takes the place of a file.
        os.link(aside, path)
    _sync_folder(path.parent)


def write_over(path: Path, text: str) -> None:
    """Replace the file in one piece: a reader sees the old or the new one."""
    with _written_aside(path, text) as aside:
        os.replace(aside, path)
    _sync_folder(path.parent)


@contextmanager
def exclusively(path: Path) -> Iterator[None]:
    """One change of the file at a time, over all processes of this machine."""
    try:
        folder = os.open(path.parent, os.O_RDONLY)
    except OSError as error:
        raise KeyRingRefused(path, f"cannot be read: {error.strerror}") from None
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


@contextmanager
def _written_aside(path: Path, text: str) -> Iterator[Path]:
    aside = path.with_name(f".{path.name}.{token_hex(8)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        yield aside
    finally:
        with suppress(FileNotFoundError):
            os.unlink(aside)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
