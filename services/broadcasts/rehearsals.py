"""The rehearsal (预演) of a group send: everybody of the audience is judged, nobody is written to.

A small one is through at once; a large one goes on in the background, chunk by chunk, whoever
works on it, and is then told.
"""

from collections.abc import Sequence

from loyalty.broadcast_contents import channels_for, places_in
from loyalty.broadcasts import (
    USEFUL_FOR,
    Judged,
    Rehearsal,
    is_stale,
    rehearsed,
    without_the_lonely,
)
from loyalty.messages import MessageClass
from loyalty.send_gate_values import Held, Outgoing
from services.broadcasts.audience import people_in
from services.broadcasts.drafts import broadcast_there, content_of
from services.broadcasts.judging import judge_many
from services.broadcasts.texts import facts_of_members, said_to
from services.mass.again import fewest
from services.shop import Shop
from storage.broadcast_people import people_after
from storage.broadcasts import begin_rehearsal, keep_rehearsal, tell_rehearsal
from storage.instants import from_ms
from storage.sql import Row
from storage.transactions import transactional

CHUNK = 5000


def rehearsal_of(shop: Shop, broadcast: Row) -> Rehearsal | None:
    """What is known of a draft; None while it is being counted, or when that was too long ago."""
    at = broadcast["rehearsed_at"]
    if is_stale(None if at is None else from_ms(at), shop.now()):
        return None
    return Rehearsal.from_text(broadcast["rehearsal"])


async def rehearse(shop: Shop, number: int, *, people: int) -> Rehearsal | None:
    """Count anew. None for a large audience: the result is told when it is there."""
    await start_rehearsal(number, tells=people > CHUNK)
    return None if people > CHUNK else await rehearse_to_the_end(shop, number)


async def rehearse_to_the_end(shop: Shop, number: int) -> Rehearsal | None:
    """At once, however many; for a small audience, or for somebody who can wait."""
    while not await rehearse_chunk(shop, await broadcast_there(number)):
        pass
    return rehearsal_of(shop, await broadcast_there(number))


@transactional
async def start_rehearsal(number: int, *, tells: bool) -> None:
    await begin_rehearsal(number)
    await tell_rehearsal(number, tells=tells)


async def rehearse_chunk(shop: Shop, broadcast: Row) -> bool:
    """Judge the next people of a draft; True when there are no more."""
    if broadcast["rehearsed_at"] is not None:
        return True
    after, before = broadcast["rehearsed_through"], Rehearsal.from_text(broadcast["rehearsal"])
    part = people_in(shop, broadcast)
    people = await people_after(part, shop.account_kinds, after=after, limit=CHUNK)
    counted = rehearsed(before, await _judged(shop, broadcast, people), no_account=Held.NO_ACCOUNT)
    is_last = len(people) < CHUNK
    if is_last:
        needs_two = [name for name in counted.mass if fewest(shop, name) > 1]
        counted = without_the_lonely(counted, needs_two)
    through = people[-1]["member_id"] if people else after
    await keep_chunk(shop, broadcast["id"], counted, after=after, through=through, last=is_last)
    return is_last


@transactional
async def keep_chunk(
    shop: Shop, number: int, counted: Rehearsal, *, after: int, through: int, last: bool
) -> None:
    """Nothing where somebody else has counted the same people meanwhile."""
    done_at = shop.now() if last else None
    await keep_rehearsal(number, counted.as_text(), after=after, through=through, done_at=done_at)


async def samples_of(shop: Shop, broadcast: Row, rehearsal: Rehearsal) -> list[str]:
    """What some of those it would go to would read, with their names masked."""
    content = content_of(broadcast)
    if content["kind"] != "text":
        return []
    places = places_in(content)
    facts = await facts_of_members(shop, rehearsal.samples, places, masked=True)
    said = [str(said_to(shop, content, own)["value"]) for own in facts.values()]
    return said if places else said[:1]


async def _judged(shop: Shop, broadcast: Row, people: Sequence[Row]) -> list[Judged]:
    channels, useless_after = channels_for(content_of(broadcast)), shop.now() + USEFUL_FOR
    outgoing = [
        Outgoing(
            # Below zero: no row of the outbox has that number.
            id=-line["member_id"],
            member_id=line["member_id"],
            follower_id=line["follower_id"],
            message_class=MessageClass.PROMOTION,
            topic=broadcast["topic"],
            channels=channels,
            useless_after=useless_after,
        )
        for line in people
        if line["follower_id"] is not None
    ]
    verdicts = await judge_many(shop, outgoing, rehearses=True)
    return [Judged(line["member_id"], verdicts.get(-line["member_id"])) for line in people]
