"""Announcements (改进告知): whoever asked for something is told when it has come.

One message a person, however many of the linked tickets are theirs. Who stays unnamed is told by
the account they wrote with, and counts once a ticket wherever staff read a figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from loyalty.confirmations import Confirmed, Proposal
from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.staff import Right
from loyalty.ticket_topics import read_numbers, read_topic
from services.counter.kinds import Done, Kind, Request
from services.messages.telling import tell_follower
from services.org.staff import Reach, allow, reach_of, reach_within, where_named
from services.shop import Shop
from services.tickets.telling import sees_storeless
from services.tickets.texts import shown_text
from storage.announcements import (
    add_announcement,
    link_ticket,
    message_states,
    newest_announcements,
    subjects_of,
    tickets_linked,
)
from storage.instants import from_ms
from storage.sql import Row
from storage.ticket_sight import Sight

LONGEST_ANNOUNCEMENT = 300
ALONE = 50
MOST_TICKETS = 1000
LISTED = 5


class NobodyToTell(Refusal):
    """None of these tickets exists, or none that this person may see."""

    wording = "service/announce_nobody"


class TooManyToTell(Refusal):
    wording = "service/announce_too_many"


class AnnouncementTooLong(Refusal):
    wording = "service/announce_too_long"


@dataclass(frozen=True, slots=True)
class Announced:
    """An improvement with what came of telling it; `later`: they hear it at the next contact."""

    text: str
    at: datetime
    sent: int
    on_the_way: int
    later: int
    lost: int


async def propose_announcement(shop: Shop, request: Request) -> Proposal:
    """`3,5,8 text` or `topic text`. Raises NobodyToTell, TooManyToTell, AnnouncementTooLong."""
    person, text = request.person, " ".join(request.argument(1).split())
    if len(text) > LONGEST_ANNOUNCEMENT:
        raise AnnouncementTooLong(longest=LONGEST_ANNOUNCEMENT)
    sight = _sight(person.follower_id, person.role, reach_of(shop, person))
    linked = await _linked(sight, request.argument(0))
    people, numbers = _people(linked), sorted(line["id"] for line in linked)
    facts = {"people": people, "tickets": len(numbers), "text": shown_text(text)}
    content = {
        "tickets": numbers,
        "text": text,
        "people": people,
        # Whom one of them is about is neither asked to agree nor told of it.
        "without": await subjects_of(numbers),
    }
    summary = shop.phrase("service/announce_summary", facts)
    return Proposal(content, summary, by_another=people > ALONE)


async def perform_announcement(shop: Shop, confirmed: Confirmed) -> Done:
    """Tell everybody, as far as whoever asked still sees their tickets."""
    content = confirmed.content
    reach = reach_within(shop, confirmed.store_id, confirmed.region_id)
    sight = _sight(confirmed.follower_id, confirmed.role, reach)
    linked = await tickets_linked(sight, numbers=content["tickets"], limit=MOST_TICKETS)
    if not linked:
        raise NobodyToTell
    number = await add_announcement(
        key=confirmed.key, staff_id=confirmed.staff_id, text=content["text"], now=shop.now()
    )
    for own in _by_human(linked):
        await _tell(shop, number, own, content["text"])
    return Done(shop.phrase("service/announced", {"people": _people(linked)}))


async def announcements(shop: Shop, person: Person) -> list[Announced]:
    """The newest ones: one's own, and for those of the whole brand everybody's."""
    allow(person, Right.ANNOUNCE)
    staff_id = None if reach_of(shop, person) is None else person.staff_id
    found = await newest_announcements(staff_id, limit=LISTED)
    states = await message_states([line["id"] for line in found])
    return [
        _announced(line, [s for s in states if s["announcement_id"] == line["id"]])
        for line in found
    ]


async def _linked(sight: Sight, which: str) -> list[Row]:
    numbers, topic = read_numbers(which), read_topic(which)
    if numbers is None and topic is None:
        raise NobodyToTell
    linked = await tickets_linked(
        sight, numbers=numbers or (), topic=topic or "", limit=MOST_TICKETS + 1
    )
    if not linked:
        raise NobodyToTell
    if len(linked) > MOST_TICKETS:
        raise TooManyToTell(most=MOST_TICKETS)
    return linked


def _people(linked: Sequence[Row]) -> int:
    """Members once, all others once a ticket."""
    return len({line["named"] or -line["id"] for line in linked})


def _by_human(linked: Sequence[Row]) -> list[list[Row]]:
    """The tickets of each, newest first."""
    humans: dict[tuple[str, int], list[Row]] = {}
    for line in linked:
        member_id = line["member_id"]
        human = ("follower", line["follower_id"]) if member_id is None else ("member", member_id)
        humans.setdefault(human, []).append(line)
    return list(humans.values())


async def _tell(shop: Shop, announcement_id: int, own: list[Row], text: str) -> None:
    """By an account that is still followed, where there is one."""
    chosen = next((line for line in own if line["follows"]), own[0])
    key = f"announce:{announcement_id}:{chosen['follower_id']}"
    facts = {
        "number": chosen["id"],
        "where": where_named(shop, chosen["store_id"]),
        "text": shown_text(text),
    }
    told = shop.phrase("service/told_announcement", facts)
    await tell_follower(shop, chosen, told, key=key, otherwise="first_line")
    for line in own:
        await link_ticket(announcement_id, line["id"], message_key=key)


def _sight(follower_id: int, role: str | None, reach: Reach) -> Sight:
    storeless = sees_storeless(role, is_of_brand=reach is None)
    return Sight(follower_id, reach, storeless)


def _announced(line: Row, states: list[Row]) -> Announced:
    def count(kinds: set[str], later: str = "no") -> int:
        return sum(int(s["n"]) for s in states if s["state"] in kinds and s["later"] == later)

    missed = {"failed", "suppressed", "unknown"}
    return Announced(
        text=shown_text(line["text"]),
        at=from_ms(line["created_at"]),
        sent=count({"sent"}) + count(missed, "told"),
        on_the_way=count({"queued", "sending"}),
        later=count(missed, "waits"),
        lost=count(missed),
    )


ANNOUNCE = Kind(Right.ANNOUNCE, propose_announcement, perform_announcement)
