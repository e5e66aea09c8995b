"""The outbox (发件箱) as tests read it: what was put there, opened."""

from hashlib import sha256
from typing import Any

from loyalty.send_results import SendResult, SendState
from services.messages.outbox import ClaimedMessage
from services.messages.outbox_results import begin_sending, record_results
from services.messages.queueing import opened_content
from services.shop import Shop
from storage.keyring import PURPOSES, KeyRing
from storage.sql import Row, rows

# The same for every test's shop, so that whoever reads along needs no ring of theirs.
KEYS = KeyRing({purpose: {1: sha256(purpose.encode()).digest()} for purpose in PURPOSES})


async def outbox_rows(where: str = "1 = 1", *values: Any) -> list[Row]:
    """Oldest first, each with the `kind` and `value` of what it says; but for group sends, whose
    rows say nothing of their own."""
    found = await rows(
        f"SELECT * FROM outbox WHERE ({where}) AND broadcast_id IS NULL ORDER BY id", *values
    )
    return [{**line, **opened_content(KEYS, line)} for line in found]


async def notices(about: str = "") -> list[Row]:
    """What members are to be told when it is due, oldest first; of wordings that begin so."""
    found = await outbox_rows("class IN ('transactional', 'service', 'care', 'promotion')")
    told = [line for line in found if line["kind"] == "notice"]
    return [line for line in told if line["wording"].startswith(about)]


async def make_call(shop: Shop, message: ClaimedMessage, worker: str = "worker") -> bool:
    """The worker is about to call; False where it may not."""
    return message.id in await begin_sending(shop, worker, [message])


async def record_outcome(
    shop: Shop, message: ClaimedMessage, worker: str, *, state: SendState, reason: str | None
) -> bool:
    """What came of one call; False where the message was another worker's by then."""
    result = SendResult(message, state, reason, mark=reason)
    return message.id in await record_results(shop, worker, [result])


async def try_again_later(
    shop: Shop, message: ClaimedMessage, worker: str, *, after_seconds: int, reason: str
) -> bool:
    result = SendResult(message, "queued", reason, after_seconds=after_seconds)
    return message.id in await record_results(shop, worker, [result])
