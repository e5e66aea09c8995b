"""Activity surveys (活动评分): one tap how it was, one whether to come again."""

from loyalty.activities import NotToBeScored, SignupState
from loyalty.person import Person
from services.activities.whats_on import Activity, activity_numbered
from services.shop import Shop
from storage.activity_signups import say_comes_again, score_activity, signup_of
from storage.people import lock_follower
from storage.sql import Row
from storage.transactions import transactional


@transactional
async def score(shop: Shop, person: Person, number: int, stars: int) -> Activity:
    """The first score counts, however often one taps. Raises ActivityUnknown, NotToBeScored."""
    activity, signup = await _attended(shop, person, number)
    await score_activity(signup["id"], stars)
    return activity


@transactional
async def say_again(shop: Shop, person: Person, number: int, comes_again: bool) -> None:
    """Raises ActivityUnknown, NotToBeScored."""
    _, signup = await _attended(shop, person, number)
    await say_comes_again(signup["id"], comes_again)


async def _attended(shop: Shop, person: Person, number: int) -> tuple[Activity, Row]:
    member_id = await lock_follower(person.follower_id)
    activity = await activity_numbered(shop, number)
    signup = await signup_of(activity.id, member_id) if member_id is not None else None
    if signup is None or signup["state"] != SignupState.ATTENDED:
        raise NotToBeScored
    return activity, signup
