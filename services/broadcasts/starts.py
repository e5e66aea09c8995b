"""Starting a group send (群发确认): two people are involved, and it starts once.

Whoever wrote the draft asks, and somebody else says yes within half an hour; or somebody else asks
and confirms. What an operator wrote at the command line, one person in chat confirms.
"""

from loyalty.broadcasts import USEFUL_FOR, NotNow
from loyalty.confirmations import Confirmed, Proposal
from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.staff import Right, has_right
from services.broadcasts.audience import stores_of
from services.broadcasts.drafts import (
    broadcast_there,
    content_of,
    content_text,
    digest_of,
    refuse_unless_open,
    seen_broadcast,
)
from services.broadcasts.rehearsals import rehearsal_of
from services.counter.kinds import Done, Kind, Request
from services.org.staff import covers, reach_within
from services.shop import Shop
from storage.broadcasts import author_of, await_second_person, start
from storage.people import is_same_human
from storage.sql import Row


class RehearsalNeeded(Refusal):
    """Nobody has seen lately what would come of it."""

    wording = "broadcast/rehearsal_needed"


class DraftChanged(Refusal):
    """What was said yes to is not what would be sent."""

    wording = "broadcast/draft_changed"


class AuthorGone(Refusal):
    """Whoever wrote it may not send it any more; so there is one person instead of two."""

    wording = "broadcast/author_gone"


async def propose_broadcast(shop: Shop, request: Request) -> Proposal:
    """Raises BroadcastUnknown, NotNow, RehearsalNeeded, AuthorGone."""
    person = request.person
    broadcast = await seen_broadcast(shop, person, int(request.argument(0)))
    number = broadcast["id"]
    refuse_unless_open(broadcast)
    rehearsal = rehearsal_of(shop, broadcast)
    if rehearsal is None:
        raise RehearsalNeeded(number=number)
    author = await _author(shop, broadcast)
    by_another = author is not None and await _is_author(person, author)
    if by_another:
        await await_second_person(number)
    facts = {
        "number": number,
        "audience": broadcast["audience"],
        "people": rehearsal.people,
        "go": rehearsal.would_go + sum(rehearsal.waits.values()),
        "content": content_text(shop, content_of(broadcast)),
    }
    content = {"broadcast_id": number, "digest": digest_of(broadcast)}
    return Proposal(content, shop.phrase("broadcast/summary", facts), by_another=by_another)


async def start_broadcast(shop: Shop, confirmed: Confirmed) -> Done:
    """Raises DraftChanged, AuthorGone, NotNow: rights are those of this moment."""
    broadcast = await broadcast_there(confirmed.content["broadcast_id"])
    number = broadcast["id"]
    if digest_of(broadcast) != confirmed.content["digest"]:
        raise DraftChanged(number=number)
    await _author(shop, broadcast)
    useless_after = shop.now() + USEFUL_FOR
    if not await start(
        number, confirmation_id=confirmed.id, useless_after=useless_after, now=shop.now()
    ):
        raise NotNow(number=number)
    return Done(shop.phrase("broadcast/started", {"number": number}))


async def _author(shop: Shop, broadcast: Row) -> Row | None:
    """None for a draft of an operator's. Raises AuthorGone."""
    if broadcast["staff_id"] is None:
        return None
    author = await author_of(broadcast["staff_id"])
    if author is None or not has_right(author["role"], Right.BROADCAST):
        raise AuthorGone
    theirs = reach_within(shop, author["store_id"], author["region_id"])
    if not covers(theirs, stores_of(broadcast)):
        raise AuthorGone
    return author


async def _is_author(person: Person, author: Row) -> bool:
    return author["id"] == person.follower_id or await is_same_human(
        author["id"], person.follower_id
    )


BROADCAST = Kind(Right.BROADCAST, propose_broadcast, start_broadcast)
