"""Caps (频控): how often a member hears from us unasked, counted in rolling windows.

What counts is when a message left, over all accounts of the member together.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from loyalty.message_terms import MessageTerms
from loyalty.messages import MARKETING, MessageClass

A_WEEK = timedelta(days=7)
LONGEST_WINDOW = timedelta(days=30)
# When a message of which class left.
Left = tuple[MessageClass, datetime]


def free_from(
    message_class: MessageClass,
    left: Iterable[Left],
    *,
    now: datetime,
    terms: MessageTerms,
    weekly: int | None = None,
) -> datetime | None:
    """The first moment from now on at which no cap is full; None where one never has room.

    `weekly` is the member's own number, of care and promotion together.
    """
    if message_class not in MARKETING:
        return now
    history = list(left)
    free_at = now
    for most, window, counted in _caps(message_class, terms, weekly):
        if most <= 0:
            return None
        times = sorted(at for kind, at in history if kind in counted and at > now - window)
        if len(times) >= most:
            free_at = max(free_at, times[-most] + window)
    return free_at


def _caps(
    message_class: MessageClass, terms: MessageTerms, weekly: int | None
) -> Iterator[tuple[int, timedelta, frozenset[MessageClass]]]:
    own = frozenset({message_class})
    if message_class is MessageClass.PROMOTION:
        yield terms.promotion_per_7d, A_WEEK, own
        yield terms.promotion_per_30d, LONGEST_WINDOW, own
    else:
        yield terms.care_per_7d, A_WEEK, own
    if weekly is not None:
        yield weekly, A_WEEK, MARKETING
