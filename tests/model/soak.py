"""The long run of the model test (耐久测试): new seeds for hours, or one seed once more.

    HOURS=1 python -m tests.model.soak          both databases in turn, a seed a line
    MINUTES=5 DATABASE=postgres python -m tests.model.soak
    SEED=123 python -m tests.model.soak         exactly that one

It stops at the first difference, with the seed and the shortest history that shows it.
"""

import os
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.model.playing import play
from tests.model.world import World, postgres_world, sqlite_world
from tests.servers import postgres_server

EXAMPLES, STEPS = 40, 40


def main() -> int:
    seconds = 60 * float(os.environ.get("MINUTES") or 60 * float(os.environ.get("HOURS") or 1))
    seed = os.environ.get("SEED")
    wanted = os.environ.get("DATABASE")
    with postgres_server() as postgres, tempfile.TemporaryDirectory() as folder:
        worlds = {"sqlite": sqlite_world(Path(folder)), "postgres": postgres_world(postgres)}
        kept = {kind: world for kind, world in worlds.items() if wanted in (None, "", kind)}
        try:
            return soak(kept, until=time.monotonic() + seconds, seed=int(seed) if seed else None)
        finally:
            for world in worlds.values():
                world.close()


def soak(worlds: dict[str, World], *, until: float, seed: int | None) -> int:
    while True:
        number = random.SystemRandom().randrange(2**32) if seed is None else seed
        for kind, world in worlds.items():
            print(f"{kind} SEED={number}", flush=True)
            try:
                play(world, examples=EXAMPLES, steps=STEPS, seed_of_run=number)
            except BaseException:
                print(f"failed: SEED={number} DATABASE={kind} make soak", flush=True)
                raise
        if seed is not None or time.monotonic() > until:
            return 0


if __name__ == "__main__":
    sys.exit(main())
