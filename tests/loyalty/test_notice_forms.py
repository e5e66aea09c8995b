"""通知模板: which sentence has a form where, how it is filled, and who may use it."""

import pytest

from loyalty.messages import Channel, MessageClass
from loyalty.notice_forms import (
    FilledForm,
    NoticeForm,
    NoticeForms,
    Offer,
    ServiceNotice,
    filled_form,
    noticed,
)
from loyalty.notice_values import BadValue

ENDING = NoticeForm(
    "points/ending", Channel.TEMPLATE, "service", "t1", {"number1": "{points}", "date2": "{until}"}
)
OWN = NoticeForm("points/ending", Channel.TEMPLATE, "second", "t2", {"number1": "{points}"})
ONCE = NoticeForm(
    "points/ending",
    Channel.ONE_TIME,
    "service",
    "t3",
    {"content": "{points} 积分" + "很长" * 100},
    scene=1,
    title="一个比十五个字还要长得多的标题",
)
FORMS = NoticeForms.of([ENDING, OWN, ONCE])
FACTS = {"points": 30, "until": "2027-03-01"}


def test_a_sentence_has_the_channels_it_has_forms_for() -> None:
    found = FORMS.channels_for("points/ending", "service")
    assert found == {Channel.TEMPLATE, Channel.ONE_TIME}
    assert FORMS.channels_for("points/ending", "mini") == frozenset()
    assert FORMS.channels_for("tiers/told_reached", "service") == frozenset()


def test_an_accounts_own_form_stands_before_that_of_its_kind() -> None:
    assert FORMS.template_id("points/ending", Channel.TEMPLATE, "service", "second") == "t2"
    assert FORMS.template_id("points/ending", Channel.TEMPLATE, "service", "first") == "t1"
    assert FORMS.template_id("points/ending", Channel.MINI, "service") is None


def test_each_key_is_filled_from_the_facts() -> None:
    told = filled_form(ENDING, FACTS)
    assert told == FilledForm("t1", {"number1": "30", "date2": "2027-03-01"})


@pytest.mark.parametrize(
    ("facts", "key"), [({"points": 30}, "date2"), ({**FACTS, "points": "三十"}, "number1")]
)
def test_a_missing_fact_and_a_bad_value_are_refused(facts: dict[str, object], key: str) -> None:
    with pytest.raises(BadValue) as refused:
        filled_form(ENDING, facts)
    assert refused.value.key == key


def test_a_one_time_subscription_has_a_short_title_and_at_most_200_characters() -> None:
    told = filled_form(ONCE, FACTS)
    assert (len(told.title), len(told.values["content"]), told.scene) == (15, 200, 1)


@pytest.mark.parametrize("message_class", list(MessageClass))
def test_what_is_offered_is_another_type_than_what_is_owed(message_class: MessageClass) -> None:
    kind = Offer if message_class.is_marketing else ServiceNotice
    assert type(noticed(message_class, FilledForm("t", {}))) is kind
