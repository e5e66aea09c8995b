"""The mark of a machine (机器标记): a file beside the key ring that no backup and no copy holds."""

from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from storage.keyring_file import read_private, write_new

MARK_BYTES = 16


def machine_mark(path: Path) -> str:
    """The same for all processes that share the folder; made where it is missing."""
    if not path.exists():
        # Another process may be quicker.
        with suppress(FileExistsError):
            write_new(path, token_hex(MARK_BYTES) + "\n")
    return read_private(path).strip()
