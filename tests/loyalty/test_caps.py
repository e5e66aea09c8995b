"""Caps (频控): rolling windows, whose ends free a place."""

from datetime import datetime

from loyalty.caps import free_from
from loyalty.message_terms import MessageTerms
from loyalty.messages import MessageClass
from tests.loyalty.sending import CARE, DAY, HOUR, NOON, OWED, PROMOTION

PLAIN = MessageTerms()


def free(
    kind: MessageClass,
    *left: tuple[MessageClass, datetime],
    terms: MessageTerms = PLAIN,
    weekly: int | None = None,
) -> datetime | None:
    return free_from(kind, left, now=NOON, terms=terms, weekly=weekly)


def test_whoever_heard_nothing_may_hear_now() -> None:
    assert free(PROMOTION) == NOON


def test_a_week_is_over_after_seven_times_24_hours() -> None:
    assert free(PROMOTION, (PROMOTION, NOON - 7 * DAY)) == NOON
    assert free(PROMOTION, (PROMOTION, NOON - 7 * DAY + HOUR)) == NOON + HOUR


def test_the_month_counts_besides_the_week() -> None:
    left = [(PROMOTION, NOON - days * DAY) for days in (29, 20, 10)]
    assert free(PROMOTION, *left) == NOON + DAY


def test_the_place_of_the_oldest_that_still_counts_is_freed_first() -> None:
    left = [(CARE, NOON - days * DAY) for days in (1, 6, 3)]
    assert free(CARE, *left) == NOON + 4 * DAY


def test_nought_is_none_at_all() -> None:
    assert free(PROMOTION, terms=MessageTerms(promotion_per_7d=0)) is None
    assert free(PROMOTION, terms=MessageTerms(promotion_per_30d=0)) is None
    assert free(CARE, terms=MessageTerms(care_per_7d=0)) is None
    assert free(CARE, weekly=0) is None


def test_what_is_owed_is_not_counted_and_not_held_back() -> None:
    none = MessageTerms(promotion_per_7d=0, promotion_per_30d=0, care_per_7d=0)
    assert free(OWED, *[(PROMOTION, NOON)] * 9, terms=none, weekly=0) == NOON
    assert free(PROMOTION, (OWED, NOON)) == NOON


def test_the_members_own_number_counts_everything() -> None:
    assert free(CARE, (PROMOTION, NOON - DAY), weekly=1) == NOON + 6 * DAY
    assert free(CARE, (PROMOTION, NOON - DAY), weekly=2) == NOON


def test_the_members_own_number_gives_no_more_than_the_shop_does() -> None:
    assert free(PROMOTION, (PROMOTION, NOON - DAY), weekly=9) == NOON + 6 * DAY
