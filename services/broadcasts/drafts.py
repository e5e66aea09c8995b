"""Group sends (群发): drafts of an audience and a content, and the test to oneself."""

import json
from dataclasses import dataclass
from typing import Any

from loyalty.broadcast_contents import PLACES, Content, Place, picture_content, read_content
from loyalty.broadcasts import OPEN, BroadcastUnknown, NotNow, State
from loyalty.fingerprints import fingerprint
from loyalty.messages import Topic
from loyalty.person import Person
from loyalty.staff import Right
from services.audiences.finding import Audience, count_people, read_audience
from services.broadcasts.audience import audience_columns, audience_in, stores_of
from services.broadcasts.texts import facts_of_members, said_to
from services.custody.auditing import OPERATOR, Act, audit
from services.messages.queueing import queue_message
from services.org.staff import allow, covers, reach_of
from services.shop import Shop
from storage.broadcasts import (
    add_draft,
    broadcast_of_id,
    broadcast_of_key,
    drafted_broadcast,
    newest_broadcasts,
)
from storage.sql import Row
from storage.transactions import transactional

LISTED = 8


class NobodyThere(BroadcastUnknown):
    """The audience is empty right now."""

    wording = "broadcast/nobody"


@dataclass(frozen=True, slots=True)
class Aim:
    """An audience somebody has just named, and how many it is."""

    audience: Audience
    people: int


async def aim_at(shop: Shop, person: Person | None, text: str) -> Aim:
    """Whom this text means, within the reach of whoever asks; an operator reaches everybody.

    Raises what the text cannot be read as, and NobodyThere.
    """
    if person is not None:
        allow(person, Right.BROADCAST)
    audience = await read_audience(shop, person, text)
    people = await count_people(shop, audience)
    if not people:
        raise NobodyThere(audience=audience.name)
    return Aim(audience, people)


@transactional
async def draft_broadcast(
    shop: Shop, person: Person | None, aim: Aim, content: Content, *, key: str
) -> Row:
    """A new draft, or the one that this message has made already."""
    if person is not None:
        allow(person, Right.BROADCAST)
    number = await add_draft(
        key=key,
        staff_id=person.staff_id if person else None,
        content=json.dumps(content, ensure_ascii=False),
        topic=Topic.OFFERS,
        created_at=shop.now(),
        **audience_columns(aim.audience),
    )
    if number is None:
        known = await broadcast_of_key(key)
        assert known is not None, key
        return known
    await audit_broadcast(shop, person, number, "draft", key=key, people=aim.people)
    return await broadcast_there(number)


async def seen_broadcast(shop: Shop, person: Person | None, number: int) -> Row:
    """Raises BroadcastUnknown for what is not there, or goes beyond this person's stores."""
    if person is not None:
        allow(person, Right.BROADCAST)
    reach = reach_of(shop, person) if person is not None else None
    broadcast = await drafted_broadcast(number)
    if broadcast is None or not covers(reach, stores_of(broadcast)):
        raise BroadcastUnknown(number=number)
    return broadcast


async def list_broadcasts(shop: Shop, person: Person) -> list[Row]:
    """The newest within this person's reach."""
    allow(person, Right.BROADCAST)
    reach = reach_of(shop, person)
    found = await newest_broadcasts(LISTED * 10)
    return [line for line in found if covers(reach, stores_of(line))][:LISTED]


@transactional
async def try_on_oneself(shop: Shop, person: Person, number: int, *, key: str) -> None:
    """Send the content to whoever asks, marked as a test; what it says of a person is theirs."""
    broadcast = await seen_broadcast(shop, person, number)
    content = content_of(broadcast)
    facts = await _own_facts(shop, person)
    said = marked_as_test(shop, said_to(shop, content, facts))
    await queue_message(
        shop,
        key=f"broadcast_test:{number}:{key}",
        account=person.account,
        openid=person.openid,
        content=said,
        follower_id=person.follower_id,
    )
    await audit_broadcast(shop, person, number, "test", key=key)


def marked_as_test(shop: Shop, said: dict[str, Any]) -> dict[str, Any]:
    """In the first words that are read; a picture has none."""
    marked = dict(said)
    for name in ("value", "title"):
        if name in marked:
            marked[name] = shop.phrase("broadcast/test_mark", {"text": marked[name]})
    return marked


async def broadcast_there(number: int) -> Row:
    """One that is known to be there, as it is now."""
    found = await broadcast_of_id(number)
    assert found is not None, number
    return found


def content_of(broadcast: Row) -> Content:
    content: Content = json.loads(broadcast["content"])
    return content


def content_text(shop: Shop, content: Content) -> str:
    """As staff read it, with its placeholders."""
    facts = {name: content.get(name, "") for name in ("value", "title", "description", "path")}
    return shop.phrase(f"broadcast/content_{content['kind']}", facts)


def digest_of(broadcast: Row) -> str:
    """What somebody says yes to: to whom, and what."""
    names = ("audience", "filter", "stores", "content", "topic")
    return fingerprint({name: broadcast[name] for name in names})


def refuse_unless_open(broadcast: Row) -> None:
    """Raises NotNow for what has been started or has ended."""
    if State(broadcast["state"]) not in OPEN:
        raise NotNow(number=broadcast["id"])


def typed_content(text: str) -> str:
    """What somebody typed, as an answer of the dialogue keeps it. Raises what it cannot be."""
    return json.dumps(read_content(text), ensure_ascii=False)


def picture_typed(media_id: str) -> str:
    """A picture that was sent instead, likewise."""
    return json.dumps(picture_content("", media_id), ensure_ascii=False)


def kept_content(person: Person, answer: str) -> Content:
    """An answer of the dialogue; a picture lies at the account it was sent to."""
    content: Content = json.loads(answer)
    return {**content, "account": person.account} if content["kind"] == "image" else content


async def people_of_draft(shop: Shop, broadcast: Row) -> int:
    return await count_people(shop, audience_in(broadcast))


async def audit_broadcast(
    shop: Shop, person: Person | None, number: int, what: str, *, key: str, **facts: object
) -> None:
    """A helper for use cases."""
    act = Act(f"broadcast.{what}", subject=f"broadcast:{number}", facts=facts)
    await audit(shop, person or OPERATOR, act, key=f"broadcast:{number}:{what}:{key}")


async def _own_facts(shop: Shop, person: Person) -> dict[str, str]:
    """Of staff who are no member: what a new member would read."""
    if person.member_id is not None:
        return (await facts_of_members(shop, [person.member_id], PLACES))[person.member_id]
    return {
        Place.NAME: shop.phrase("broadcast/somebody", {}),
        Place.TIER: shop.rules.tiers[0].name,
        Place.POINTS: "0",
        Place.STORED: "0.00",
        Place.STORE: shop.rules.brand_name,
    }
