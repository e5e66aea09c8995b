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
from contextlib import ExitStack, closing
from pathlib import Path

from tests.model.playing import play
from tests.model.world import World, postgres_world, sqlite_world
from tests.servers import postgres_server

EXAMPLES, STEPS = 20, 25


def main() -> int:
    seconds = 60 * float(os.environ.get("MINUTES") or 60 * float(os.environ.get("HOURS") or 1))
    seed, wanted = os.environ.get("SEED"), os.environ.get("DATABASE")
    kinds = [kind for kind in ("sqlite", "postgres") if wanted in (None, "", kind)]
    until = time.monotonic() + seconds
    return soak(kinds, until=until, seed=int(seed) if seed else None)


def opened(kind: str, stack: ExitStack) -> World:
    """A world that the stack closes, whatever happens: else the program would never end."""
    if kind == "postgres":
        world = postgres_world(stack.enter_context(postgres_server()))
    else:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        world = sqlite_world(Path(folder))
    return stack.enter_context(closing(world))


def soak(kinds: list[str], *, until: float, seed: int | None) -> int:
    while True:
        number = random.SystemRandom().randrange(2**32) if seed is None else seed
        for kind in kinds:
            print(f"{kind} SEED={number}", flush=True)
            run(kind, number)
        if seed is not None or time.monotonic() > until:
            return 0


def run(kind: str, number: int) -> None:
    """One world at a time: there can be only one open database in a process."""
    with ExitStack() as stack:
        try:
            play(opened(kind, stack), examples=EXAMPLES, steps=STEPS, seed_of_run=number)
        except BaseException:
            print(f"failed: SEED={number} DATABASE={kind} make soak", flush=True)
            raise


if __name__ == "__main__":
    sys.exit(main())
