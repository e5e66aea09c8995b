"""Counters (计数): stock, limits and sums of a day, each taken by one guarded statement.

Counting rows and then writing one would let two through at once (reliability 5.3).
"""

from storage.sql import change, places, row, rows


async def used_of(name: str) -> int:
    found = await row("SELECT used FROM counters WHERE name = $1", name)
    return int(found["used"]) if found else 0


async def counters_of(names: list[str]) -> dict[str, int]:
    """How far the counters are; those never used are left out."""
    if not names:
        return {}
    found = await rows(
        f"SELECT name, used FROM counters WHERE name IN ({places(len(names))})", *names
    )
    return {line["name"]: int(line["used"]) for line in found}


async def take_from_counter(name: str, limit: int) -> bool:
    """Count one; False when the limit is reached."""
    return await take_amount(name, 1, limit)


async def take_amount(name: str, amount: int, limit: int) -> bool:
    """Count so much at once; False when the limit would be passed."""
    if amount > limit:
        return False
    return bool(
        await change(
            "INSERT INTO counters (name, used) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE"
            " SET used = counters.used + $2 WHERE counters.used + $2 <= $3",
            name,
            amount,
            limit,
        )
    )


async def take_what_is_left(name: str, wanted: int, limit: int) -> int:
    """Count up to so much; how much the limit left. The caller holds a lock on what is counted."""
    granted = min(wanted, max(0, limit - await used_of(name)))
    if granted == 0:
        return 0
    taken = await take_amount(name, granted, limit)
    assert taken, "what is counted is locked"
    return granted


async def give_back_to_counter(name: str, amount: int = 1) -> None:
    """What was counted before is free again."""
    given = await change(
        "UPDATE counters SET used = used - $2 WHERE name = $1 AND used >= $2", name, amount
    )
    assert given == 1, name


async def add_to_counter(name: str, amount: int) -> None:
    """Count so much, whatever the limit is: it was within one before."""
    await change(
        "INSERT INTO counters (name, used) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE"
        " SET used = counters.used + $2",
        name,
        amount,
    )
