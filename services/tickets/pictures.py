"""Ticket pictures (工单图片): sent along by who asked, fetched once, kept sealed, shown to staff.

The platform keeps a picture for three days and shows it to whoever knows its address; from then
on it is ours, bound to its ticket, and goes when the ticket's words go.
"""

from dataclasses import dataclass
from datetime import datetime

from loyalty.person import Person
from loyalty.pictures import LARGEST_PICTURE, picture_kind
from loyalty.refusals import Refusal
from loyalty.tickets import Ticket
from services.messages.queueing import queue_message
from services.shop import Shop
from services.tickets.answers import audit_ticket
from services.tickets.opening import Draft, open_ticket_in
from services.tickets.own_tickets import add_in, own_ticket_of
from services.tickets.reach import seen_ticket
from storage.people import lock_follower
from storage.sealing import seal_bytes, unseal_bytes
from storage.sql import Row
from storage.ticket_pictures import (
    add_picture_row,
    count_pictures,
    picture_by_key,
    picture_of_id,
    pictures_of,
    pictures_of_person,
    settle_picture,
    wanted_media,
)
from storage.tickets import newest_open_ticket_of
from storage.transactions import transactional

__all__ = ["LARGEST_PICTURE", "picture_kind", "wanted_media"]

TABLE, COLUMN, PURPOSE = "ticket_pictures", "bytes_sealed", "field"
MOST_PICTURES = 20
# No more than one word of staff allows us to send.
SHOWN_AT_ONCE = 4
FETCH, SHOW = "picture", "ticket_picture"


class NoTicketForPicture(Refusal):
    """A picture without words, and nothing open that it could belong to."""

    wording = "service/picture_alone"


class TooManyPictures(Refusal):
    wording = "service/too_many_pictures"


class NoPictures(Refusal):
    wording = "service/no_pictures"


@dataclass(frozen=True, slots=True)
class Added:
    """The ticket a picture went to, and by when it is answered."""

    ticket: Ticket
    promise_at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """How many pictures follow; how many are still to be fetched, and how many are gone."""

    coming: int
    wanted: int
    gone: int


@transactional
async def add_picture(
    shop: Shop, person: Person, media_id: str, *, key: str, ticket_id: int | None = None
) -> Added:
    """To this ticket of the person's, else to the newest open one.

    Raises NoTicketForPicture, TooManyPictures, and what adding words raises.
    """
    await lock_follower(person.follower_id)
    ticket = await _ticket_for(person, ticket_id, key=key)
    promise_at = await add_in(shop, ticket, "", key=key)
    await _keep_wish(shop, person, ticket.id, media_id, key=key)
    return Added(ticket, promise_at)


@transactional
async def open_with_picture(
    shop: Shop, person: Person, draft: Draft, media_id: str, *, key: str
) -> Ticket:
    """A ticket that begins with a picture; its words may follow."""
    ticket = await open_ticket_in(shop, person, draft, key=key)
    await _keep_wish(shop, person, ticket.id, media_id, key=key)
    return ticket


async def keep_picture(shop: Shop, picture_id: int, content: bytes) -> bool:
    """Seal what was fetched; False, and lost, where it is no picture we keep."""
    kind = picture_kind(content)
    if kind is None:
        await lose_picture(shop, picture_id)
        return False
    await seal_picture(shop, picture_id, content, kind)
    return True


@transactional
async def seal_picture(shop: Shop, picture_id: int, content: bytes, kind: str) -> None:
    found = await picture_of_id(picture_id)
    assert found is not None, picture_id
    place = {"table": TABLE, "column": COLUMN, "row": found["key"]}
    sealed = seal_bytes(shop.keys, content, purpose=PURPOSE, **place)
    await settle_picture(picture_id, kind, sealed)


@transactional
async def lose_picture(shop: Shop, picture_id: int) -> None:
    """The platform has it no more, or it is nothing we keep."""
    await settle_picture(picture_id, None, None)


@transactional
async def show_pictures(
    shop: Shop, person: Person, ticket_id: int, *, page: int, key: str
) -> Shown:
    """Send a page of a ticket's pictures, newest first, to whoever asks; noted in the trail.

    Raises TicketUnknown, NoPictures.
    """
    ticket = await seen_ticket(shop, person, ticket_id)
    skipped = (page - 1) * SHOWN_AT_ONCE
    found = await pictures_of(ticket.id, limit=SHOWN_AT_ONCE, offset=skipped)
    if not found:
        raise NoPictures(number=ticket.id)
    kept = [line["id"] for line in found if line["state"] == "kept"]
    for picture_id in kept:
        await _send(shop, person, SHOW, picture_id, key=f"show:{key}:{picture_id}")
    wanted = sum(line["state"] == "wanted" for line in found)
    await audit_ticket(shop, person, ticket, "pictures", key=key)
    return Shown(len(kept), wanted, len(found) - len(kept) - wanted)


async def picture_bytes(shop: Shop, picture_id: int) -> tuple[str, bytes] | None:
    """The kind and content of a picture; None for what was erased meanwhile."""
    found = await picture_of_id(picture_id)
    if found is None or found["bytes_sealed"] is None:
        return None
    return found["kind"], _opened(shop, found)


async def pictures_as_files(shop: Shop, person: Person) -> dict[str, bytes]:
    """The newest pictures this person has sent, for their own download."""
    found = await pictures_of_person(person.member_id, person.follower_id, limit=MOST_PICTURES)
    return {f"picture-{line['id']}.{line['kind']}": _opened(shop, line) for line in found}


def _opened(shop: Shop, found: Row) -> bytes:
    place = {"table": TABLE, "column": COLUMN, "row": found["key"]}
    return unseal_bytes(shop.keys, found["bytes_sealed"], purpose=PURPOSE, **place)


async def _ticket_for(person: Person, ticket_id: int | None, *, key: str) -> Ticket:
    known = await picture_by_key(key)
    if known is not None:
        ticket_id = known["ticket_id"]
    if ticket_id is not None:
        return await own_ticket_of(person, ticket_id)
    ticket = await newest_open_ticket_of(person.follower_id, person.member_id)
    if ticket is None:
        raise NoTicketForPicture
    return ticket


async def _keep_wish(
    shop: Shop, person: Person, ticket_id: int, media_id: str, *, key: str
) -> None:
    picture_id = await add_picture_row(ticket_id, media_id, key=key, now=shop.now())
    if picture_id is None:
        return
    if await count_pictures(ticket_id) > MOST_PICTURES:
        raise TooManyPictures(number=ticket_id, most=MOST_PICTURES)
    await _send(shop, person, FETCH, picture_id, key=f"fetch:{picture_id}")


async def _send(shop: Shop, person: Person, kind: str, picture_id: int, *, key: str) -> None:
    await queue_message(
        shop,
        key=key,
        account=person.account,
        openid=person.openid,
        content={"kind": kind, "value": str(picture_id)},
    )
