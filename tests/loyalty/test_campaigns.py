"""Campaigns: what the shop wrote, what sets it off, and what it brings in which order."""

import pytest

from loyalty.campaign_terms import CampaignMessage, CampaignQuestion, CampaignTerms
from loyalty.campaigns import (
    Action,
    AddTag,
    AskForm,
    GiveCoupon,
    GivePoints,
    OpenTicket,
    SendMessage,
    action_of,
    campaign_of,
)
from loyalty.messages import MessageClass, Topic


def terms(trigger: str = "join", **more: object) -> CampaignTerms:
    return CampaignTerms(code="test", trigger=trigger, actions=(("points", 5),), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("term", "action"),
    [
        (("points", 50), GivePoints(50)),
        (("coupon", "w10"), GiveCoupon("w10")),
        (("tag", "new"), AddTag("new")),
        (("message", "欢迎"), SendMessage("欢迎")),
        (("message", CampaignMessage("好", "care", "tiers")), SendMessage("好", "care", "tiers")),
        (
            ("form", CampaignQuestion("?", ("是", "否"), ("否",))),
            AskForm("?", ("是", "否"), ("否",)),
        ),
        (("form", "taste"), AskForm("taste", ())),
        (("ticket", "call"), OpenTicket("call")),
    ],
)
def test_every_action_of_the_shop_file_is_known(term: tuple[str, object], action: Action) -> None:
    assert action_of(term) == action  # type: ignore[arg-type]


def test_what_costs_something_comes_before_what_is_said_of_it() -> None:
    written = (("message", "…"), ("points", 5), ("form", "f"), ("coupon", "w10"))
    campaign = campaign_of(CampaignTerms("test", "join", written))
    assert [ordinal for ordinal, _ in campaign.in_order()] == [4, 2, 1, 3]


@pytest.mark.parametrize(
    ("trigger", "happened", "answers"),
    [
        ("join", "join", True),
        ("attended", "attended:tasting", True),
        ("attended:tasting", "attended:tasting", True),
        ("attended:tasting", "attended:concert", False),
        ("attended:tasting", "attended", False),
        ("after_purchase:3d", "after_purchase", True),
        ("purchase", "after_purchase", False),
        ("viewed:2d", "viewed", True),
        ("stage:cooling", "stage:lost", False),
        ("code:market", "code:market", True),
    ],
)
def test_a_campaign_answers_what_it_was_written_for(
    trigger: str, happened: str, answers: bool
) -> None:
    assert terms(trigger).answers(happened) is answers


@pytest.mark.parametrize(
    ("trigger", "message_class", "topic"),
    [
        ("birthday", MessageClass.CARE, Topic.CARE),
        ("after_purchase:3d", MessageClass.CARE, Topic.CARE),
        ("dormant:30d", MessageClass.PROMOTION, Topic.OFFERS),
        ("schedule:0 9 * * *", MessageClass.PROMOTION, Topic.OFFERS),
        ("viewed:2d", MessageClass.PROMOTION, Topic.OFFERS),
    ],
)
def test_what_is_not_plainly_care_is_an_offer(
    trigger: str, message_class: MessageClass, topic: Topic
) -> None:
    assert terms(trigger).says_of(None, None) == (message_class, topic)


def test_a_message_may_say_what_it_is_by_itself() -> None:
    found = terms("dormant:30d", message_class="promotion").says_of("care", "expiry")
    assert found == (MessageClass.CARE, Topic.EXPIRY)
