"""Restoring (恢复): a backup becomes an empty database, of either kind, whole or not at all.

Sending is paused in the same transaction: what the backup holds as waiting may have been sent
since it was made.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from services.custody.auditing import OPERATOR, Act, audit_alone
from services.shop import Shop
from storage.database import DatabaseAddress
from storage.dump import TableSum, Watcher, digest_of
from storage.dump_file import BackupRefused, Header
from storage.dumping import header_of, load_dump
from storage.keyring import Keys, KeyUnknown
from storage.migrate import applied_migrations, apply_migrations, known_migrations, migrate
from storage.sending import pausing_statement

RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back; its digest is that of the backup, read from the tables themselves."""

    made_at: str
    sums: Mapping[str, TableSum]

    @property
    def rows(self) -> int:
        return sum(found.rows for found in self.sums.values())

    @property
    def digest(self) -> str:
        return digest_of(self.sums)


class Restoration:
    """One backup, on its way into the database that is open."""

    def __init__(self, path: Path, keys: Keys) -> None:
        self._path = path
        self._keys = keys
        self.header: Header = header_of(path, self.key_of)

    @property
    def rows(self) -> int:
        return int(self.header["rows"])

    def key_of(self, number: int) -> bytes:
        try:
            return self._keys.key("backup", number)
        except KeyUnknown:
            raise BackupRefused("needs a backup key that this key ring lacks") from None

    async def run(self, address: DatabaseAddress, now: datetime, *, watcher: Watcher) -> Restored:
        """Raises BackupRefused; then the tables are as they were."""
        await self._prepare_schema()
        sums = await load_dump(
            address,
            self._path,
            key_of=self.key_of,
            watcher=watcher,
            at_end=[pausing_statement(RESTORED, now)],
        )
        await migrate()
        return Restored(str(self.header["made_at"]), sums)

    async def _prepare_schema(self) -> None:
        """The tables as they were when the backup was made; `migrate` takes them on from there."""
        wanted = list(self.header["migrations"])
        if newer := set(wanted) - set(known_migrations()):
            raise BackupRefused(f"was made by a newer version ({max(newer)}); install that one")
        applied = await applied_migrations()
        if not applied:
            await apply_migrations(wanted)
        elif applied != wanted:
            raise BackupRefused(
                "was made by another version: restore it into a database without any table"
            )


async def audit_restore(shop: Shop, restored: Restored) -> None:
    act = Act("backup.restore", facts={"rows": restored.rows, "made_at": restored.made_at})
    await audit_alone(shop, OPERATOR, act, key=f"restore:{shop.clock.machine_now().isoformat()}")
