"""Keeping no longer than needed (到期清除): every night what is past its time is erased."""

from dataclasses import dataclass
from datetime import timedelta

from loyalty.retention import RETENTION, Kept
from services.shop import Shop
from storage.instants import from_ms
from storage.retention import BY_TIME, Rows, erase_some, past_due
from storage.transactions import transactional

# Small, because on SQLite a batch holds up everybody else.
BATCH = 500


@dataclass(frozen=True, slots=True)
class RetentionState:
    """How one kind of data stands: `past_due` rows are to be erased in the coming night."""

    kept: Kept
    past_due: int
    oldest: str | None


async def erase_overdue(shop: Shop) -> int:
    """Erase what is past its time; how many rows."""
    erased = 0
    for kept in RETENTION:
        for part in BY_TIME.get(kept.name, ()):
            while count := await erase_batch(shop, part, kept.days or 0):
                erased += count
    return erased


@transactional
async def erase_batch(shop: Shop, part: Rows, days: int) -> int:
    return await erase_some(part, shop.now() - timedelta(days=days), BATCH)


async def retention_states(shop: Shop) -> list[RetentionState]:
    """One line for each kind of data, erased by time or not."""
    return [await _state(shop, kept) for kept in RETENTION]


async def _state(shop: Shop, kept: Kept) -> RetentionState:
    before = shop.now() - timedelta(days=kept.days or 0)
    found = [await past_due(part, before) for part in BY_TIME.get(kept.name, ())]
    oldest = min((since for _, since in found if since is not None), default=None)
    day = None if oldest is None else shop.clock.local(from_ms(oldest)).date().isoformat()
    return RetentionState(kept, sum(due for due, _ in found), day)
