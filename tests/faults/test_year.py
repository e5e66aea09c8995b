"""一年: a month of it with a few deaths in each run of the tests; `make year` plays the whole."""

from storage.database import DatabaseAddress
from tests.faults.year import Plan, play_a_year


async def test_every_planned_time_runs_once_whoever_dies(database: DatabaseAddress) -> None:
    plan = Plan(days=30, processes=3, kills=5, seed=1, lease_ms=1_500)
    report = await play_a_year(database, plan)
    assert report.faults == []
    assert report.kills == 5
    assert report.runs > 30 * 6
