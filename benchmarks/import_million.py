"""Importing a million members (百万会员导入): how many rows a second, with and without balances.

    python -m benchmarks.import_million [--rows 1000000] [--once] [--verify] [postgres]

Writes a list as an older system would export it, and imports it in one process into an empty shop;
then the same list again, which has to change nothing.
"""

import argparse
import asyncio
import os
import random
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.progress import Progress
from loyalty.csv_text import csv_line
from services.custody.verify import verify_ledger
from services.imports.files import look_at
from services.imports.importing import ImportRequest, import_members
from services.shop import Shop
from storage.database import DatabaseAddress
from tests.servers import postgres_server
from tests.shop_parts import open_test_shop

ROWS_A_SECOND_WANTED = 5_000
TITLES = ("会员号", "手机号", "姓名", "生日", "性别", "入会日期")
# What members bring along: nothing, points, or all that there is.
BALANCES = {"none": (), "points": ("积分",), "all": ("积分", "成长值", "储值余额")}
MOST = {"积分": 5000, "成长值": 9999, "储值余额": 500}
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周", "伟芳娜敏静秀丽强磊洋艳勇军杰娟涛明超兰霞平刚桂英"
BEGINNINGS = ("130", "135", "138", "139", "150", "158", "159", "177", "186", "189")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--verify", action="store_true", help="verify the books at the end")
    parser.add_argument("--once", action="store_true", help="leave the second import out")
    parser.add_argument("--balances", choices=BALANCES, nargs="*", default=["none", "points"])
    parser.add_argument("kinds", nargs="*", default=["postgres"], metavar="KIND")
    wanted = parser.parse_args()
    for balances in wanted.balances:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "members.csv"
            write_list(path, wanted.rows, BALANCES[balances])
            print(f"{wanted.rows:,} members, balances: {balances}", flush=True)
            for kind in wanted.kinds:
                measure_on(kind, path, wanted)


def measure_on(kind: str, path: Path, wanted: argparse.Namespace) -> None:
    if kind == "sqlite":
        asyncio.run(measure(f"sqlite://{path.with_name('shuke.db')}", path, wanted))
        return
    with postgres_server() as postgres:
        asyncio.run(measure(postgres.create_database(), path, wanted))


async def measure(url: str, path: Path, wanted: argparse.Namespace) -> None:
    async with open_test_shop(DatabaseAddress(url, pool_size=4)) as shop:
        for which in ("first",) if wanted.once else ("first", "again"):
            await time_import(shop, path, f"{url.partition(':')[0]}, {which}")
        if wanted.verify:
            found = await verify_ledger(shop)
            print(f"  {found.totals}", flush=True)


async def time_import(shop: Shop, path: Path, what: str) -> None:
    progress = Progress(f"  {what}")
    started, cpu = time.perf_counter(), time.process_time()
    file = look_at(path)
    progress.begin(file.rows)
    request = ImportRequest(file, "cd01", "会员章程")
    imported = await import_members(shop, request, progress.add)
    progress.finish()
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"  {what}: {file.rows / seconds:,.0f} rows/s of {ROWS_A_SECOND_WANTED:,} wanted,"
        f" {seconds:.1f} s ({cpu_seconds:.1f} s of our own CPU), {megabytes} MB,"
        f" load {os.getloadavg()[0]:.1f}, {dict(imported.counts)}",
        flush=True,
    )


def write_list(path: Path, rows: int, balances: Sequence[str]) -> None:
    with path.open("w", encoding="gb18030", newline="") as file:
        file.write(csv_line([*TITLES, *balances]))
        for cells in some_rows(rows, balances):
            file.write(csv_line(cells))


def some_rows(rows: int, balances: Sequence[str]) -> Iterator[list[object]]:
    chance = random.Random(1)
    for number in range(rows):
        yield [
            f"A{number:07d}",
            f"{BEGINNINGS[number % 10]}{number // 10:08d}",
            chance.choice(SURNAMES) + chance.choice(GIVEN) + chance.choice(GIVEN),
            some_day(chance, 1950, 2005),
            chance.choice("男女"),
            some_day(chance, 2015, 2026),
            *[chance.randint(1, MOST[title]) for title in balances],
        ]


def some_day(chance: random.Random, first_year: int, last_year: int) -> str:
    year, month = chance.randint(first_year, last_year), chance.randint(1, 12)
    return f"{year}-{month:02d}-{chance.randint(1, 28):02d}"


if __name__ == "__main__":
    main()
