"""Activities (活动) in the shop file: when, where, for whom, how many seats, what coming brings."""

from datetime import datetime, timedelta

from loyalty.activities import REMIND_HOURS, ActivityTerms
from loyalty.audiences.reading import LONGEST_TEXT, parse_filter
from loyalty.refusals import Refusal
from loyalty.shop_file.scope import codes
from loyalty.shop_file.table import LARGEST_NUMBER, Table

TIME_REMEDY = "write a local time such as 2027-03-01T18:30:00"
LONGEST_ACTIVITY = timedelta(days=60)
LONGEST_INVITATION = 120
MOST_REMIND_HOURS = 14 * 24
MOST_POINTS = 100_000
# Stands where no time could be read.
NO_TIME = datetime.fromisoformat("2000-01-01")


def read_activity(table: Table) -> ActivityTerms:
    starts, until = _time(table, "starts"), _time(table, "until")
    terms = ActivityTerms(
        code=table.code(),
        name=table.text("name", longest=20),
        starts=starts,
        until=until,
        place=table.text("place", longest=40),
        stores=codes(table, "stores"),
        regions=codes(table, "regions"),
        seats=table.optional_number("seats", lowest=1, highest=LARGEST_NUMBER),
        waiting_list=table.switch("waiting_list", default=True),
        signup_until=_time(table, "signup_until") if table.offers("signup_until") else None,
        audience=_read_audience(table),
        points=table.optional_number("points", lowest=1, highest=MOST_POINTS),
        coupon=table.code("coupon") if table.offers("coupon") else None,
        remind_hours=table.number(
            "remind_hours", REMIND_HOURS, lowest=0, highest=MOST_REMIND_HOURS
        ),
        notice=table.switch("notice", default=True),
        surprise=table.switch("surprise", default=False),
        survey=table.switch("survey", default=True),
        text=table.text("text", longest=LONGEST_INVITATION) if table.offers("text") else None,
    )
    if table.has("starts") and table.has("until"):
        _check_times(table, terms)
    return terms


def _check_times(table: Table, terms: ActivityTerms) -> None:
    if terms.until <= terms.starts:
        table.fault("until", "is not after starts", "write a later time")
    elif terms.until - terms.starts > LONGEST_ACTIVITY:
        table.fault("until", "is more than 60 days after starts", "write an earlier time")
    if terms.signup_until is not None and terms.signup_until > terms.until:
        table.fault("signup_until", "is after the end", "write an earlier time")


def _time(table: Table, key: str) -> datetime:
    """A local date-time as TOML has it, or as JSON writes it."""
    value = table.value(key)
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        time = None
    if isinstance(time, datetime) and time.tzinfo is None:
        return time.replace(microsecond=0)
    table.fault(key, "is no local time" if table.has(key) else "is missing", TIME_REMEDY)
    return NO_TIME


def _read_audience(table: Table) -> str | None:
    """A filter as text, in the one way it is written."""
    if not table.offers("audience"):
        return None
    text = table.text("audience", longest=LONGEST_TEXT)
    try:
        return parse_filter(text).as_text() if text else None
    except Refusal as refusal:
        problem = f"cannot be read at letter {refusal.facts.get('place', 1)}"
        table.fault("audience", problem, "write a filter as people type it in chat")
        return None
