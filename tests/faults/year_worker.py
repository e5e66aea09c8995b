"""One process of a simulated year: `python -m tests.faults.year_worker JSON`.

Ticks by itself, and moves the clock when a line on stdin names an instant; answers each with a
line. It may be killed at any point.
"""

import asyncio
import json
import sys
from datetime import datetime

import scheduler.runner
import services.jobs
import storage.leases
from scheduler.runner import Runner
from services.shop import Shop
from storage.cache import Cache
from storage.database import DatabaseAddress
from tests.faults.race_parts import KEYS
from tests.faults.year_jobs import year_jobs
from tests.shop_parts import open_test_shop

POOL_SIZE = 5


async def main(url: str, *, redis: str, lease_ms: int, whole: bool) -> None:
    storage.leases.LEASE_MS = lease_ms
    services.jobs.HEARTBEAT_SECONDS = lease_ms / 3_000
    scheduler.runner.TICK_SECONDS = max(1, lease_ms // 6_000)
    cache = Cache.open(redis, installation="year") if redis else None
    address = DatabaseAddress(url, pool_size=POOL_SIZE)
    async with open_test_shop(address, keys=KEYS, cache=cache) as shop:
        runner = Runner(shop, year_jobs(whole=whole), jobs_by_rules=lambda shop: ())
        runner.start()
        print("ready", flush=True)
        await _obey(runner, shop)
        await runner.close()


async def _obey(runner: Runner, shop: Shop) -> None:
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        await runner.play_until(datetime.fromisoformat(line.strip()))
        print(shop.now().isoformat(), flush=True)


if __name__ == "__main__":
    asyncio.run(main(**json.loads(sys.argv[1])))
