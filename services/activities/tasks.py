"""Activity tasks (活动任务): what everybody of an activity is told at its time, and its end.

Each goes through its people by number in batches and keeps its place, so that a kill skips nobody;
every notice has a key of its own, so that nobody hears it twice.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from loyalty.activities import SignupState
from loyalty.messages import MessageClass, Topic
from services.activities.signups import locked_activity, move_up
from services.activities.whats_on import Activity, activity_numbered, audience_of, facts_of
from services.each import each_of
from services.messages.notices import put_notice
from services.shop import Shop
from storage.activity_signups import change_signup, coming_to
from storage.activity_tasks import (
    due_tasks,
    earliest_task,
    end_task,
    invited,
    keep_place,
    lock_task,
)
from storage.sql import Row
from storage.transactions import transactional

BATCH = 200
SURVEY_LIFE = timedelta(days=7)
# What a place becomes with the end; nobody who waited has missed anything.
ENDED_AS = {"seated": SignupState.NO_SHOW, "waiting": SignupState.CANCELLED}


async def run_activity_tasks(shop: Shop) -> int:
    """Do what is due; how many people it was about."""
    return await each_of(await due_tasks(shop.now()), partial(_run_task, shop))


async def next_activity_task(shop: Shop) -> datetime | None:
    return await earliest_task()


async def _run_task(shop: Shop, task: Row) -> int:
    people = 0
    while (count := await run_batch(shop, task["id"])) is not None:
        people += count
    return people


@transactional
async def run_batch(shop: Shop, task_id: int) -> int | None:
    """How many people the next batch was about; None when all is done."""
    task = await lock_task(task_id)
    if task is None:
        return None
    activity = await activity_numbered(shop, task["activity_id"])
    places = await BATCHES[task["what"]](shop, activity, task)
    if not places:
        await end_task(task_id, shop.now())
        return None
    await keep_place(task_id, places[-1])
    return len(places)


async def _publish(shop: Shop, activity: Activity, task: Row) -> list[int]:
    """Whoever it is for, until one cannot sign up any more."""
    if not activity.is_open(shop.now()):
        return []
    audience = await audience_of(shop, activity)
    people = await invited(activity.id, audience, after=task["after_id"], limit=BATCH)
    for member_id in people:
        await _tell(shop, activity, task, member_id, "activities/invitation")
    return people


async def _remind(shop: Shop, activity: Activity, task: Row) -> list[int]:
    if shop.now() >= activity.starts_at:
        return []
    return await _tell_coming(shop, activity, task, "activities/reminder", ("seated",))


async def _tell_change(shop: Shop, activity: Activity, task: Row) -> list[int]:
    """Who signed up after it knows it as it is."""
    return await _tell_coming(
        shop, activity, task, "activities/changed", ("seated", "waiting"), before=task["due_at"]
    )


async def _tell_cancelled(shop: Shop, activity: Activity, task: Row) -> list[int]:
    people = ("seated", "waiting", "attended")
    return await _tell_coming(shop, activity, task, "activities/called_off", people)


async def _fill_seats(shop: Shop, activity: Activity, task: Row) -> list[int]:
    """There are more seats than before."""
    activity = await locked_activity(shop, activity)
    moved = 0
    while moved < BATCH and await move_up(shop, activity):
        moved += 1
    place = int(task["after_id"])
    return list(range(place + 1, place + 1 + moved))


async def _end(shop: Shop, activity: Activity, task: Row) -> list[int]:
    """Who has not come has missed it, who waited waits no more; who came is asked how it was."""
    states = (*ENDED_AS, "attended")
    people = await coming_to(activity.id, after=task["after_id"], limit=BATCH, states=states)
    for line in people:
        if line["state"] in ENDED_AS:
            await change_signup(line["id"], old=line["state"], new=ENDED_AS[line["state"]])
        elif activity.terms.survey:
            await _tell(shop, activity, task, line["member_id"], "activities/survey")
    return [line["member_id"] for line in people]


async def _tell_coming(
    shop: Shop,
    activity: Activity,
    task: Row,
    wording: str,
    states: tuple[str, ...],
    *,
    before: int | None = None,
) -> list[int]:
    """`before`: only who had signed up by then."""
    people = await coming_to(activity.id, after=task["after_id"], limit=BATCH, states=states)
    for line in people:
        if before is None or line["signed_at"] <= before:
            await _tell(shop, activity, task, line["member_id"], wording)
    return [line["member_id"] for line in people]


async def _tell(shop: Shop, activity: Activity, task: Row, member_id: int, wording: str) -> None:
    what = task["what"]
    facts = {
        **facts_of(shop, activity),
        "text": activity.terms.text or "",
        "reason": activity.cancelled_why,
    }
    offers = what == "published"
    await put_notice(
        shop,
        member_id,
        wording=wording,
        facts=facts,
        key=f"activity-{what}:{activity.id}:{task['turn']}:{member_id}",
        due_at=shop.now(),
        message_class=MessageClass.PROMOTION if offers else MessageClass.SERVICE,
        # What somebody has signed up for is theirs, whatever they want to hear of else.
        topic=Topic.ACTIVITIES if what in ("published", "ended") else None,
        useless_after=_useless_after(activity, what),
        # An invitation that could not leave is not made up for.
        otherwise=None if offers else "first_line",
    )


def _useless_after(activity: Activity, what: str) -> datetime:
    if what == "published":
        return activity.signup_until
    if what == "reminder":
        return activity.starts_at
    return activity.ends_at + (SURVEY_LIFE if what == "ended" else timedelta(0))


BATCHES: dict[str, Callable[[Shop, Activity, Row], Awaitable[list[int]]]] = {
    "published": _publish,
    "changed": _tell_change,
    "reminder": _remind,
    "cancelled": _tell_cancelled,
    "seats": _fill_seats,
    "ended": _end,
}
