"""[backup]: where copies lie, how many stay, and the time of day they are made at."""

from pathlib import Path

import pytest

from scheduler.timetable import TIMETABLE, timetable
from tests.bot.test_config import SANDBOX, faults_of, load


def test_without_a_folder_no_backup_is_made_by_itself(tmp_path: Path) -> None:
    backup = load(tmp_path, SANDBOX).backup
    assert (backup.folder, backup.keep, backup.at) == (None, 14, "03:30")


def test_the_folder_starts_at_the_configuration(tmp_path: Path) -> None:
    text = SANDBOX + '[backup]\nfolder = "copies"\nkeep = 3\nat = "23:05"\n'
    backup = load(tmp_path, text).backup
    assert (backup.folder, backup.keep, backup.at) == (tmp_path / "copies", 3, "23:05")


@pytest.mark.parametrize(
    "line", ['at = "24:00"', 'at = "3:30"', "keep = 0", 'folder = ""', "often = true"]
)
def test_a_wrong_setting_is_named(tmp_path: Path, line: str) -> None:
    [fault] = faults_of(tmp_path, f"{SANDBOX}[backup]\n{line}\n")
    assert fault == f"backup.{line.partition(' ')[0]}"


def test_the_timetable_takes_the_time_of_day() -> None:
    [moved] = [job for job in timetable(backup_at="23:05") if job not in TIMETABLE]
    assert (moved.name, moved.cron) == ("back_up", "5 23 * * *")
    assert timetable(backup_at="03:30") == TIMETABLE
