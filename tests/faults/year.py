"""A simulated year (一年): many schedulers on one database, killed at random while the clock moves.

`python -m tests.faults.year --days 365 --kills 100` runs it on both databases; `make year` is the
same. At the end every planned time of every job has one run that is done, and the work of none was
done more often than its workers died.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from scheduler.schedule import schedule
from storage.database import DatabaseAddress
from storage.instants import from_ms
from storage.sql import rows
from tests.faults.race_parts import KEYS
from tests.faults.races import DATABASES
from tests.faults.year_jobs import CREATE_DIARY, CRONS, year_jobs
from tests.servers import redis_server
from tests.shop_parts import OPENING, open_test_shop
from tests.source_code import ROOT

LEASE_MS = 3_000
LONGEST_STEP_DAYS = 6


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, by how many processes, and how often one of them dies."""

    days: int
    processes: int
    kills: int
    seed: int
    whole: bool = False
    lease_ms: int = LEASE_MS


@dataclass(slots=True)
class Report:
    """What was wrong, word for word, and what it took."""

    faults: list[str] = field(default_factory=list)
    kills: int = 0
    runs: int = 0
    taken_over: int = 0
    longest_step_seconds: float = 0.0


class Crew:
    """Processes that are replaced when they die."""

    def __init__(self, options: dict[str, object], luck: random.Random) -> None:
        self._options = options
        self._luck = luck
        self.processes: list[asyncio.subprocess.Process] = []

    async def hire(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.faults.year_worker", json.dumps(self._options)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n", "its traceback stands above"
        self.processes.append(process)
        return process

    def any(self) -> asyncio.subprocess.Process:
        return self._luck.choice(self.processes)

    async def kill(self, process: asyncio.subprocess.Process) -> None:
        process.kill()
        await process.wait()
        self.processes.remove(process)
        await self.hire()

    async def close(self) -> None:
        for process in self.processes:
            assert process.stdin is not None
            process.stdin.close()
        await asyncio.gather(*(process.wait() for process in self.processes))


async def play_a_year(address: DatabaseAddress, plan: Plan, *, redis: str = "") -> Report:
    luck, report = random.Random(plan.seed), Report()
    async with open_test_shop(address, keys=KEYS):
        await rows(CREATE_DIARY)
        options = {
            "url": address.url,
            "redis": redis,
            "lease_ms": plan.lease_ms,
            "whole": plan.whole,
        }
        async with _crew(options, luck, plan.processes) as crew:
            await _live(crew, plan, luck, report)
        await _compare(plan, report)
        await rows("DROP TABLE year_diary")
    return report


@asynccontextmanager
async def _crew(
    options: dict[str, object], luck: random.Random, processes: int
) -> AsyncIterator[Crew]:
    crew = Crew(options, luck)
    try:
        await asyncio.gather(*(crew.hire() for _ in range(processes)))
        yield crew
    finally:
        await crew.close()


async def _live(crew: Crew, plan: Plan, luck: random.Random, report: Report) -> None:
    """Somebody moves the clock in steps; somebody dies meanwhile; somebody else moves it on."""
    reached = timedelta(0)
    whole = timedelta(days=plan.days)
    while reached < whole:
        step = timedelta(days=luck.randint(1, LONGEST_STEP_DAYS), minutes=luck.randint(0, 1439))
        reached = min(reached + step, whole)
        # So many that by the end all have died.
        wanted = round(plan.kills * (reached / whole)) - report.kills
        began_at = time.monotonic()
        for _ in range(wanted):
            await _play_and_kill(crew, OPENING + reached, luck)
            report.kills += 1
        await _play_to_the_end(crew, OPENING + reached)
        seconds = time.monotonic() - began_at
        report.longest_step_seconds = max(report.longest_step_seconds, seconds)


async def _play_and_kill(crew: Crew, target: datetime, luck: random.Random) -> None:
    """Two move the clock at once; one of the crew dies at some point, often one of the two."""
    players = [crew.any(), crew.any()]
    for player in players:
        _ask(player, target)
    await asyncio.sleep(luck.uniform(0, 0.5))
    await crew.kill(luck.choice([*players, crew.any()]))


async def _play_to_the_end(crew: Crew, target: datetime) -> None:
    """Whoever was asked before answers for every time it was asked."""
    player = crew.any()
    _ask(player, target)
    assert player.stdout is not None
    while (line := await player.stdout.readline()) and datetime.fromisoformat(
        line.decode().strip()
    ) < target:
        pass
    assert line, "the worker has ended; its traceback stands above"


def _ask(player: asyncio.subprocess.Process, target: datetime) -> None:
    assert player.stdin is not None
    player.stdin.write(target.isoformat().encode() + b"\n")


async def _compare(plan: Plan, report: Report) -> None:
    """What was planned with what has run."""
    end = OPENING + timedelta(days=plan.days)
    found = await rows("SELECT job, planned_at, state, fence FROM job_runs")
    report.runs = len(found)
    report.taken_over = sum(line["fence"] > 1 for line in found)
    states = {(line["job"], from_ms(line["planned_at"])): line for line in found}
    crons = {job.name: job.cron for job in year_jobs(whole=plan.whole) if job.due is None}
    for job, cron in crons.items():
        for planned_at in schedule(cron).between(OPENING, end):
            state = states.get((job, planned_at), {"state": "missing"})["state"]
            if state != "done":
                report.faults.append(f"{job} {planned_at}: {state}")
    report.faults += [
        f"{job} {planned_at}: {line['state']}"
        for (job, planned_at), line in states.items()
        if line["state"] != "done" and job not in crons
    ]
    await _compare_diary(states, report)


async def _compare_diary(
    states: dict[tuple[str, datetime], dict[str, object]], report: Report
) -> None:
    """Each take-over may begin the work once more, and nobody else."""
    diary = await rows("SELECT job, planned_at, what FROM year_diary")
    times = Counter((line["job"], from_ms(line["planned_at"]), line["what"]) for line in diary)
    for (job, planned_at), line in states.items():
        if job not in CRONS:
            continue
        begun, ended = (times[job, planned_at, what] for what in ("begun", "ended"))
        fence = line["fence"]
        assert isinstance(fence, int)
        if not 1 <= ended <= begun <= fence:
            report.faults.append(f"{job} {planned_at}: {begun} begun, {ended} ended, {fence}")


def main(options: argparse.Namespace) -> int:
    faults = 0
    for database in options.database:
        processes = options.processes if database == "postgres" else min(options.processes, 3)
        plan = Plan(options.days, processes, options.kills, options.seed, whole=True)
        began_at = time.monotonic()
        with ExitStack() as stack:
            address = stack.enter_context(DATABASES[database]())
            redis = stack.enter_context(redis_server()).url if database == "postgres" else ""
            report = asyncio.run(play_a_year(address, plan, redis=redis))
        faults += len(report.faults)
        print(
            f"{database}: {plan.days} days, {processes} processes, {report.kills} kills, seed"
            f" {plan.seed}: {report.runs} runs, {report.taken_over} taken over,"
            f" {len(report.faults)} wrong, {time.monotonic() - began_at:.0f} s,"
            f" longest step {report.longest_step_seconds:.1f} s"
        )
        print(*report.faults[:20], sep="\n", flush=True)
    return 1 if faults else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", nargs="+", default=list(DATABASES), choices=list(DATABASES))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main(_options()))
