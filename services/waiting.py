"""Waiting lines (待说的话): what could not be delivered is said first at the next contact.

Nobody without any is looked up: the read that finds a person tells whether something waits.
"""

import logging

from loyalty.person import Person
from services.messages import opened_content
from services.shop import Shop
from storage.people import lock_follower
from storage.sealing import CannotUnseal, seal, unseal
from storage.sql import Row
from storage.transactions import transactional
from storage.waiting import (
    add_waiting_line,
    first_line_of,
    first_lines_left,
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


async def wait_instead(shop: Shop, message_id: int) -> None:
    """What was not delivered waits, where it is meant to. A helper for use cases."""
    found = await first_line_of(message_id)
    if found is not None:
        await _wait(shop, found["follower_id"], found)


async def wait_for_return(shop: Shop, person: Person) -> None:
    """What was held back because the person left waits, too. A helper for use cases."""
    for found in await first_lines_left(person.account, person.openid):
        await _wait(shop, person.follower_id, found)


@transactional
async def take_first_lines(shop: Shop, person: Person, *, key: str) -> list[str]:
    """What this message is answered with first; the same message again: the same."""
    await lock_follower(person.follower_id)
    await take_waiting_lines(person.follower_id, key, now=shop.now(), limit=AT_ONCE)
    told = await lines_told_by(person.follower_id, key)
    if not told:
        # Only now, so that a repeat of the message before would still have found its lines.
        await nothing_waits(person.follower_id)
    return [
        unseal(shop.keys, line["text_sealed"], table=TABLE, column=COLUMN, row=line["key"])
        for line in told
    ]


async def _wait(shop: Shop, follower_id: int, message: Row) -> None:
    """What was changed, or whose key is gone, is lost; the person still comes and goes."""
    try:
        content = opened_content(shop.keys, message)
    except CannotUnseal:
        return log.error("cannot_unseal", extra={"facts": {"table": "outbox"}})
    if content["kind"] == "text" and content["value"]:
        await wait_for_contact(shop, follower_id, content["value"], key=message["key"])
