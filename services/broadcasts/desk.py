"""What whoever sends to many reads (群发的问答): the rehearsal, then how far it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from loyalty.broadcast_contents import PLACES
from loyalty.broadcasts import Rehearsal, State
from loyalty.person import Person
from services.audiences.segments import saved_filters
from services.broadcasts.drafts import (
    Aim,
    broadcast_there,
    draft_broadcast,
    kept_content,
    people_of_draft,
    refuse_unless_open,
    seen_broadcast,
)
from services.broadcasts.rehearsals import rehearsal_of, rehearse
from services.broadcasts.reports import report_of
from services.broadcasts.words import progress_text, rehearsal_text
from services.shop import Shop
from storage.sql import Row

PLACES_SHOWN = " ".join(f"{{{name}}}" for name in PLACES)
SUGGESTED = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """A sentence with its facts."""

    wording: str
    facts: Mapping[str, object] = field(default_factory=dict)


async def saved_names(shop: Shop) -> list[str]:
    return sorted(await saved_filters(shop))[:SUGGESTED]


async def draft_and_rehearse(
    shop: Shop, person: Person, aim: Aim, answer: str, *, key: str
) -> Shown:
    """Keep a draft of what was answered, and show what would come of it."""
    draft = await draft_broadcast(shop, person, aim, kept_content(person, answer), key=key)
    return await _rehearsed(shop, draft, people=aim.people)


async def ask_for_start(shop: Shop, person: Person, number: int) -> Shown | None:
    """None where that was seen lately. Raises BroadcastUnknown, NotNow."""
    draft = await seen_broadcast(shop, person, number)
    refuse_unless_open(draft)
    if rehearsal_of(shop, draft) is not None:
        return None
    if draft["tells_rehearsal"]:
        return _going_on(draft)
    shown = await _rehearsed(shop, draft, people=await people_of_draft(shop, draft))
    if shown.wording != "broadcast/shown":
        return shown
    text = shop.phrase("broadcast/rehearsed_anew", {})
    return Shown("broadcast/shown", {"text": f"{text}\n{shown.facts['text']}"})


async def shown_now(shop: Shop, person: Person, number: int) -> Shown:
    """How far it is: the rehearsal of a draft, the figures of what has begun."""
    broadcast = await seen_broadcast(shop, person, number)
    if broadcast["state"] not in (State.DRAFT, State.WAITING):
        report = await report_of(shop, person, number)
        return _text(progress_text(shop, broadcast, report))
    rehearsal = rehearsal_of(shop, broadcast)
    if rehearsal is not None:
        return _text(await rehearsal_text(shop, broadcast, rehearsal))
    if broadcast["tells_rehearsal"]:
        return _going_on(broadcast)
    return await _rehearsed(shop, broadcast, people=await people_of_draft(shop, broadcast))


async def _rehearsed(shop: Shop, draft: Row, *, people: int) -> Shown:
    rehearsal = await rehearse(shop, draft["id"], people=people)
    if rehearsal is None:
        facts = {"number": draft["id"], "audience": draft["audience"], "people": people}
        return Shown("broadcast/reckoning", facts)
    draft = await broadcast_there(draft["id"])
    return _text(await rehearsal_text(shop, draft, rehearsal))


def _going_on(draft: Row) -> Shown:
    done = Rehearsal.from_text(draft["rehearsal"]).people
    return Shown("broadcast/reckoning_goes_on", {"number": draft["id"], "done": done})


def _text(text: str) -> Shown:
    return Shown("broadcast/shown", {"text": text})
