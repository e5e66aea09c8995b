"""Races (抢): a hundred clients of two processes want what only some of them can have.

`python -m tests.faults.races --rounds 1000` runs every kind on both databases; `make races` is the
same. After each round exactly as many have won as could, and at the end `verify` finds no fault.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.custody.verify import verify_ledger
from services.shop import Shop
from storage.database import DatabaseAddress
from tests.faults.race_heats import HEATS, Track, prepare_track
from tests.faults.race_parts import POOL_SIZE, open_race_shop
from tests.servers import postgres_server
from tests.source_code import ROOT

PROCESSES = 2


@dataclass(slots=True)
class Tally:
    """What a kind of race came to: rounds as they should be, and the others word for word."""

    rounds: int = 0
    wrong: list[str] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


class Worker:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def run(self, kind: str, clients: Sequence[dict[str, Any]]) -> list[str]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        heat = json.dumps({"kind": kind, "clients": clients})
        self._process.stdin.write(heat.encode() + b"\n")
        line = await self._process.stdout.readline()
        assert line, "the worker has ended; its traceback stands above"
        outcomes: list[str] = json.loads(line)
        return outcomes

    async def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()


@asynccontextmanager
async def workers(address: DatabaseAddress) -> AsyncIterator[list[Worker]]:
    started = [
        Worker(
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.faults.race_worker", address.url),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                cwd=ROOT,
                limit=2**22,
            )
        )
        for _ in range(PROCESSES)
    ]
    try:
        yield started
    finally:
        await asyncio.gather(*(worker.close() for worker in started))


async def race(
    track: Track, crew: Sequence[Worker], kind: str, *, rounds: int, clients: int
) -> Tally:
    """Rounds of one kind; who wins must be as many as could."""
    tally, began_at = Tally(), time.monotonic()
    for number in range(rounds):
        heat = await HEATS[kind](track, clients)
        shares = [heat.clients[place :: len(crew)] for place in range(len(crew))]
        done = await asyncio.gather(
            *(worker.run(heat.run, share) for worker, share in zip(crew, shares, strict=True))
        )
        outcomes = Counter(outcome for share in done for outcome in share)
        tally.rounds += 1
        tally.outcomes += outcomes
        if outcomes["won"] != heat.winners:
            tally.wrong.append(f"round {number}: {heat.winners} can win, {dict(outcomes)}")
    tally.seconds = time.monotonic() - began_at
    return tally


async def race_all(
    address: DatabaseAddress, kinds: Sequence[str], *, rounds: int, clients: int
) -> dict[str, Tally]:
    async with open_race_shop(address) as shop, workers(address) as crew:
        track = await prepare_track(shop, clients)
        tallies = {
            kind: await race(track, crew, kind, rounds=rounds, clients=clients) for kind in kinds
        }
        await _refuse_faults(shop)
        return tallies


async def _refuse_faults(shop: Shop) -> None:
    report = await verify_ledger(shop)
    assert not report.complaints, report.complaints


def main(options: argparse.Namespace) -> int:
    wrong = 0
    for database in options.database:
        with DATABASES[database]() as address:
            run = race_all(address, options.kinds, rounds=options.rounds, clients=options.clients)
            for kind, tally in asyncio.run(run).items():
                wrong += len(tally.wrong)
                print(
                    f"{database} {kind}: {tally.rounds} rounds in {tally.seconds:.0f} s,"
                    f" {len(tally.wrong)} wrong, {dict(tally.outcomes)}"
                )
                print(*tally.wrong[:5], sep="\n", flush=True)
    return 1 if wrong else 0


@contextmanager
def sqlite() -> Iterator[DatabaseAddress]:
    with tempfile.TemporaryDirectory() as folder:
        yield DatabaseAddress(f"sqlite://{Path(folder) / 'races.db'}")


@contextmanager
def postgres() -> Iterator[DatabaseAddress]:
    with postgres_server() as server:
        yield DatabaseAddress(server.create_database(), pool_size=POOL_SIZE)


DATABASES: dict[str, Callable[[], AbstractContextManager[DatabaseAddress]]] = {
    "sqlite": sqlite,
    "postgres": postgres,
}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("ROUNDS", "1000")))
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--kinds", nargs="+", default=list(HEATS), choices=list(HEATS))
    parser.add_argument("--database", nargs="+", default=list(DATABASES), choices=list(DATABASES))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main(_options()))
