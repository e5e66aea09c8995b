"""Mass sends made again (重发的群发): by whoever finds a call whose worker died, under its key.

The first call may have been taken, so nobody comes into another one; and it may not have been
made, so nobody hears it who would not hear it now.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from loyalty.send_gate import Drop, Held, Verdict, Wait
from services.broadcasts.judging import judge_many
from services.mass.tags import accounts_tagging, sends_by_tag
from services.messages.gate import lock_people, outgoing_of
from services.shop import Shop
from storage.broadcasts import broadcast_contents
from storage.mass import end_messages, leave_out, messages_of_batch
from storage.mass_batches import end_batch, give_up_old_batches, let_batch_wait, take_over_batch
from storage.sql import Row
from storage.transactions import transactional

# The platform takes no list of one (wechat-platform 4.7), but a tag that one has.
FEWEST_NAMED = 2


@transactional
async def take_over(shop: Shop, worker: str) -> Row | None:
    """The same call, without those who want to hear nothing any more; in the night not yet."""
    now = shop.clock.machine_now()
    await give_up_old_batches(now)
    batch = await take_over_batch(worker, now, await accounts_tagging(shop, now))
    if batch is None:
        return None
    verdicts = await judged_now(shop, await messages_of_batch(batch["id"]))
    if opens_at := hour_that_opens(verdicts.values()):
        await let_batch_wait(batch, worker, now + (opens_at - shop.now()))
        return None
    return await without_the_unwilling(shop, worker, batch, verdicts)


def hour_that_opens(verdicts: Iterable[Verdict]) -> datetime | None:
    """Quiet hours are the same for everybody."""
    hours = (
        verdict.until
        for verdict in verdicts
        if isinstance(verdict, Wait) and verdict.reason is Held.QUIET_HOURS
    )
    return max(hours, default=None)


async def without_the_unwilling(
    shop: Shop, worker: str, batch: Row, verdicts: Mapping[int, Verdict]
) -> Row | None:
    """None when nobody is left. Who could be told another way by now stays in the call, which may
    have told them."""
    now = shop.clock.machine_now()
    held: dict[str, list[int]] = {}
    for id, verdict in verdicts.items():
        if isinstance(verdict, Drop | Wait):
            held.setdefault(verdict.reason, []).append(id)
    for reason, ids in held.items():
        await leave_out(ids, state="unknown", reason=reason, now=now)
    if len(verdicts) - sum(map(len, held.values())) >= fewest(shop, batch["account"]):
        return batch
    reason = max(held, key=lambda name: len(held[name]), default="worker_lost")
    if await end_batch(batch, worker, state="unknown", reason=reason, platform_id=None, now=now):
        await end_messages(batch["id"], state="unknown", reason=reason, now=now)
    return None


def fewest(shop: Shop, account: str) -> int:
    return 1 if sends_by_tag(shop, account) else FEWEST_NAMED


async def judged_now(shop: Shop, claimed: Sequence[Row]) -> dict[int, Verdict]:
    """What the gate says by now of messages of a broadcast. A helper for use cases."""
    outgoing = outgoing_of(shop, claimed, await _contents_of(claimed))
    await lock_people(outgoing)
    return await judge_many(shop, outgoing)


async def _contents_of(claimed: Sequence[Row]) -> dict[int, dict[str, Any]]:
    alike = await broadcast_contents({line["broadcast_id"] for line in claimed})
    return {line["id"]: alike[line["broadcast_id"]] for line in claimed}
