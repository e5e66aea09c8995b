"""抢: a few rounds of every race in each run of the tests; `make races` runs a thousand."""

from storage.database import DatabaseAddress
from tests.faults.race_heats import HEATS
from tests.faults.races import race_all

ROUNDS = 2
CLIENTS = 40


async def test_exactly_as_many_win_as_can(database: DatabaseAddress) -> None:
    tallies = await race_all(database, list(HEATS), rounds=ROUNDS, clients=CLIENTS)
    assert {kind: tally.wrong for kind, tally in tallies.items()} == {kind: [] for kind in HEATS}
    assert all(tally.rounds == ROUNDS for tally in tallies.values())
