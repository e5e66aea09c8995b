"""How hard the contract's tests push (规模): set by the environment, printed to be repeated."""

import os
import secrets


def scale(normal: int) -> int:
    """How many, in the normal run; SHUKE_RIG_SCALE multiplies."""
    return normal * int(os.environ.get("SHUKE_RIG_SCALE", "1"))


def seed() -> int:
    """The seed of this run: SHUKE_RIG_SEED repeats one; it is printed with a failure."""
    chosen = int(os.environ.get("SHUKE_RIG_SEED", secrets.randbelow(10**6)))
    print(f"SHUKE_RIG_SEED={chosen}")
    return chosen
