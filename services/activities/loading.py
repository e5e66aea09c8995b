"""Loading activities (活动载入): their rows follow the shop file; who signed up hears of changes.

A number stays with its code for ever. What was called off by staff stays so, whatever is loaded.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from loyalty.activities import CHECK_IN_AFTER, ActivityTerms
from loyalty.message_terms import MessageTerms
from loyalty.quiet_hours import is_quiet, quiet_since
from services.clock import SHOP_ZONE
from storage.activities import activity_coded, add_activity, change_activity
from storage.activity_tasks import put_task
from storage.instants import to_ms
from storage.sql import Row

# What whoever signed up has to know of.
TOLD = ("starts_at", "ends_at", "place")
# So long before quiet hours a reminder leaves that would be due within them.
AHEAD_OF_QUIET = timedelta(hours=1)


async def keep_activities(
    activities: Iterable[ActivityTerms], messages: MessageTerms, now: datetime
) -> None:
    """A helper for loading; loaded again nothing changes."""
    for terms in activities:
        row = await activity_coded(terms.code)
        if row is None:
            await _begin(terms, messages, now)
        else:
            await _follow(row, terms, messages, now)


async def _begin(terms: ActivityTerms, messages: MessageTerms, now: datetime) -> None:
    activity_id = await add_activity({"code": terms.code, **_columns(terms), "loaded_at": now})
    if activity_id is None:
        return  # Another load has just brought it.
    if terms.notice:
        await put_task(activity_id, "published", turn=0, due_at=_published_at(terms, now))
    await _put_clockwork(activity_id, terms, messages, now, turn=0)


async def _follow(row: Row, terms: ActivityTerms, messages: MessageTerms, now: datetime) -> None:
    old, new = row, _columns(terms)
    news = {name: value for name, value in new.items() if _stored(value) != _stored(old[name])}
    if not news or row["cancelled_at"] is not None:
        return
    turn = row["turn"]
    if set(news) & set(TOLD):
        turn = news["turn"] = row["turn"] + 1
    await change_activity(row["id"], news)
    await _put_clockwork(row["id"], terms, messages, now, turn=turn)
    if turn > row["turn"]:
        await put_task(row["id"], "changed", turn=turn, due_at=now)
    if "seats" in news:
        await put_task(row["id"], "seats", turn=to_ms(now), due_at=now)


async def _put_clockwork(
    activity_id: int, terms: ActivityTerms, messages: MessageTerms, now: datetime, *, turn: int
) -> None:
    """The reminder, where there is time for one, and the end."""
    remind_at = _remind_at(terms, messages)
    if terms.remind_hours and remind_at > now:
        await put_task(activity_id, "reminder", turn=turn, due_at=remind_at)
    ended_at = _instant(terms.until) + CHECK_IN_AFTER
    await put_task(activity_id, "ended", turn=turn, due_at=ended_at)


def _remind_at(terms: ActivityTerms, messages: MessageTerms) -> datetime:
    """The evening before, where it would have to wait for the end of quiet hours."""
    wanted_at = _instant(terms.starts) - timedelta(hours=terms.remind_hours)
    if not is_quiet(wanted_at, messages):
        return wanted_at
    return quiet_since(wanted_at, messages) - AHEAD_OF_QUIET


def _columns(terms: ActivityTerms) -> dict[str, Any]:
    return {
        "starts_at": _instant(terms.starts),
        "ends_at": _instant(terms.until),
        "signup_until": _instant(terms.last_signup),
        "place": terms.place,
        "seats": terms.seats,
        "has_waiting": terms.waiting_list,
    }


def _published_at(terms: ActivityTerms, now: datetime) -> datetime:
    """A surprise is told of when it starts."""
    return max(now, _instant(terms.starts)) if terms.surprise else now


def _instant(time: datetime) -> datetime:
    return time.replace(tzinfo=SHOP_ZONE)


def _stored(value: object) -> object:
    """As the row has it; SQLite keeps truth as a number."""
    return to_ms(value) if isinstance(value, datetime) else value
