"""Ladder versions (等级版本): what holds on a day, and what takes over next."""

from datetime import date

from loyalty.ladder_versions import Version, in_force, next_start

OLD = Version(date(2026, 1, 1), "old")
NEW = Version(date(2027, 2, 1), "new")


def test_the_newest_version_that_has_started_holds():
    assert in_force([OLD, NEW], date(2027, 1, 31), otherwise="none") == "old"
    assert in_force([OLD, NEW], date(2027, 2, 1), otherwise="none") == "new"


def test_a_newer_version_counts_more_than_a_later_start():
    withdrawn = Version(date(2027, 1, 15), "present")
    assert in_force([NEW, withdrawn], date(2027, 3, 1), otherwise="none") == "present"


def test_before_any_version_starts_something_else_holds():
    assert in_force([NEW], date(2027, 1, 31), otherwise="none") == "none"


def test_the_next_start_is_the_first_one_after_the_day():
    later = Version(date(2027, 3, 1), 3)
    assert next_start([OLD, later, NEW], date(2027, 1, 31)) == date(2027, 2, 1)
    assert next_start([OLD, later, NEW], date(2027, 2, 1)) == date(2027, 3, 1)
    assert next_start([OLD, NEW], date(2027, 2, 1)) is None
