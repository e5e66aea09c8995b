"""The choice of a channel (选通道): by which way what may leave reaches the person."""

from dataclasses import replace
from typing import Any

import pytest

from loyalty.contacts import Contact, ContactKind
from loyalty.messages import Channel, MessageClass
from loyalty.send_gate import AccountFacts, Form, Go
from tests.loyalty.sending import (
    CARE,
    HOUR,
    NOON,
    OWED,
    PROMOTION,
    REPLY,
    SERVICE,
    SUBSCRIPTION,
    TALKED,
    TEMPLATE,
    account,
    judged,
    message,
    person,
    reason,
    verdict,
)

SILENT = account(contacts=())
MASS = frozenset({Channel.SERVICE, Channel.MASS})
SCANNED = Contact(ContactKind.SCAN, NOON + HOUR / 100, 3)
OLD = Contact(ContactKind.MESSAGE, NOON, 5)
USED_UP = Contact(ContactKind.MESSAGE, NOON + HOUR, 0)
HOLDS = account(contacts=(), held={(Channel.SUBSCRIPTION, "S"): 1})
MINI = account(71, account="mini", openid="m", kind="mini", follows=False, contacts=())


def way(kind: MessageClass, *accounts: AccountFacts, **facts: Any) -> str:
    """The channel, or why there is none."""
    found = verdict(message(kind, **facts), person(*accounts))
    return str(found.channel if isinstance(found, Go) else found.reason)


@pytest.mark.parametrize("kind", list(MessageClass))
def test_whoever_has_just_talked_gets_a_customer_service_message(kind: MessageClass) -> None:
    assert way(kind, account(), forms=(TEMPLATE, SUBSCRIPTION)) == "service"


@pytest.mark.parametrize("kind", [CARE, PROMOTION])
def test_what_is_offered_never_leaves_as_a_template(kind: MessageClass) -> None:
    assert way(kind, SILENT, forms=(TEMPLATE,)) == "no_channel"
    assert way(kind, HOLDS, forms=(TEMPLATE, SUBSCRIPTION)) == "subscription"


@pytest.mark.parametrize("kind", [OWED, SERVICE])
def test_what_is_owed_leaves_as_a_template(kind: MessageClass) -> None:
    assert way(kind, HOLDS, forms=(TEMPLATE, SUBSCRIPTION)) == "template"


def test_templates_are_for_whoever_follows_a_service_account() -> None:
    assert way(OWED, replace(SILENT, follows=False), forms=(TEMPLATE,)) == "no_channel"
    assert way(OWED, replace(SILENT, kind="subscription"), forms=(TEMPLATE,)) == "service"


@pytest.mark.parametrize("kind", [OWED, SERVICE])
def test_what_is_owed_is_tried_where_no_window_is_known(kind: MessageClass) -> None:
    assert way(kind, SILENT) == "service"


@pytest.mark.parametrize("kind", [CARE, PROMOTION])
@pytest.mark.parametrize("contact", [OLD, USED_UP])
def test_what_is_offered_needs_an_open_window(kind: MessageClass, contact: Contact) -> None:
    assert way(kind, account(contacts=(contact,))) == "no_channel"


def test_of_two_windows_the_one_that_ends_first_is_used() -> None:
    found = verdict(message(CARE), person(account(contacts=(TALKED, SCANNED))))
    assert isinstance(found, Go)
    assert found.contact == "scan"


def test_a_window_that_somebody_pays_for_has_no_end_of_messages() -> None:
    paid = account(contacts=(Contact(ContactKind.PAY, NOON + HOUR),))
    found = judged(*[message(OWED, number) for number in range(20)], person=person(paid))
    assert {getattr(one, "contact", None) for one in found} == {"pay"}


def test_a_batch_uses_up_a_window() -> None:
    once = account(contacts=(Contact(ContactKind.MESSAGE, NOON + HOUR, 1),))
    owed, offered = judged(message(PROMOTION, 2), message(OWED, 1), person=person(once))
    assert isinstance(owed, Go)
    assert not isinstance(offered, Go)


def test_a_batch_uses_up_a_subscription() -> None:
    messages = [message(CARE, number, forms=(SUBSCRIPTION,)) for number in (1, 2)]
    first, second = judged(*messages, person=person(HOLDS))
    assert isinstance(first, Go)
    assert not isinstance(second, Go)


def test_a_subscription_is_for_its_own_template() -> None:
    other = Form("main", Channel.SUBSCRIPTION, "other")
    assert way(CARE, HOLDS, forms=(other,)) == "no_channel"


def test_a_mini_program_has_its_own_subscriptions() -> None:
    form = Form("mini", Channel.MINI, "M")
    holds = replace(MINI, held={(Channel.MINI, "M"): 1})
    found = verdict(message(CARE, forms=(form,)), person(SILENT, holds))
    assert found == Go(Channel.MINI, 71, "mini", "m", template_id="M")


def test_a_one_time_subscription_needs_no_following() -> None:
    form = Form("main", Channel.ONE_TIME, "T#7")
    gone = account(follows=False, contacts=(), held={(Channel.ONE_TIME, "T#7"): 1})
    assert way(CARE, gone, forms=(form,)) == "one_time"


def test_the_same_for_everybody_may_leave_as_a_mass_send() -> None:
    assert way(PROMOTION, SILENT, channels=MASS) == "mass"
    assert way(CARE, SILENT, channels=MASS) == "no_channel"
    assert way(OWED, SILENT, channels=MASS) == "service"


def test_mass_sends_are_the_last_way() -> None:
    assert way(PROMOTION, HOLDS, channels=MASS, forms=(SUBSCRIPTION,)) == "subscription"


def test_four_mass_sends_a_month() -> None:
    assert way(PROMOTION, replace(SILENT, mass_this_month=3), channels=MASS) == "mass"
    assert way(PROMOTION, replace(SILENT, mass_this_month=4), channels=MASS) == "monthly_quota"


def test_only_followers_of_an_official_account_get_mass_sends() -> None:
    assert way(PROMOTION, replace(SILENT, follows=False), channels=MASS) == "no_channel"
    assert way(PROMOTION, replace(MINI, follows=True), channels=MASS) == "no_channel"
    assert way(PROMOTION, replace(SILENT, kind="subscription"), channels=MASS) == "mass"


def test_a_service_account_sends_to_many_before_a_subscription_account() -> None:
    street = account(73, account="street", openid="s", kind="subscription", contacts=())
    sent = verdict(message(PROMOTION, channels=MASS), person(street, SILENT))
    assert isinstance(sent, Go)
    assert sent.account == "main"


def test_where_it_is_meant_to_go_comes_first() -> None:
    other = account(72, openid="other")
    assert verdict(message(OWED), person(other, account())) == Go(
        Channel.SERVICE, 70, "main", "li", contact=ContactKind.MESSAGE
    )


def test_another_account_of_the_member_will_do() -> None:
    other = account(72, account="second", openid="other")
    found = verdict(message(OWED), person(replace(SILENT, follows=False), other))
    assert isinstance(found, Go)
    assert found.account == "second"


def test_a_reply_goes_nowhere_else() -> None:
    other = account(72, account="second", openid="other")
    found = verdict(message(REPLY), person(SILENT, other))
    assert isinstance(found, Go)
    assert found.account == "main"


def test_whoever_does_not_follow_still_reads_the_answer() -> None:
    assert way(REPLY, replace(SILENT, follows=False)) == "service"


def test_a_member_without_any_account_cannot_be_reached() -> None:
    li = replace(person(), accounts=())
    assert reason(message(OWED, openid=""), li) == "no_account"
