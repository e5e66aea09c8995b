"""Backups (备份) and restoring (恢复): every row comes back, in a database of either kind."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from services.custody.backups import (
    BackupFailed,
    back_up_nightly,
    backup_age,
    give_up_backups,
    make_backup,
    record_backup,
)
from services.custody.restoring import Restoration, Restored
from services.custody.verify import verify_ledger
from services.messages.outbox import queue_replies, take_due_messages
from services.shop import BackupPlace, Shop
from storage.database import DatabaseAddress, close_database, open_database
from storage.dump import Nobody
from storage.dump_file import BackupRefused
from storage.keyring import Keys
from storage.migrate import applied_migrations, apply_migrations, known_migrations
from storage.sending import sending_pause
from storage.sql import change, row, rows
from tests.databases import KINDS
from tests.shop_parts import MachineClock, a_member, new_keys, open_test_shop
from tests.storage.one_of_each import fill_every_table

# A trigger each, a reference, and both kinds of unique index.
REFUSED = (
    "UPDATE ledger_entries SET amount = 1",
    "DELETE FROM audit_head",
    "INSERT INTO stores (code, region_id, name) VALUES ('x', 999, 'x')",
    """INSERT INTO followers (account, openid, follows, changed_at, first_seen_at)
       SELECT account, openid, follows, 0, 0 FROM followers""",
    "INSERT INTO ledger_accounts (unit, name) VALUES ('points', 'issued')",
)


class Counted:
    """Watches a copy."""

    def __init__(self) -> None:
        self.total = self.done = 0

    def begin(self, rows: int) -> None:
        self.total, self.done = rows, 0

    def add(self, rows: int) -> None:
        self.done += rows


@pytest.fixture
def kept_shop(shop: Shop, database: DatabaseAddress, tmp_path: Path) -> Shop:
    place = BackupPlace(database, tmp_path / "backups", keep=2)
    return replace(shop, backups=place)


@pytest.fixture
def clean_database(
    request: pytest.FixtureRequest, database: DatabaseAddress, tmp_path: Path
) -> DatabaseAddress:
    """Another one than the shop's own, empty, of the same kind unless the test names one."""
    kind = getattr(request, "param", KINDS[0] if database.is_sqlite else KINDS[1])
    if kind == KINDS[0]:
        return DatabaseAddress(f"sqlite://{tmp_path / 'clean.db'}")
    return DatabaseAddress(request.getfixturevalue("postgres_url"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "shuke.backup"


def flip_a_byte(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-40] ^= 1
    file.write_bytes(content)


async def restored_from(
    file: Path, keys: Keys, address: DatabaseAddress, clock: MachineClock
) -> Restored:
    await close_database()
    await open_database(address, patient=True)
    return await Restoration(file, keys).run(address, clock(), watcher=Nobody())


@pytest.mark.parametrize("clean_database", KINDS, indirect=True)
async def test_every_row_of_every_table_comes_back_in_either_database(
    kept_shop: Shop,
    file: Path,
    clean_database: DatabaseAddress,
    clock: MachineClock,
) -> None:
    await fill_every_table(kept_shop)
    watched = Counted()
    backup = await make_backup(kept_shop, file, watched)
    assert watched.done == watched.total == backup.rows
    assert {name for name, found in backup.sums.items() if not found.rows} == set()
    restored = await restored_from(file, kept_shop.keys, clean_database, clock)
    assert (restored.sums, restored.digest) == (backup.sums, backup.digest)
    assert await sending_pause() == (clock(), "restored")
    assert await applied_migrations() == known_migrations()


async def test_a_shop_goes_on_where_the_backup_was_made(
    kept_shop: Shop, file: Path, clean_database: DatabaseAddress, clock: MachineClock
) -> None:
    member = await a_member(kept_shop)
    await queue_replies(
        kept_shop, account="main", openid="o", key="k", contents=[{"kind": "text", "value": "hi"}]
    )
    await change("DELETE FROM job_runs")
    await make_backup(kept_shop, file, Nobody())
    await restored_from(file, kept_shop.keys, clean_database, clock)
    await close_database()
    async with open_test_shop(clean_database, clock=clock, keys=kept_shop.keys) as again:  # type: ignore[arg-type]
        assert await take_due_messages(again, "worker", 10) == []
        assert (await verify_ledger(again)).complaints == ()
        newcomer = await a_member(again, "wang")
        assert newcomer.member_id is not None
        assert member.member_id is not None
        assert newcomer.member_id > member.member_id


@pytest.mark.parametrize("clean_database", KINDS, indirect=True)
async def test_numbers_given_before_are_not_given_again(
    kept_shop: Shop, file: Path, clean_database: DatabaseAddress, clock: MachineClock
) -> None:
    adding = (
        "INSERT INTO job_runs (job, planned_at, state, worker, lease_until)"
        " VALUES ('x', $1, 'done', 'w', 1) RETURNING id"
    )
    numbers = [(await rows(adding, at))[0]["id"] for at in range(3)]
    await change("DELETE FROM job_runs WHERE id > $1", numbers[0])
    await make_backup(kept_shop, file, Nobody())
    await restored_from(file, kept_shop.keys, clean_database, clock)
    assert (await rows(adding, 3))[0]["id"] > numbers[-1]


async def test_guards_are_back_after_a_restore(
    kept_shop: Shop, file: Path, clean_database: DatabaseAddress, clock: MachineClock
) -> None:
    await a_member(kept_shop)
    await make_backup(kept_shop, file, Nobody())
    await restored_from(file, kept_shop.keys, clean_database, clock)
    for refused in REFUSED:
        with pytest.raises(Exception, match=r"refuse|FOREIGN|foreign|UNIQUE|unique"):
            await change(refused)


async def test_a_database_that_holds_anything_is_left_alone(
    kept_shop: Shop, file: Path, clock: MachineClock
) -> None:
    await make_backup(kept_shop, file, Nobody())
    before = await row("SELECT COUNT(*) AS n FROM ledger_accounts")
    assert kept_shop.backups is not None
    with pytest.raises(BackupRefused, match="empty database"):
        await restored_from(file, kept_shop.keys, kept_shop.backups.database, clock)
    assert await row("SELECT COUNT(*) AS n FROM ledger_accounts") == before
    assert await sending_pause() is None


async def test_a_file_that_was_changed_leaves_the_database_empty(
    kept_shop: Shop, file: Path, clean_database: DatabaseAddress, clock: MachineClock
) -> None:
    await make_backup(kept_shop, file, Nobody())
    flip_a_byte(file)
    with pytest.raises(BackupRefused):
        await restored_from(file, kept_shop.keys, clean_database, clock)
    with pytest.raises(BackupRefused, match="key ring"):
        Restoration(file, new_keys())


async def test_an_older_backup_is_taken_on_to_the_schema_of_today(
    kept_shop: Shop, file: Path, clean_database: DatabaseAddress, clock: MachineClock
) -> None:
    await make_backup(kept_shop, file, Nobody())
    await close_database()
    await open_database(clean_database)
    await apply_migrations(known_migrations()[:-1])
    with pytest.raises(BackupRefused, match="without any table"):
        await Restoration(file, kept_shop.keys).run(clean_database, clock(), watcher=Nobody())


async def test_every_night_a_file_is_made_and_the_oldest_go(
    kept_shop: Shop, clock: MachineClock
) -> None:
    assert kept_shop.backups is not None
    folder = kept_shop.backups.folder
    assert folder is not None
    assert await backup_age(kept_shop) is None
    assert await back_up_nightly(kept_shop) == 1
    assert await back_up_nightly(kept_shop) == 0
    (folder / "mine.backup").write_text("stays")
    for number in (2, 2):
        clock.pass_time(days=1)
        assert await back_up_nightly(kept_shop) == number
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["mine.backup", "shuke-20270112-100000.backup", "shuke-20270113-100000.backup"]
    assert (folder / names[-1]).stat().st_mode & 0o777 == 0o600
    clock.pass_time(hours=2)
    assert await backup_age(kept_shop) == timedelta(hours=2)


async def test_a_night_without_a_backup_is_a_failed_job(kept_shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "backups").write_text("a file where the folder should be")
    with pytest.raises(BackupFailed):
        await back_up_nightly(kept_shop)
    assert await backup_age(kept_shop) is None


async def test_a_backup_is_given_up_when_the_process_ends(kept_shop: Shop, tmp_path: Path) -> None:
    give_up_backups(kept_shop)
    with pytest.raises(BackupFailed):
        await back_up_nightly(kept_shop)
    assert list((tmp_path / "backups").iterdir()) == []


async def test_a_shop_without_a_folder_makes_none(shop: Shop, database: DatabaseAddress) -> None:
    assert await back_up_nightly(shop) == 0
    assert await back_up_nightly(replace(shop, backups=BackupPlace(database))) == 0


async def test_a_backup_is_recorded_once_and_audited(kept_shop: Shop, file: Path) -> None:
    backup = await make_backup(kept_shop, file, Nobody())
    for _ in range(2):
        await record_backup(kept_shop, backup, "operator", key="k")
    assert await rows("SELECT digest, row_count FROM backups") == [
        {"digest": backup.digest, "row_count": backup.rows}
    ]
    audited = await rows("SELECT what, actor FROM audit_log WHERE what = 'backup.make'")
    assert audited == [{"what": "backup.make", "actor": "operator"}]
