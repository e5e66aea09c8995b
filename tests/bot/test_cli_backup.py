"""`backup` and `restore` at an operator's desk: what they print, and what they refuse."""

import re
import shutil
from pathlib import Path

import pytest

from tests.bot.cli_desk import Desk, make_desk
from tests.bot.test_cli_shop import SHOP


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = make_desk(tmp_path_factory.mktemp("desk"))
    assert desk.run("load", SHOP).code == 0
    assert desk.run("backup", str(desk.folder / "shuke.backup")).code == 0
    return desk


@pytest.fixture
def new_desk(desk: Desk, tmp_path: Path) -> Desk:
    """Another machine, with the key ring of the first."""
    made = make_desk(tmp_path)
    (tmp_path / "var").mkdir()
    shutil.copy(desk.folder / "var" / "keys.toml", tmp_path / "var")
    return made


def test_both_commands_print_the_same_sums(desk: Desk, new_desk: Desk) -> None:
    file = str(desk.folder / "again.backup")
    written = desk.run("backup", file).out.splitlines()
    restored = new_desk.run("restore", file).out.splitlines()
    assert written[:-1] == restored[:-1]
    assert "brands 1 " in "\n".join(written)
    assert re.fullmatch(r"all \d+ [0-9a-f]{64}", written[-2])
    assert new_desk.rows("SELECT sending_paused_why FROM installation") == [("restored",)]
    audited = "SELECT what FROM audit_log ORDER BY id DESC LIMIT 1"
    assert new_desk.rows(audited) == [("backup.restore",)]


def test_a_file_that_is_there_is_not_written_over(desk: Desk) -> None:
    done = desk.run("backup", str(desk.folder / "shuke.backup"))
    assert "exists already" in done.complaint
    done = desk.run("backup", str(desk.folder / "nowhere" / "shuke.backup"))
    assert "cannot be written" in done.complaint


def test_only_an_empty_database_is_filled(desk: Desk) -> None:
    before = desk.holdings()
    assert "empty database" in desk.run("restore", str(desk.folder / "shuke.backup")).complaint
    assert desk.holdings() == before


def test_without_the_key_ring_nothing_is_begun(desk: Desk, new_desk: Desk) -> None:
    ring = new_desk.folder / "var" / "keys.toml"
    ring.unlink()
    assert "key ring" in new_desk.run("restore", str(desk.folder / "shuke.backup")).complaint
    assert not ring.exists()
    assert not new_desk.database.exists()


def test_what_is_no_backup_is_refused(desk: Desk, new_desk: Desk) -> None:
    assert "is not a backup" in new_desk.run("restore", str(desk.config)).complaint
    assert "cannot be read" in new_desk.run("restore", str(desk.folder / "none")).complaint
