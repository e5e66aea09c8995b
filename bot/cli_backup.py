"""Commands of custody: one encrypted file of everything, and the way back from it."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from bot.app import connect, machine_now, opened_shop
from bot.cli_output import fault
from bot.commands import Commands
from bot.config import Settings
from bot.progress import Progress
from services.custody.backups import back_up_to
from services.custody.restoring import Restoration, Restored, audit_restore
from storage.database import close_database
from storage.dump import TableSum
from storage.dump_file import BackupRefused
from storage.keyring import LiveKeyRing

SHOWN_DIGEST = 16


def add_to(commands: Commands) -> None:
    for name, help_text, run in (
        ("backup", "write everything into one encrypted file", _backup),
        ("restore", "fill an empty database from such a file", _restore),
    ):
        commands.add(name, help_text, run).add_argument("file", type=Path)


async def _backup(settings: Settings, given: argparse.Namespace) -> int:
    return await run_backup(settings, given.file)


async def _restore(settings: Settings, given: argparse.Namespace) -> int:
    return await run_restore(settings, given.file)


async def run_backup(settings: Settings, path: Path) -> int:
    async with opened_shop(settings, patient=True) as parts:
        progress = Progress("backup")
        try:
            backup = await back_up_to(parts.shop, path, progress)
        except BackupRefused as refused:
            return fault(f"{path} {refused}")
        except OSError as error:
            return fault(f"{path} cannot be written: {error.strerror or error}")
        progress.finish()
    _show(backup.sums, backup.digest)
    print(f"{path}: {backup.size_bytes} bytes, read back")
    return 0


async def run_restore(settings: Settings, path: Path) -> int:
    """Into the configured database, which has to be empty."""
    if not settings.keys.file.exists():
        return fault(f"put the copy of the key ring back first: {settings.keys.file} is missing")
    try:
        restored = await _restored(settings, path)
    except BackupRefused as refused:
        return fault(f"{path} {refused}")
    async with opened_shop(settings) as parts:
        await audit_restore(parts.shop, restored)
    _show(restored.sums, restored.digest)
    print(f"as of {restored.made_at}; nothing is sent until an owner resumes sending in chat")
    return 0


async def _restored(settings: Settings, path: Path) -> Restored:
    restoration = Restoration(path, LiveKeyRing(settings.keys.file))
    progress = Progress("restore")
    address = await connect(settings, patient=True)
    try:
        return await restoration.run(address, machine_now(), watcher=progress)
    finally:
        progress.finish()
        await close_database()


def _show(sums: Mapping[str, TableSum], digest: str) -> None:
    """The same lines from both commands, to be held beside each other."""
    for name, found in sorted(sums.items()):
        print(f"{name} {found.rows} {found.digest[:SHOWN_DIGEST]}")
    print(f"all {sum(found.rows for found in sums.values())} {digest}")
