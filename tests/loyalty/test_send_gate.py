"""The send gate (发送闸): who may hear what, and when."""

from datetime import date

import pytest

from loyalty.message_terms import MessageTerms, QuietTerms
from loyalty.messages import Channel, MessageClass
from loyalty.people import Purpose
from loyalty.send_gate import Drop, Go, Held, Wait
from tests.loyalty.sending import (
    CARE,
    DAY,
    HOUR,
    NOON,
    OWED,
    PROMOTION,
    REPLY,
    SERVICE,
    goes,
    judged,
    message,
    person,
    reason,
    verdict,
)

NIGHT = NOON + 11 * HOUR  # 23:00
MORNING = NOON + 21 * HOUR  # 09:00
SAID_STOP = {Purpose.MARKETING: False, Purpose.CARE: False}
JOINED_ONLY = {Purpose.MARKETING: False}


@pytest.mark.parametrize("kind", [REPLY, OWED, SERVICE])
def test_what_somebody_is_owed_needs_no_leave(kind: MessageClass) -> None:
    silent = person(consents=SAID_STOP, paused_until=date(2027, 2, 1), weekly=0)
    assert goes(message(kind), silent)


def test_a_reminder_ends_with_its_topic() -> None:
    quiet = person(topics_off=frozenset({"expiry"}))
    assert reason(message(SERVICE, topic="expiry"), quiet) == "topic_off"
    assert goes(message(SERVICE, topic="tiers"), quiet)
    assert goes(message(OWED, topic="expiry"), quiet)


def test_stop_ends_reminders_too_and_joining_alone_does_not() -> None:
    assert reason(message(SERVICE, topic="expiry"), person(consents=SAID_STOP)) == "no_consent"
    assert goes(message(SERVICE, topic="expiry"), person(consents=JOINED_ONLY))
    assert goes(message(SERVICE), person(consents=SAID_STOP))


@pytest.mark.parametrize("kind", [REPLY, OWED])
def test_a_reply_and_what_is_owed_come_at_night_too(kind: MessageClass) -> None:
    assert goes(message(kind), now=NIGHT)


@pytest.mark.parametrize("kind", [SERVICE, CARE, PROMOTION])
def test_everything_else_waits_for_the_morning(kind: MessageClass) -> None:
    assert verdict(message(kind), now=NIGHT) == Wait(MORNING, Held.QUIET_HOURS)


def test_care_goes_on_until_somebody_says_no() -> None:
    assert goes(message(CARE), person(consents=JOINED_ONLY))
    assert reason(message(CARE), person(consents=SAID_STOP)) == "no_consent"


def test_promotion_is_for_whoever_said_yes() -> None:
    assert goes(message(PROMOTION))
    assert reason(message(PROMOTION), person(consents=JOINED_ONLY)) == "no_consent"
    assert reason(message(PROMOTION), person(consents={})) == "no_consent"


@pytest.mark.parametrize("kind", [CARE, PROMOTION])
def test_nobody_but_members_hears_what_is_offered(kind: MessageClass) -> None:
    assert reason(message(kind, member_id=None)) == "no_consent"


@pytest.mark.parametrize("kind", [CARE, PROMOTION])
def test_a_topic_that_is_off_is_off(kind: MessageClass) -> None:
    quiet = person(topics_off=frozenset({"activities"}))
    assert reason(message(kind, topic="activities"), quiet) == "topic_off"
    assert goes(message(kind, topic="offers"), quiet)


@pytest.mark.parametrize("kind", [CARE, PROMOTION])
def test_whoever_complains_is_not_offered_anything(kind: MessageClass) -> None:
    assert reason(message(kind), person(complaint_open=True)) == "complaint"


def test_a_pause_ends_with_its_last_day() -> None:
    paused = person(paused_until=date(2027, 1, 12))
    assert reason(message(PROMOTION), paused) == "paused_by_member"
    assert goes(message(PROMOTION), paused, now=NOON + DAY)


@pytest.mark.parametrize("kind", list(MessageClass))
def test_what_is_useless_does_not_leave(kind: MessageClass) -> None:
    assert verdict(message(kind, useless_after=NOON - HOUR)) == Drop(Held.TOO_LATE)


def test_what_would_be_useless_in_the_morning_does_not_wait() -> None:
    late = message(PROMOTION, useless_after=MORNING - HOUR)
    assert reason(late, now=NIGHT) == "too_late"


def test_a_class_may_be_dropped_at_night() -> None:
    terms = MessageTerms(quiet=QuietTerms(promotion="drop"))
    assert verdict(message(PROMOTION), now=NIGHT, terms=terms) == Drop(Held.QUIET_HOURS)
    assert verdict(message(CARE), now=NIGHT, terms=terms) == Wait(MORNING, Held.QUIET_HOURS)


def test_one_promotion_a_week() -> None:
    lately = person(left=((PROMOTION, NOON - 3 * DAY),))
    assert verdict(message(PROMOTION), lately) == Wait(NOON + 4 * DAY, Held.CAP)


def test_care_does_not_use_up_promotions() -> None:
    lately = person(left=((CARE, NOON - DAY), (CARE, NOON - HOUR)))
    assert goes(message(PROMOTION), lately)
    assert reason(message(CARE), lately) == "cap"


def test_what_a_full_week_makes_useless_is_dropped() -> None:
    lately = person(left=((PROMOTION, NOON - 3 * DAY),))
    assert verdict(message(PROMOTION, useless_after=NOON + DAY), lately) == Drop(Held.CAP)


def test_a_week_that_ends_at_night_is_over_in_the_morning() -> None:
    lately = person(left=((PROMOTION, NIGHT - 7 * DAY),))
    assert verdict(message(PROMOTION), lately) == Wait(MORNING, Held.CAP)


def test_what_leaves_counts_for_what_stands_behind_it() -> None:
    first, second = judged(message(PROMOTION, 1), message(PROMOTION, 2))
    assert isinstance(first, Go)
    assert second == Wait(NOON + 7 * DAY, Held.CAP)


def test_of_two_the_more_important_goes() -> None:
    first, second = judged(message(PROMOTION, 1), message(PROMOTION, 2, priority=1))
    assert isinstance(second, Go)
    assert isinstance(first, Wait)


def test_of_two_alike_the_one_that_ends_sooner_goes() -> None:
    first, second = judged(message(PROMOTION, 1), message(PROMOTION, 2, useless_after=NOON + HOUR))
    assert isinstance(second, Go)
    assert isinstance(first, Wait)


def test_an_errand_asks_nobody() -> None:
    errand = message(OWED, is_errand=True, account="sms", openid="x", member_id=None)
    assert verdict(errand, person(consents=SAID_STOP)) == Go(Channel.SERVICE, 70, "sms", "x")


def test_a_message_to_somebody_never_seen_goes_where_it_is_addressed() -> None:
    stranger = message(OWED, member_id=None, follower_id=None, openid="staff")
    assert verdict(stranger) == Go(Channel.SERVICE, None, "main", "staff")


def test_a_rehearsal_tells_what_has_no_way_whatever_the_hour() -> None:
    nobody = person(consents={Purpose.MARKETING: True})
    silent = [message(PROMOTION, channels=frozenset[Channel]())]
    assert judged(*silent, person=nobody, now=NIGHT, rehearses=True) == [Drop(Held.NO_CHANNEL)]
    at_night = judged(message(PROMOTION), now=NIGHT, rehearses=True)
    assert at_night == [Wait(MORNING, Held.QUIET_HOURS)]


@pytest.mark.parametrize("kind", [CARE, PROMOTION])
def test_a_closed_campaign_says_nothing_more(kind: MessageClass) -> None:
    closed = {"spring": Held.CAMPAIGN_OVER, "autumn": Held.STOPPED}
    messages = [
        message(kind, number, campaign=name)
        for number, name in enumerate(("spring", "autumn", "winter"))
    ]
    over, stopped, other = judged(*messages, closed=closed)
    assert (over, stopped) == (Drop(Held.CAMPAIGN_OVER), Drop(Held.STOPPED))
    assert isinstance(other, Go)


def test_a_greeting_does_not_wait_for_another_day() -> None:
    midnight = NOON + 12 * HOUR
    full = person(left=((CARE, NOON - DAY), (CARE, NOON - HOUR)))
    greeting = message(CARE, fresh_until=midnight, useless_after=NOON + 20 * DAY)
    assert goes(greeting)
    assert verdict(greeting, full) == Drop(Held.DAY_OVER)
    assert verdict(greeting, now=NIGHT) == Drop(Held.DAY_OVER)
    assert verdict(greeting, now=NOON + DAY) == Drop(Held.DAY_OVER)


def test_a_greeting_waits_for_an_hour_of_its_day() -> None:
    midnight = NOON + 12 * HOUR
    soon = person(left=((CARE, NOON - 7 * DAY + HOUR), (CARE, NOON - HOUR)))
    found = verdict(message(CARE, fresh_until=midnight), soon)
    assert found == Wait(NOON + HOUR, Held.CAP)
