"""Mass sends (高级群发): those of a broadcast who can be told alike are told by one call.

The messages and their call are written in one transaction before it is made. Its key lives a
day at the platform: a call without an answer is made again, and taken once (reliability F11).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from loyalty.messages import Channel
from loyalty.send_gate import Go, Held
from services.broadcasts.texts import said_to
from services.mass.again import fewest, judged_now, take_over
from services.mass.tags import accounts_tagging, sends_by_tag, tags_to_give_back
from services.messages.claiming import judged_by, moment_of, write_judged
from services.shop import Shop
from storage.broadcasts import broadcast_contents
from storage.mass import hold_group, messages_of_batch, waiting_groups
from storage.mass_batches import add_batch, any_call_lost
from storage.outbox_claims import Moment
from storage.outbox_results import Judged
from storage.sql import Row
from storage.transactions import transactional

MOST = 10_000
# Beyond this nothing more is put in: what is there goes, full or not.
CROWDED = 15_000
# Nobody counts further than that.
ENOUGH = 20_000
KEY_LENGTH = 32


@dataclass(frozen=True, slots=True)
class MassCall:
    """One call that is to be made now."""

    id: int
    key: str
    account: str
    content: Mapping[str, Any]
    openids: Sequence[str]
    attempt: int
    # By the machine's clock: an older verdict is asked for again right before the call.
    judged_at: datetime
    # Tags at the platform that nothing needs any more, by their row here.
    worn_tags: Mapping[int, int]
    row: Row


async def take_mass_call(shop: Shop, worker: str) -> MassCall | None:
    """The next call that has its people together, or that a dead worker left behind."""
    moment = moment_of(shop)
    batch = None
    if await any_call_lost(moment.machine):
        batch = await take_over(shop, worker)
    for group in [] if batch else _ready(await waiting_groups(moment, enough=ENOUGH)):
        batch = batch or await gather(shop, worker, group)
    return await _call(shop, batch, moment) if batch else None


def _ready(groups: Sequence[Row]) -> list[Row]:
    waiting: dict[int, int] = {}
    for group in groups:
        broadcast_id = group["broadcast_id"]
        waiting[broadcast_id] = waiting.get(broadcast_id, 0) + group["people"]
    return [
        group
        for group in groups
        if group["people"] >= MOST
        or not group["grows"]
        or waiting[group["broadcast_id"]] >= CROWDED
    ]


@transactional
async def gather(shop: Shop, worker: str, group: Row) -> Row | None:
    """Judge everybody once more and write their call down; None where there is none to make."""
    moment = moment_of(shop)
    broadcast_id, account = group["broadcast_id"], group["account"]
    if sends_by_tag(shop, account) and account in await accounts_tagging(shop, moment.machine):
        return None
    held = await hold_group(broadcast_id, account, moment, MOST)
    if len(held) < min(group["people"], MOST):
        # Another worker holds some of them.
        return None
    together = await _judged(shop, worker, held, group, moment)
    if not together:
        return None
    return await add_batch(
        together, broadcast_id=broadcast_id, account=account, worker=worker, now=moment.machine
    )


async def _judged(
    shop: Shop, worker: str, held: Sequence[Row], group: Row, moment: Moment
) -> list[int]:
    """The ids of those who may go by this call; all others have their verdict, or still wait."""
    account = group["account"]
    verdicts = await judged_now(shop, held)
    together = sorted(id for id, verdict in verdicts.items() if goes_by(verdict, account))
    settled: list[Judged] = []
    if len(together) >= fewest(shop, account):
        settled = [_leaving(id, verdicts[id]) for id in together]
    elif not group["grows"]:
        # The platform takes no list of one, and nothing else may say it to them.
        settled = [Judged(id, "suppressed", Held.MASS_NEEDS_TWO) for id in together]
    done = {one.id for one in settled}
    others = [_elsewhere(id, verdict) for id, verdict in verdicts.items() if id not in done]
    await write_judged(shop, worker, [*settled, *others], moment)
    return [one.id for one in settled if one.state == "sending"]


def goes_by(verdict: object, account: str) -> bool:
    return isinstance(verdict, Go) and (verdict.channel, verdict.account) == (Channel.MASS, account)


def _leaving(id: int, verdict: object) -> Judged:
    assert isinstance(verdict, Go)
    return Judged(
        id,
        "sending",
        channel=Channel.MASS,
        account=verdict.account,
        openid=verdict.openid,
        follower_id=verdict.follower_id,
    )


def _elsewhere(id: int, verdict: Any) -> Judged:
    """Another way is open by now: that one is claimed like any message."""
    if isinstance(verdict, Go) and verdict.channel is not Channel.MASS:
        return Judged(id, "queued")
    return judged_by(id, verdict)


async def _call(shop: Shop, batch: Row, moment: Moment) -> MassCall:
    account = batch["account"]
    content = (await broadcast_contents([batch["broadcast_id"]]))[batch["broadcast_id"]]
    return MassCall(
        id=batch["id"],
        key=sha256(batch["key"].encode()).hexdigest()[:KEY_LENGTH],
        account=account,
        content=said_to(shop, content, {}),
        openids=[line["openid"] for line in await messages_of_batch(batch["id"])],
        attempt=batch["attempt"],
        judged_at=moment.machine,
        worn_tags=await tags_to_give_back(shop, account),
        row=batch,
    )
