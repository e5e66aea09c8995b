"""Claims a second (领取速度): eight people scan at once, beside what pgbench reaches there.

    python -m benchmarks.claims [--seconds 10]

Starts a PostgreSQL of its own in a temporary folder, with the settings it would have in a shop. The
receipts are of eight stores, as pgbench's transactions are of eight branches: at one till eight
people never stand at once.
All figures are taken in turns, so that whatever else the machine does slows all of them down.
"""

import argparse
import asyncio
import itertools
import re
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from statistics import median

import uvloop

from loyalty.person import Person
from loyalty.receipts import UnverifiedReceipt
from services.org.tills import Till
from services.purchases.claims import claim_receipt
from services.purchases.reporting import record_purchase
from services.shop import Shop
from storage.database import DatabaseAddress
from storage.sql import rows
from tests.server_process import HOST
from tests.servers import POSTGRES_USER, PostgresServer, postgres_server
from tests.shop_parts import a_member, a_receipt, a_report, a_till, open_test_shop

CLIENTS = 8
MEMBERS = 2_000
# As many branches as there are stores.
PGBENCH_SCALE = 8
TURNS = 3
WARM_UP_SECONDS = 3
# Of pgbench's transactions, each four short updates and reads.
WANTED_PERCENT = 25
TRANSACTIONS_A_SECOND = re.compile(r"tps = (\d+)")

# No machine does more of anything in a second.
FASTEST = 3_000

Printed = tuple[int, UnverifiedReceipt]
Act = Callable[[Printed], Awaitable[object]]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=10, help="length of one measurement")
    seconds = parser.parse_args().seconds
    with postgres_server() as postgres:
        pgbench(postgres, "--initialize", "--quiet", f"--scale={PGBENCH_SCALE}")
        uvloop.run(compare(postgres, seconds))


async def compare(postgres: PostgresServer, seconds: int) -> None:
    address = DatabaseAddress(postgres.create_database(), pool_size=CLIENTS)
    async with open_test_shop(address) as shop:
        people = [await a_member(shop, str(number)) for number in range(MEMBERS)]
        tills = [await a_till(shop, f"{place.store}-1") for place in shop.rules.places.values()]
        counter = Counter(shop, tills, people)
        await warm_up(counter)
        turns = [await one_turn(postgres, counter, seconds) for _ in range(TURNS)]
    report({name: round(median(turn[name] for turn in turns)) for name in turns[0]})


@dataclass(slots=True)
class Counter:
    """What is done at the counter: tills print receipts and report them, people scan."""

    shop: Shop
    tills: list[Till]
    people: list[Person]
    sequences: Iterator[int] = field(default_factory=count)

    def till_of(self, sequence: int) -> Till:
        return self.tills[sequence % len(self.tills)]

    def print_receipts(self, number: int) -> list[Printed]:
        printed = itertools.islice(self.sequences, number)
        return [(one, a_receipt(self.shop, self.till_of(one), one)) for one in printed]

    async def upload(self, printed: Printed) -> None:
        sequence, _ = printed
        report = a_report(self.shop, f"R-{sequence}", sequence=sequence)
        await record_purchase(self.shop, self.till_of(sequence), report)

    async def claim(self, printed: Printed) -> None:
        sequence, receipt = printed
        await claim_receipt(self.shop, self.people[sequence % MEMBERS], receipt)


async def warm_up(counter: Counter) -> None:
    """Give the planner a shop with some past: pgbench analyses its own tables, too."""
    uploaded, _ = await at_once(counter.upload, counter.print_receipts(FASTEST), WARM_UP_SECONDS)
    await at_once(counter.claim, uploaded, WARM_UP_SECONDS)
    await rows("ANALYZE")


async def one_turn(postgres: PostgresServer, counter: Counter, seconds: int) -> dict[str, int]:
    enough = seconds * FASTEST
    uploaded, uploads = await at_once(counter.upload, counter.print_receipts(enough), seconds)
    _, claims = await at_once(counter.claim, uploaded, seconds)
    _, offline = await at_once(counter.claim, counter.print_receipts(enough), seconds)
    transactions = await asyncio.to_thread(transactions_a_second, postgres, seconds)
    return {"pgbench": transactions, "claim": claims, "offline": offline, "upload": uploads}


async def at_once(act: Act, receipts: list[Printed], seconds: int) -> tuple[list[Printed], int]:
    """What eight clients did until the time or the receipts came to an end; how many a second."""
    done: list[Printed] = []
    waiting, started = iter(receipts), time.perf_counter()

    async def client() -> None:
        for printed in waiting:
            await act(printed)
            done.append(printed)
            if time.perf_counter() - started > seconds:
                return

    await asyncio.gather(*[client() for _ in range(CLIENTS)])
    return done, round(len(done) / (time.perf_counter() - started))


def transactions_a_second(postgres: PostgresServer, seconds: int) -> int:
    said = pgbench(postgres, f"--client={CLIENTS}", f"--time={seconds}", "--no-vacuum")
    found = TRANSACTIONS_A_SECOND.search(said)
    assert found is not None, said
    return int(found[1])


def pgbench(postgres: PostgresServer, *options: str) -> str:
    server = ["-h", HOST, "-p", str(postgres.port), "-U", POSTGRES_USER]
    command = [str(postgres.programs / "pgbench"), *server, *options, "postgres"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def report(speeds: dict[str, int]) -> None:
    for name, speed in speeds.items():
        print(f"{name:<8}{speed:8} a second, {100 * speed // speeds['pgbench']:4} % of pgbench")
    reached = 100 * speeds["claim"] >= WANTED_PERCENT * speeds["pgbench"]
    print(f"{WANTED_PERCENT} % for claims: {'reached' if reached else 'MISSED'}")


if __name__ == "__main__":
    main()
