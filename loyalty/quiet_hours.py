"""Quiet hours (免打扰时段): when a class of messages may be sent, and else from when on."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from loyalty.message_terms import MessageTerms, QuietAction
from loyalty.messages import MessageClass

SHOP_ZONE = ZoneInfo("Asia/Shanghai")
A_DAY = timedelta(days=1)
# Holidays one after the other; a list longer than a year would silence promotion for good.
MOST_DAYS = 400


def quiet_action(message_class: MessageClass, terms: MessageTerms) -> QuietAction | None:
    """None for what no hour holds back: replies and what is owed."""
    if message_class in (MessageClass.REPLY, MessageClass.TRANSACTIONAL):
        return None
    action: QuietAction = getattr(terms.quiet, message_class)
    return action


def first_open(at: datetime, message_class: MessageClass, terms: MessageTerms) -> datetime:
    """The first moment from `at` on that is neither quiet nor, for promotion, a holiday."""
    if quiet_action(message_class, terms) is None:
        return at
    moment = at
    for _ in range(MOST_DAYS):
        later = _after_quiet(moment, terms)
        if message_class is MessageClass.PROMOTION:
            later = _after_holiday(later, terms)
        if later == moment:
            break
        moment = later
    return moment


def is_quiet(at: datetime, terms: MessageTerms) -> bool:
    """Whether the shop's clock stands within the quiet span, which may wrap midnight."""
    starts, ends, now = *_span(terms), at.astimezone(SHOP_ZONE).time()
    if starts <= ends:
        return starts <= now < ends
    return now >= starts or now < ends


def quiet_since(at: datetime, terms: MessageTerms) -> datetime:
    """When the quiet span began that `at` lies in."""
    local = at.astimezone(SHOP_ZONE)
    began_at = datetime.combine(local.date(), _span(terms)[0], SHOP_ZONE)
    return began_at if began_at <= at else began_at - A_DAY


def _after_quiet(at: datetime, terms: MessageTerms) -> datetime:
    if not is_quiet(at, terms):
        return at
    local = at.astimezone(SHOP_ZONE)
    ends_at = datetime.combine(local.date(), _span(terms)[1], SHOP_ZONE)
    return ends_at if ends_at > at else ends_at + A_DAY


def _after_holiday(at: datetime, terms: MessageTerms) -> datetime:
    day = at.astimezone(SHOP_ZONE).date()
    if day not in terms.holidays:
        return at
    return datetime.combine(day + A_DAY, time(), SHOP_ZONE)


def _span(terms: MessageTerms) -> tuple[time, time]:
    return time.fromisoformat(terms.quiet_from), time.fromisoformat(terms.quiet_until)
