"""Saving audiences (存人群): proposed with their size and a few of them, kept in versions.

A helper for counter actions, as all kinds of them are.
"""

import json

from loyalty.audiences.filters import Filter, conditions_of, filter_from_data
from loyalty.audiences.names import is_segment_name
from loyalty.audiences.reading import parse_filter
from loyalty.confirmations import Confirmed, Proposal
from loyalty.person import Person
from loyalty.refusals import Refusal
from loyalty.staff import Right
from services.audiences.finding import Audience, checked
from services.audiences.looks import SegmentUnknown, look_at
from services.audiences.segments import saved_filters
from services.counter.kinds import Done, Kind, Request
from services.org.staff import reach_of
from services.shop import Shop
from storage.segments import add_version, newest_version
from storage.sql import Row


class SegmentNameBad(Refusal):
    """It would read as a part of a filter."""

    wording = "audiences/name_bad"


class SegmentOfFile(Refusal):
    """The shop file has it; there it is changed."""

    wording = "audiences/of_file"


class SegmentNotYours(Refusal):
    """Somebody else of another store has saved it."""

    wording = "audiences/not_yours"


class SegmentInUse(Refusal):
    wording = "audiences/in_use"


class SegmentChanged(Refusal):
    """Somebody else has saved it since the summary was shown."""

    wording = "audiences/changed"


async def propose_segment(shop: Shop, request: Request) -> Proposal:
    """`NAME FILTER`: what it asks, how many they are, a few of them."""
    name = request.argument(0)
    if not is_segment_name(name):
        raise SegmentNameBad
    before = await _own_or_new(shop, request.person, name)
    # Saved audiences inside stay by name, so that they are asked as they are then.
    wanted = parse_filter(" ".join(request.argument(1).split()))
    saved = await saved_filters(shop) | {before["name"] if before else name: wanted}
    audience = Audience(name, checked(shop, wanted, saved), reach_of(shop, request.person))
    look = await look_at(shop, request.person, audience, key=request.key)
    facts = {"name": name, "text": wanted.as_text(), "people": look.people, "lines": look.lines}
    summary = shop.phrase("audiences/save_summary", facts)
    if before is not None and not before["is_dropped"]:
        summary += "\n" + shop.phrase("audiences/save_replaces", {"text": before["text"]})
    content = {
        "name": before["name"] if before else name,
        "version": before["version"] if before else 0,
        "data": wanted.as_data(),
    }
    return Proposal(content, summary)


async def perform_segment(shop: Shop, confirmed: Confirmed) -> Done:
    wanted = filter_from_data(confirmed.content["data"])
    await _keep(shop, confirmed, wanted, is_dropped=False)
    return Done(shop.phrase("audiences/saved", {"name": confirmed.content["name"]}))


async def propose_drop(shop: Shop, request: Request) -> Proposal:
    """Raises SegmentUnknown, SegmentInUse, SegmentNotYours, SegmentOfFile."""
    name = request.argument(0)
    before = await _own_or_new(shop, request.person, name)
    if before is None or before["is_dropped"]:
        raise SegmentUnknown(name=name)
    await _refuse_in_use(shop, before["name"])
    content = {"name": before["name"], "version": before["version"]}
    facts = {"name": before["name"], "text": before["text"]}
    return Proposal(content, shop.phrase("audiences/drop_summary", facts))


async def perform_drop(shop: Shop, confirmed: Confirmed) -> Done:
    name = confirmed.content["name"]
    await _refuse_in_use(shop, name)
    before = await newest_version(name)
    assert before is not None, name
    wanted = filter_from_data(json.loads(before["data"]))
    await _keep(shop, confirmed, wanted, is_dropped=True)
    return Done(shop.phrase("audiences/dropped", {"name": name}))


async def _own_or_new(shop: Shop, person: Person, name: str) -> Row | None:
    """The newest version of this name, which this person may replace."""
    if name.casefold() in {terms.name.casefold() for terms in shop.rules.segments}:
        raise SegmentOfFile(name=name)
    before = await newest_version(name)
    is_others = before is not None and before["staff_id"] != person.staff_id
    if is_others and reach_of(shop, person) is not None:
        raise SegmentNotYours(name=name)
    return before


async def _refuse_in_use(shop: Shop, name: str) -> None:
    users = [user for user, wanted in (await saved_filters(shop)).items() if uses(wanted, name)]
    users += _users_in_rules(shop, name)
    if users:
        raise SegmentInUse(name=name, users="、".join(users))


def _users_in_rules(shop: Shop, name: str) -> list[str]:
    """Tags, campaigns and activities that are not over."""
    rules, today = shop.rules, shop.today()
    tags = [one.tag for one in rules.tags if not one.ended and uses(one.wanted, name)]
    campaigns = [
        one.terms.title
        for one in rules.campaigns
        if not one.terms.is_over(today) and asks_for(one.terms.audience, name)
    ]
    activities = [
        one.name
        for one in rules.activities.values()
        if one.until.date() >= today and asks_for(one.audience, name)
    ]
    return tags + campaigns + activities


def asks_for(text: str | None, name: str) -> bool:
    """An audience as a rule has it: a saved name, or a filter with it inside."""
    if text is None or text.casefold() == name.casefold():
        return text is not None
    try:
        return uses(parse_filter(text), name)
    except Refusal:
        return False


def uses(wanted: Filter, name: str) -> bool:
    return any(
        condition.word == "segment" and name.casefold() in map(str.casefold, condition.names)
        for condition in conditions_of(wanted)
    )


async def _keep(shop: Shop, confirmed: Confirmed, wanted: Filter, *, is_dropped: bool) -> None:
    added = await add_version(
        name=confirmed.content["name"],
        version=confirmed.content["version"] + 1,
        text=wanted.as_text(),
        data=json.dumps(wanted.as_data(), ensure_ascii=False),
        is_dropped=is_dropped,
        staff_id=confirmed.staff_id,
        key=confirmed.key,
        saved_at=shop.now(),
    )
    if not added:
        raise SegmentChanged(name=confirmed.content["name"])


SAVE_SEGMENT = Kind(Right.AUDIENCE, propose_segment, perform_segment)
DROP_SEGMENT = Kind(Right.AUDIENCE, propose_drop, perform_drop)
