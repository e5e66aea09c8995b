"""The list of mutants (突变清单): every guard in it still stands where the list says."""

from pathlib import Path

import pytest

from tests.source_code import ROOT
from tools.mutants import LIST, Mutant, read_mutants, run

MUTANTS = read_mutants(LIST.read_text("utf-8"))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_listed_guard_stands_once_in_its_file(mutant: Mutant) -> None:
    assert mutant.is_in((ROOT / mutant.file).read_text("utf-8"))
    assert mutant.old != mutant.new
    for test in mutant.tests:
        assert (ROOT / test.partition("::")[0]).is_file(), test


def test_the_list_names_each_guard_once_and_enough_of_them() -> None:
    names = [mutant.name for mutant in MUTANTS]
    assert len(names) == len(set(names)) >= 25


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("age >= 18", "age >= 0", ""),
        ("age >= 18", "age > 17", "SURVIVED"),
        ("age >= 18", "age >=", "BROKEN: pytest ended with 2"),
        ("age >= 21", "True", "NOT FOUND once in door.py"),
    ],
)
def test_a_guard_that_goes_is_noticed_or_reported(
    tmp_path: Path, old: str, new: str, fault: str
) -> None:
    door, test = tmp_path / "door.py", tmp_path / "test_door.py"
    door.write_text("def may_enter(age):\n    return age >= 18\n")
    test.write_text("from door import may_enter\n\ndef test_door():\n    assert not may_enter(5)\n")
    assert run(Mutant("door", "door.py", old, new, ("test_door.py",)), tmp_path).fault == fault
    assert "age >= 18" in door.read_text()
