"""Replies to what was sent (营销回复, A100): free words within two days belong to it.

Unhappy ones become a ticket, so that somebody answers.
"""

from dataclasses import dataclass
from datetime import timedelta

from loyalty.person import Person
from services.shop import Shop
from services.tickets.opening import Draft, TicketKind, open_ticket_in
from storage.people import lock_follower
from storage.results import add_reply, link_reply, newest_message_to, reply_by_key
from storage.sealing import seal
from storage.sql import Row
from storage.transactions import transactional

TABLE, COLUMN = "message_replies", "text_sealed"
REPLIES_WITHIN = timedelta(hours=48)
LONGEST_REPLY = 500


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of somebody's words; `ticket_id` where they were unhappy."""

    ticket_id: int | None


async def take_reply(shop: Shop, person: Person, text: str, *, key: str) -> Reply | None:
    """None where nothing was sent to this person lately: then nothing is written, either."""
    if person.member_id is None or not text.strip():
        return None
    sent = await newest_message_to(person.member_id, shop.now() - REPLIES_WITHIN)
    return None if sent is None else await keep_reply(shop, person, text, sent, key=key)


@transactional
async def keep_reply(shop: Shop, person: Person, text: str, sent: Row, *, key: str) -> Reply:
    """The same message again is the same reply."""
    await lock_follower(person.follower_id)
    is_unhappy = sounds_unhappy(shop, text)
    added = await add_reply(
        key=key,
        # What a campaign says may stand in a group send's line, and is the campaign's.
        broadcast_id=None if sent["campaign"] else sent["broadcast_id"],
        campaign=sent["campaign"],
        follower_id=person.follower_id,
        member_id=person.member_id,
        text_sealed=seal(shop.keys, text[:LONGEST_REPLY], table=TABLE, column=COLUMN, row=key),
        is_unhappy=is_unhappy,
        written_at=shop.now(),
    )
    if added and is_unhappy:
        draft = Draft(TicketKind.FEEDBACK, text[:LONGEST_REPLY])
        ticket = await open_ticket_in(shop, person, draft, key=f"reply:{key}")
        await link_reply(key, ticket.id)
    kept = await reply_by_key(key)
    assert kept is not None, key
    return Reply(kept["ticket_id"])


def sounds_unhappy(shop: Shop, text: str) -> bool:
    """By the shop's own list of words; what it misses is still read in the list of replies."""
    words = shop.phrase("results/unhappy_words", {}).split()
    return any(word in text for word in words)
