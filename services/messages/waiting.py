"""Waiting lines (待说的话): what could not be delivered is said first at the next contact.

Nobody without any is looked up: the read that finds a person tells whether something waits.
"""

import logging
from collections.abc import Sequence

from loyalty.person import Person
from services.messages.campaign_ends import campaigns_over
from services.messages.queueing import opened_content, text_of
from services.shop import Shop
from storage.gate import complains
from storage.people import lock_follower
from storage.sealing import CannotUnseal, seal, unseal
from storage.sql import Row
from storage.transactions import transactional
from storage.waiting import (
    add_waiting_line,
    add_waiting_lines,
    drop_lines_ended_by_buying,
    drop_lines_of_campaigns,
    first_lines_left,
    first_lines_of,
    lines_told_by,
    nothing_waits,
    take_waiting_lines,
)

log = logging.getLogger(__name__)

TABLE, COLUMN = "waiting_lines", "text_sealed"
# With the answer itself they stay below what one message of a person allows us to send.
AT_ONCE = 3


async def wait_for_contact(shop: Shop, follower_id: int, text: str, *, key: str) -> None:
    """Keep a text for the next message of this person. A helper for use cases; once per key."""
    await lock_follower(follower_id)
    sealed = seal(shop.keys, text, table=TABLE, column=COLUMN, row=key)
    await add_waiting_line(follower_id, sealed, key=key, now=shop.now())


async def wait_instead(shop: Shop, message_ids: Sequence[int]) -> None:
    """What was not delivered waits, where it is meant to. A helper for use cases."""
    if message_ids:
        await _wait(shop, await first_lines_of(message_ids))


async def wait_for_return(shop: Shop, person: Person) -> None:
    """What was held back because the person left waits, too. A helper for use cases."""
    left = await first_lines_left(person.account, person.openid)
    await _wait(shop, [{**message, "follower_id": person.follower_id} for message in left])


@transactional
async def take_first_lines(shop: Shop, person: Person, *, key: str) -> list[str]:
    """What this message is answered with first; the same message again: the same."""
    await lock_follower(person.follower_id)
    await drop_lines_ended_by_buying(person.follower_id, shop.rules.ended_by_buying)
    await drop_lines_of_campaigns(person.follower_id, campaigns_over(shop))
    await take_waiting_lines(
        person.follower_id,
        key,
        now=shop.now(),
        limit=AT_ONCE,
        # Also when it is this very message that complains: it was acted on before.
        offers_wait=await complains(person.follower_id),
    )
    told = await lines_told_by(person.follower_id, key)
    if not told:
        # Only now, so that a repeat of the message before would still have found its lines.
        await nothing_waits(person.follower_id, shop.now())
    return [
        unseal(shop.keys, line["text_sealed"], table=TABLE, column=COLUMN, row=line["key"])
        for line in told
    ]


async def _wait(shop: Shop, messages: Sequence[Row]) -> None:
    lines = []
    for message in messages:
        if text := _said(shop, message):
            sealed = seal(shop.keys, text, table=TABLE, column=COLUMN, row=message["key"])
            line = (message["key"], message["follower_id"], sealed, message["useless_after"])
            lines.append(line)
    if lines:
        await add_waiting_lines(lines, shop.now())


def _said(shop: Shop, message: Row) -> str:
    """What was changed, or has lost its key or wording, is lost; the person comes and goes."""
    try:
        return text_of(shop, opened_content(shop.keys, message))
    except CannotUnseal:
        log.error("cannot_unseal", extra={"facts": {"table": "outbox"}})
    except LookupError:
        log.error("wording_lost", extra={"facts": {"table": "outbox"}})
    return ""
