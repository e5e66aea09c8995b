"""Backups (备份): one consistent, encrypted file of all tables, taken beside an open shop.

A backup counts as good when it was read back to its end. What is kept about it is a name, a size
and a digest; the file itself lies in the folder of the configuration.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.staff import Right
from services.custody.auditing import OPERATOR, SYSTEM, Act, audit
from services.messages.sending import Pause, current_pause, refuse_part_owner
from services.messages.telling import tell_staff
from services.org.staff import allow
from services.shop import Shop
from storage.custody import add_backup, backup_of_key, newest_backup
from storage.dump import TableSum, UntilStopped, Watcher, digest_of
from storage.dump_file import BackupRefused
from storage.dumping import check_dump, write_dump
from storage.instants import from_ms
from storage.sql import Row
from storage.transactions import transactional

# A clock that jumps over many nights needs one backup, not one a night.
LEAST_APART = timedelta(hours=1)
OWN_FILE = re.compile(r"shuke-\d{8}-\d{6}\.backup")


class NoBackupFolder(Refusal):
    """The configuration says nowhere where backups should lie."""

    wording = "custody/no_folder"


class BackupFailed(Refusal):
    """The folder cannot be written, or what was written could not be read back."""

    wording = "custody/failed"


@dataclass(frozen=True, slots=True)
class Backup:
    """A file that was read back, with the sum of every table."""

    path: Path
    made_at: datetime
    size_bytes: int
    sums: Mapping[str, TableSum]

    @property
    def rows(self) -> int:
        return sum(found.rows for found in self.sums.values())

    @property
    def digest(self) -> str:
        return digest_of(self.sums)


@dataclass(frozen=True, slots=True)
class KeptBackup:
    """What is known of the newest good one."""

    name: str
    made_at: datetime
    size_bytes: int
    age: timedelta


@dataclass(frozen=True, slots=True)
class Custody:
    newest: KeptBackup | None
    pause: Pause | None


async def make_backup(shop: Shop, path: Path, watcher: Watcher) -> Backup:
    """Write the file and read it back. Raises BackupRefused, OSError; then there is no file."""
    assert shop.backups is not None, "this shop has no database to copy"
    keys, made_at = shop.keys, shop.clock.machine_now()
    key_id = keys.current_id("backup")
    header = {"version": 1, "key": key_id, "made_at": made_at.isoformat(timespec="seconds")}
    key = keys.key("backup", key_id)
    sums = await write_dump(shop.backups.database, path, header, key=key, watcher=watcher)
    found, size_bytes = await asyncio.to_thread(
        check_dump, path, lambda number: keys.key("backup", number), watcher
    )
    if found != sums:
        raise BackupRefused("does not say what was written")
    return Backup(path, made_at, size_bytes, sums)


@transactional
async def record_backup(shop: Shop, backup: Backup, by: Person | str, *, key: str) -> None:
    number = await add_backup(
        key=key,
        name=backup.path.name,
        made_at=backup.made_at,
        size_bytes=backup.size_bytes,
        row_count=backup.rows,
        digest=backup.digest,
    )
    if number is not None:
        facts = {"rows": backup.rows, "size_bytes": backup.size_bytes}
        act = Act("backup.make", subject=f"backup:{number}", facts=facts)
        await audit(shop, by, act, key=key)


async def back_up_to(shop: Shop, path: Path, watcher: Watcher) -> Backup:
    """What the operator's command does."""
    backup = await make_backup(shop, path, watcher)
    key = f"backup:{backup.made_at.isoformat()}:{path.name}"
    await record_backup(shop, backup, OPERATOR, key=key)
    return backup


async def back_up_now(shop: Shop, person: Person, *, key: str) -> KeptBackup:
    """What an owner's word does; the same message again tells of the same backup."""
    allow(person, Right.BACK_UP)
    refuse_part_owner(shop, person)
    if (row := await backup_of_key(key)) is not None:
        return _kept(shop, row)
    await _back_up_here(shop, person, key=key)
    row = await backup_of_key(key)
    assert row is not None, key
    return _kept(shop, row)


async def back_up_nightly(shop: Shop) -> int:
    """Make one and drop the oldest files; how many files are kept."""
    if shop.backups is None or shop.backups.folder is None:
        return 0
    newest = await newest_backup()
    if newest is not None and _kept(shop, newest).age < LEAST_APART:
        return 0
    try:
        await _back_up_here(shop, SYSTEM, key=f"nightly:{shop.now().isoformat()}")
    except BackupFailed:
        await tell_failure(shop)
        raise
    return len(_own_files(shop.backups.folder))


@transactional
async def tell_failure(shop: Shop) -> None:
    text, day = shop.phrase("custody/failed_tonight", {}), shop.today().isoformat()
    key = f"backup-failed:{day}"
    await tell_staff(shop, None, Right.BACK_UP, text, key=key, store_id=None)


def give_up_backups(shop: Shop) -> None:
    """The process is about to end, and a backup may have minutes to go."""
    if shop.backups is not None:
        shop.backups.stopping.set()


async def custody_of(shop: Shop, person: Person) -> Custody:
    allow(person, Right.BACK_UP)
    refuse_part_owner(shop, person)
    row = await newest_backup()
    return Custody(_kept(shop, row) if row else None, await current_pause(shop))


async def backup_age(shop: Shop) -> timedelta | None:
    """Since the newest good one; None when there never was one."""
    row = await newest_backup()
    return _kept(shop, row).age if row else None


async def _back_up_here(shop: Shop, by: Person | str, *, key: str) -> None:
    if shop.backups is None or shop.backups.folder is None:
        raise NoBackupFolder
    folder = shop.backups.folder
    made_at = shop.clock.local(shop.clock.machine_now())
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"shuke-{made_at:%Y%m%d-%H%M%S}.backup"
        backup = await make_backup(shop, path, UntilStopped(shop.backups.stopping))
    except (BackupRefused, OSError) as failed:
        raise BackupFailed from failed
    await record_backup(shop, backup, by, key=key)
    for old in _own_files(folder)[: -shop.backups.keep]:
        old.unlink(missing_ok=True)


def _own_files(folder: Path) -> list[Path]:
    """Oldest first."""
    return sorted(path for path in folder.iterdir() if OWN_FILE.fullmatch(path.name))


def _kept(shop: Shop, row: Row) -> KeptBackup:
    made_at = from_ms(row["made_at"])
    age = shop.clock.machine_now() - made_at
    return KeptBackup(row["name"], made_at, row["size_bytes"], age)
