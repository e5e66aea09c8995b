"""Looking at an audience (看人群): its size and a few members, masked; every look is kept."""

from dataclasses import dataclass

from loyalty.audiences.unread import WordUnknown
from loyalty.fingerprints import fingerprint
from loyalty.person import Person
from loyalty.refusals import Refusal
from services.audiences.finding import Audience, count_people, masked_line, people_of, read_audience
from services.custody.auditing import Act, audit
from services.shop import Shop
from storage.audiences import newest_of
from storage.transactions import transactional

SHOWN = 3


class SegmentUnknown(Refusal):
    wording = "audiences/segment_unknown"


@dataclass(frozen=True, slots=True)
class AudienceLook:
    """`text` is the filter as it was understood, `lines` the newest members of it."""

    name: str
    text: str
    people: int
    lines: str


@transactional
async def try_audience(shop: Shop, person: Person, text: str, *, key: str) -> AudienceLook:
    """Whom a filter or a saved name means within the person's reach.

    Raises what read_audience raises.
    """
    return await look_at(shop, person, await read_audience(shop, person, text), key=key)


@transactional
async def see_audience(shop: Shop, person: Person, name: str, *, key: str) -> AudienceLook:
    """The same for a saved name. Raises SegmentUnknown where it is no condition either."""
    try:
        found = await read_audience(shop, person, name)
    except WordUnknown as unknown:
        if unknown.facts["word"] != name:
            raise
        raise SegmentUnknown(name=name) from None
    return await look_at(shop, person, found, key=key)


async def look_at(shop: Shop, person: Person, audience: Audience, *, key: str) -> AudienceLook:
    """A helper for use cases; whoever is shown was looked at."""
    people = await count_people(shop, audience)
    shown = await newest_of(people_of(shop, audience), SHOWN)
    facts = {"people": people, "digest": fingerprint(audience.filter.as_data())}
    await audit(shop, person, Act("audience.look", facts=facts), key=key)
    for found in shown:
        look = Act("member.view", found["id"], subject="audience")
        await audit(shop, person, look, key=f"{key}:{found['id']}")
    lines = "\n".join(masked_line(shop, found) for found in shown)
    return AudienceLook(audience.name, audience.filter.as_text(), people, lines)
