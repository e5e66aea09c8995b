"""Contact choices (消息偏好): one step at a time, and nothing that nobody chose."""

from datetime import date

from loyalty.contact_choices import ANYTHING, Choices
from loyalty.messages import Topic

TODAY = date(2027, 1, 11)


def test_fewer_is_one_a_week_and_then_none() -> None:
    assert [ANYTHING.fewer().weekly, ANYTHING.fewer().fewer().weekly] == [1, 0]
    assert Choices(weekly=0).fewer().weekly == 0


def test_more_goes_back_to_what_the_shop_does() -> None:
    assert [Choices(weekly=0).more().weekly, Choices(weekly=1).more().weekly] == [1, None]
    assert ANYTHING.more() == ANYTHING


def test_a_topic_is_off_until_it_is_wanted_again() -> None:
    quiet = ANYTHING.without(Topic.OFFERS).without(Topic.OFFERS)
    assert quiet.topics_off == {Topic.OFFERS}
    assert quiet.with_topic(Topic.OFFERS) == ANYTHING


def test_a_pause_ends_on_its_day() -> None:
    paused = ANYTHING.paused(TODAY, 30)
    assert paused.is_paused(date(2027, 2, 9))
    assert not paused.is_paused(date(2027, 2, 10))
    assert paused.resumed() == ANYTHING


def test_of_two_memberships_what_either_did_not_want() -> None:
    one = Choices(frozenset({Topic.OFFERS}), 1, date(2027, 2, 1))
    other = Choices(frozenset({Topic.TIERS}), 0, date(2027, 3, 1))
    assert one.stricter(other) == Choices(
        frozenset({Topic.OFFERS, Topic.TIERS}), 0, date(2027, 3, 1)
    )
    assert ANYTHING.stricter(ANYTHING) == ANYTHING
    assert one.stricter(ANYTHING) == one
