"""What is due next (下一件事): the earliest instant at which a kind of work has anything to do."""

from datetime import datetime

from storage.escalation import NOBODY_TOLD, OWNERS_NOT_TOLD
from storage.instants import from_ms, to_ms
from storage.outbox_claims import LINE, NOT_PAUSED, ONE_BY_ONE
from storage.sql import row
from storage.tickets import OPEN_STATES

# One look into the index for each lane and each broadcast, however many wait.
FIRST = "(SELECT MIN(wait_until) FROM outbox WHERE state = 'queued' AND wait_until > $1 AND {})"
WAITING_LANES = " UNION ALL ".join(
    [
        *(f"SELECT {FIRST.format(f'broadcast_id IS NULL AND lane = {n}')} AS at" for n in range(3)),
        *(
            f"SELECT {FIRST.format(f'{LINE} = +b.id AND {kind}')} FROM broadcasts b"
            " WHERE b.state = 'running'"
            for kind in (ONE_BY_ONE, "channel = 'mass'")
        ),
    ]
)


async def earliest_waiting(after: datetime) -> datetime | None:
    """When a message that waits for its hour may leave, of those that wait beyond `after`."""
    return await _earliest(
        f"SELECT MIN(at) AS at FROM ({WAITING_LANES}) AS lanes WHERE {NOT_PAUSED}", to_ms(after)
    )


async def is_anything_leaving() -> bool:
    """Whether somebody is in the middle of sending; of mass sends the platform tells the end."""
    found = await row(
        "SELECT 1 AS one FROM outbox WHERE state = 'sending' AND lease_until IS NOT NULL"
        " AND batch_id IS NULL"
        f" AND {NOT_PAUSED} LIMIT 1"
    )
    return found is not None


async def earliest_credit() -> datetime | None:
    return await _earliest(
        "SELECT MIN(credit_due_at) AS at FROM purchases WHERE credit_due_at IS NOT NULL"
    )


async def earliest_claim_end() -> datetime | None:
    return await _earliest(
        "SELECT MIN(due_at) AS at FROM claims WHERE state = 'pending' AND due_at IS NOT NULL"
    )


async def earliest_coupon_settlement() -> datetime | None:
    return await _earliest("SELECT MIN(due_at) AS at FROM coupon_uses WHERE state = 'held'")


async def earliest_hold_end() -> datetime | None:
    return await _earliest("SELECT MIN(expires_at) AS at FROM wallet_holds WHERE state = 'open'")


async def earliest_escalation() -> datetime | None:
    """Of managers by the promise; of owners, who hear later, as soon as managers know."""
    return await _earliest(
        f"SELECT MIN(due_at) AS at FROM tickets WHERE state IN ({OPEN_STATES})"
        f" AND due_at IS NOT NULL AND ({NOBODY_TOLD} OR ({OWNERS_NOT_TOLD}))"
    )


async def _earliest(statement: str, *values: int) -> datetime | None:
    found = await row(statement, *values)
    return None if found is None or found["at"] is None else from_ms(found["at"])
