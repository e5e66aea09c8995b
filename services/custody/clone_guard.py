"""The clone guard (克隆防护): a copy of the database that is started elsewhere sends nothing.

A machine's mark lies beside its key ring; the database knows the machines that may send. One it
does not know pauses sending and is known from then on: an owner's word decides (F85).
"""

import hashlib
from pathlib import Path

from services.custody.auditing import SYSTEM, Act, audit
from services.shop import Shop
from storage.custody import add_machine, knows_any_machine, knows_machine
from storage.mark_file import machine_mark
from storage.sending import pause_sending
from storage.transactions import transactional

MARK_FILE = "installation-mark"
CLONED = "cloned"


async def guard_against_clones(shop: Shop, keys_file: Path) -> bool:
    """Whether sending was paused, because this machine was never seen by this database."""
    mark = machine_mark(keys_file.with_name(MARK_FILE))
    mark_hash = hashlib.sha256(mark.encode()).hexdigest()
    if await knows_machine(mark_hash):
        return False
    return await meet_machine(shop, mark_hash)


@transactional
async def meet_machine(shop: Shop, mark_hash: str) -> bool:
    is_first = not await knows_any_machine()
    if not await add_machine(mark_hash, shop.now()) or is_first:
        return False
    await pause_sending(CLONED, shop.now())
    await audit(shop, SYSTEM, Act("sending.cloned"), key=f"machine:{mark_hash}")
    return True
