"""Campaigns (营销活动): the welcome pack is data, and each person gets it once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.campaigns import (
    JOIN,
    AddTag,
    AskForm,
    GiveCoupon,
    GivePoints,
    OpenTicket,
    PlannedAction,
    SendMessage,
    action_from,
    actions_for,
    campaign_from,
    once_key,
)

WELCOME = campaign_from("welcome", "join", [{"points": 50}, {"coupon": "welcome10"}])
BIRTHDAY = campaign_from("birthday", "birthday", [{"points": 100}])


def test_joining_sets_off_the_welcome_pack_and_nothing_else() -> None:
    assert actions_for([BIRTHDAY, WELCOME], JOIN, person_id=7) == [
        PlannedAction("welcome", GivePoints(50), "campaign:7:1:welcome"),
        PlannedAction("welcome", GiveCoupon("welcome10"), "campaign:7:2:welcome"),
    ]


@pytest.mark.parametrize(
    ("data", "action"),
    [
        ({"tag": "new"}, AddTag("new")),
        ({"message": "欢迎"}, SendMessage("欢迎")),
        ({"form": "taste"}, AskForm("taste")),
        ({"ticket": "call"}, OpenTicket("call")),
    ],
)
def test_every_action_of_the_shop_file_is_known(data: dict[str, object], action: object) -> None:
    assert action_from(data) == action


@pytest.mark.parametrize(
    ("data", "remedy"),
    [
        ({}, "an action has one name"),
        ({"points": 50, "coupon": "welcome10"}, "an action has one name"),
        ({"point": 50}, "write one of points, coupon"),
        ({"points": 0}, "whole number above zero"),
        ({"points": True}, "whole number above zero"),
        ({"points": "50"}, "whole number above zero"),
        ({"coupon": ""}, "needs a text"),
        ({"coupon": 10}, "needs a text"),
    ],
)
def test_a_faulty_action_is_refused_with_what_to_write(
    data: dict[str, object], remedy: str
) -> None:
    with pytest.raises(ValueError, match=remedy):
        action_from(data)


@given(
    st.tuples(st.integers(1), st.integers(1), st.text()),
    st.tuples(st.integers(1), st.integers(1), st.text()),
)
def test_keys_differ_whenever_person_campaign_or_place_differ(
    one: tuple[int, int, str], other: tuple[int, int, str]
) -> None:
    keys = [once_key(code, ordinal, person_id=person) for person, ordinal, code in (one, other)]
    assert (keys[0] == keys[1]) == (one == other)
