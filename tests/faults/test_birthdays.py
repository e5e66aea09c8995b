"""生日: some members through three years in each run; `make birthdays` plays sixty."""

from storage.database import DatabaseAddress
from tests.faults.birthdays import Plan, birthdays, play


async def test_everybody_is_greeted_once_a_birthday_year(database: DatabaseAddress) -> None:
    report = await play(database, Plan(members=120, first=2003, last=2005, seed=3))
    assert report.faults == []
    assert report.greetings >= 2 * 120
    assert report.silences > 10


def test_every_birthday_there_is_has_its_member() -> None:
    assert len(set(birthdays())) == 366 + 2 * 12 * 30
