"""Signing up (报名): a seat or a place on the waiting list, and giving it back.

Everybody who wants a seat of one activity waits for its row; what decides is the guarded counter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loyalty.activities import (
    COMING,
    ActivityCancelled,
    ActivityFull,
    ActivityOver,
    ActivityUnknown,
    NotSignedUp,
    SignupState,
)
from loyalty.person import Person
from services.activities.whats_on import (
    Activity,
    activity_for,
    activity_from,
    activity_numbered,
    facts_of,
)
from services.messages.notices import put_notice
from services.shop import Shop
from storage.activities import (
    free_seat,
    lock_activity,
    next_queue_number,
    take_seat,
    take_seat_for_present,
)
from storage.activity_signups import (
    add_step,
    change_signup,
    coming_of,
    first_waiting,
    place_in_queue,
    put_signup,
    signup_of,
    told_before,
)
from storage.people import lock_follower
from storage.sql import Row
from storage.transactions import transactional


@dataclass(frozen=True, slots=True)
class SignedUp:
    """What somebody is told of their place; `place` on the waiting list, from 1."""

    activity: Activity
    state: SignupState
    place: int = 0
    is_news: bool = True


@transactional
async def sign_up(shop: Shop, person: Person, number: int, *, key: str) -> SignedUp:
    """Take a seat, else a place on the waiting list; whoever has one is told the same again.

    Raises ActivityUnknown, ActivityCancelled, ActivityOver, ActivityFull.
    """
    member_id = await _member_of(person)
    known = await told_before(key)
    if known is not None:
        return await _as_told(shop, number, known)
    own = await activity_for(shop, member_id, number)
    activity = await locked_activity(shop, own.activity)
    signup = await signup_of(activity.id, member_id)
    if signup is not None and signup["state"] != SignupState.CANCELLED:
        return await _as_it_is(activity, signup)
    if activity.is_cancelled:
        raise ActivityCancelled(name=activity.terms.name)
    if not activity.is_open(shop.now()):
        raise ActivityOver(name=activity.terms.name)
    return await _take_place(shop, activity, member_id, key=key)


@transactional
async def give_up_place(shop: Shop, person: Person, number: int, *, key: str) -> Activity:
    """Cancel; the first who waits moves up. Raises ActivityUnknown, NotSignedUp, ActivityOver."""
    member_id = await _member_of(person)
    activity = await activity_numbered(shop, number)
    if await told_before(key) is not None:
        return activity
    if activity.is_hidden(shop.now()):
        raise ActivityUnknown
    activity = await locked_activity(shop, activity)
    signup = await signup_of(activity.id, member_id)
    if signup is None or signup["state"] not in COMING:
        raise NotSignedUp(name=activity.terms.name)
    if shop.now() > activity.ends_at:
        raise ActivityOver(name=activity.terms.name)
    await release_place(shop, activity, signup, key=key)
    return activity


async def release_place(shop: Shop, activity: Activity, signup: Row, *, key: str) -> None:
    """End a seat or a waiting place. A helper for use cases that hold the activity."""
    ended = await change_signup(signup["id"], old=signup["state"], new=SignupState.CANCELLED)
    assert ended, "the activity is locked"
    told = {"state": SignupState.CANCELLED, "place": 0}
    await add_step(key, signup["id"], "cancelled", told, now=shop.now())
    if signup["state"] == SignupState.SEATED:
        await free_seat(activity.id)
        await move_up(shop, activity)


async def move_up(shop: Shop, activity: Activity) -> bool:
    """Give a free seat to the first who waits, and tell them; False where there is none of both.

    A helper for use cases that hold the activity.
    """
    first = await first_waiting(activity.id)
    if first is None or not await take_seat_for_present(activity.id, shop.now()):
        return False
    moved = await change_signup(first["id"], old=SignupState.WAITING, new=SignupState.SEATED)
    assert moved, "the activity is locked"
    key = f"activity-up:{first['id']}:{first['queue_no']}"
    told = {"state": SignupState.SEATED, "place": 0}
    await add_step(key, first["id"], "moved_up", told, now=shop.now())
    await put_notice(
        shop,
        first["member_id"],
        wording="activities/moved_up",
        facts=facts_of(shop, activity),
        key=key,
        due_at=shop.now(),
        message_class="service",
        useless_after=activity.ends_at,
    )
    return True


async def leave_activities(shop: Shop, member_id: int) -> None:
    """Whoever leaves the shop leaves their places to others. A helper for use cases."""
    for line in await coming_of(member_id, shop.now()):
        activity = await locked_activity(shop, await activity_numbered(shop, line["activity_id"]))
        await release_place(shop, activity, line, key=f"activity-left:{line['id']}")


async def locked_activity(shop: Shop, activity: Activity) -> Activity:
    """As it is now, and nobody else takes or frees a seat. A helper for use cases."""
    return activity_from(await lock_activity(activity.id), activity.terms)


async def _take_place(shop: Shop, activity: Activity, member_id: int, *, key: str) -> SignedUp:
    now, queue_no, place = shop.now(), None, 0
    state = SignupState.SEATED
    if not await take_seat(activity.id, now):
        state = SignupState.WAITING
        queue_no = await next_queue_number(activity.id, now)
        if queue_no is None:
            raise ActivityFull(name=activity.terms.name)
    signup_id = await put_signup(activity.id, member_id, state, queue_no=queue_no, now=now)
    if queue_no is not None:
        place = await place_in_queue(activity.id, queue_no)
    await add_step(key, signup_id, "signed", {"state": state, "place": place}, now=now)
    return SignedUp(activity, state, place)


async def _member_of(person: Person) -> int:
    """Who this is by now: memberships are merged and ended meanwhile. Holds the follower."""
    member_id = await lock_follower(person.follower_id)
    if member_id is None:
        raise ActivityUnknown
    return member_id


async def _as_told(shop: Shop, number: int, told: Mapping[str, Any]) -> SignedUp:
    activity = await activity_numbered(shop, number)
    return SignedUp(activity, SignupState(told["state"]), told["place"])


async def _as_it_is(activity: Activity, signup: Row) -> SignedUp:
    state = SignupState(signup["state"])
    waits = state is SignupState.WAITING
    place = await place_in_queue(activity.id, signup["queue_no"]) if waits else 0
    return SignedUp(activity, state, place, is_news=False)
