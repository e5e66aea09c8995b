"""Activities (活动): what is on for a member, what each has signed up for, the calendar."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from loyalty.activities import COMING, ActivityTerms, ActivityUnknown, SignupState
from loyalty.audiences.filters import EVERYBODY, Filter, Not
from loyalty.audiences.reading import parse_filter
from loyalty.refusals import Refusal
from services.audiences.finding import Audience, checked, people_of
from services.audiences.segments import saved_filters
from services.clock import day_of
from services.org.staff import Reach
from services.shop import Shop
from storage.activities import activities_ending_after, activities_numbered, open_to
from storage.activity_signups import place_in_queue, signup_of, signups_of_member
from storage.instants import from_ms
from storage.sql import Part, Row


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity of the shop file with its number and how its seats stand."""

    id: int
    terms: ActivityTerms
    starts_at: datetime
    ends_at: datetime
    signup_until: datetime
    taken: int
    is_cancelled: bool
    cancelled_why: str

    @property
    def seats_left(self) -> int | None:
        """None: as many as come."""
        return None if self.terms.seats is None else max(0, self.terms.seats - self.taken)

    def is_hidden(self, now: datetime) -> bool:
        """A surprise, until it starts."""
        return self.terms.surprise and now < self.starts_at

    def is_open(self, now: datetime) -> bool:
        return not self.is_cancelled and now <= self.signup_until


@dataclass(frozen=True, slots=True)
class OwnActivity:
    """An activity as one member sees it; `place` on the waiting list, from 1."""

    activity: Activity
    state: SignupState | None = None
    place: int = 0

    @property
    def is_coming(self) -> bool:
        return self.state in COMING

    @property
    def is_waiting(self) -> bool:
        return self.state is SignupState.WAITING


async def activities_for(shop: Shop, member_id: int) -> list[OwnActivity]:
    """What is not over and open to this member, or signed up for; soonest first."""
    now = shop.now()
    found = known_activities(shop, await activities_ending_after(now))
    seen = [one for one in found if not one.is_hidden(now)]
    own = {line["activity_id"]: line for line in await signups_of_member(member_id)}
    ours = await _open_among(shop, seen, member_id)
    return [await _own(one, own.get(one.id)) for one in seen if one.id in own or one.id in ours]


async def own_activities(shop: Shop, member_id: int) -> list[OwnActivity]:
    """What the member has signed up for, over or not; newest first."""
    own = {line["activity_id"]: line for line in await signups_of_member(member_id)}
    found = known_activities(shop, await activities_numbered(list(own)))
    return [await _own(one, own[one.id]) for one in reversed(found)]


async def calendar(shop: Shop, member_id: int) -> dict[date, list[OwnActivity]]:
    """By month, until the end of the next year."""
    months: dict[date, list[OwnActivity]] = {}
    for own in await activities_for(shop, member_id):
        day = day_of(own.activity.starts_at)
        if day.year <= shop.today().year + 1:
            months.setdefault(day.replace(day=1), []).append(own)
    return months


async def activity_for(shop: Shop, member_id: int, number: int) -> OwnActivity:
    """Raises ActivityUnknown for what is not this member's, or is still a surprise."""
    activity = await activity_numbered(shop, number)
    if activity.is_hidden(shop.now()):
        raise ActivityUnknown
    signup = await signup_of(activity.id, member_id)
    is_in = signup is not None and signup["state"] != SignupState.CANCELLED
    if not is_in and not await is_for(shop, activity, member_id):
        raise ActivityUnknown
    return await _own(activity, signup)


async def activity_numbered(shop: Shop, number: int) -> Activity:
    """Raises ActivityUnknown."""
    found = known_activities(shop, await activities_numbered([number]))
    if not found:
        raise ActivityUnknown
    return found[0]


async def is_for(shop: Shop, activity: Activity, member_id: int) -> bool:
    return bool(await _open_among(shop, [activity], member_id))


async def audience_of(shop: Shop, activity: Activity) -> Part:
    """Everybody it is for, as a condition on members m."""
    return people_of(shop, _audience(shop, activity, await saved_filters(shop)))


def stores_of(shop: Shop, terms: ActivityTerms) -> Reach:
    """The stores it is held for; None for the whole brand."""
    if not terms.stores and not terms.regions:
        return None
    return frozenset(
        number
        for number, place in shop.rules.places.items()
        if place.store in terms.stores or place.region in terms.regions
    )


def known_activities(shop: Shop, found: Iterable[Row]) -> list[Activity]:
    """Those whose terms this process has read by now."""
    terms = shop.rules.activities
    return [activity_from(line, terms[line["code"]]) for line in found if line["code"] in terms]


def activity_from(line: Row, terms: ActivityTerms) -> Activity:
    return Activity(
        id=line["id"],
        terms=terms,
        starts_at=from_ms(line["starts_at"]),
        ends_at=from_ms(line["ends_at"]),
        signup_until=from_ms(line["signup_until"]),
        taken=line["taken"],
        is_cancelled=line["cancelled_at"] is not None,
        cancelled_why=line["cancelled_why"] or "",
    )


def facts_of(shop: Shop, activity: Activity) -> dict[str, Any]:
    """What sentences about it may name; times as clocks in the shop show them."""
    return {
        "number": activity.id,
        "name": activity.terms.name,
        "place": activity.terms.place,
        "starts": time_text(shop, activity.starts_at),
        "until": time_text(shop, activity.ends_at),
    }


def time_text(shop: Shop, instant: datetime) -> str:
    return f"{shop.clock.local(instant):%Y-%m-%d %H:%M}"


async def _own(activity: Activity, signup: Row | None) -> OwnActivity:
    if signup is None or signup["state"] == SignupState.CANCELLED:
        return OwnActivity(activity)
    state = SignupState(signup["state"])
    waits = state is SignupState.WAITING
    place = await place_in_queue(activity.id, signup["queue_no"]) if waits else 0
    return OwnActivity(activity, state, place)


async def _open_among(shop: Shop, found: Sequence[Activity], member_id: int) -> set[int]:
    """Of these activities those that this member may come to; two reads, however many."""
    saved = await saved_filters(shop)
    parts = [people_of(shop, _audience(shop, one, saved), is_one=True) for one in found]
    answers = await open_to(member_id, parts)
    return {one.id for one, is_in in zip(found, answers, strict=True) if is_in}


def _audience(shop: Shop, activity: Activity, saved: dict[str, Filter]) -> Audience:
    """Nobody, where the filter names what the shop has no more."""
    terms = activity.terms
    everybody = Audience(terms.code, EVERYBODY, stores_of(shop, terms))
    if terms.audience is None:
        return everybody
    try:
        return replace(everybody, filter=checked(shop, parse_filter(terms.audience), saved))
    except Refusal:
        return replace(everybody, filter=Not(EVERYBODY))
