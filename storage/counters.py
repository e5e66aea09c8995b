"""Counters (计数): sums that may not pass a limit, taken by one guarded statement."""

from storage.sql import change, row


async def used_of(name: str) -> int:
    found = await row("SELECT used FROM counters WHERE name = $1", name)
    return int(found["used"]) if found else 0


async def take_amount(name: str, amount: int, limit: int) -> bool:
    """Count so much at once; False when the limit would be passed (reliability 5.3)."""
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
