"""通知模板 as files: what ships fits its sentences, and a form that could never be sent is told."""

from pathlib import Path

import pytest

from bot.notice_forms import FormFault, load_notice_forms
from bot.wording import load_wordings
from loyalty.messages import Channel
from loyalty.notice_forms import PLACE

FORMS = load_notice_forms()
WORDINGS = load_wordings()
FORM = """
[[forms]]
wording = "points/ending"
channel = "{channel}"
account = "service"
template_id = "t1"
[forms.fields]
{key} = "{{points}}"
"""


def test_every_form_belongs_to_a_sentence_and_names_none_but_its_facts() -> None:
    topics = {name.partition("/")[0] for name in WORDINGS.names()}
    for form in FORMS.forms.values():
        if form.wording.partition("/")[0] not in topics:
            continue
        assert form.wording in WORDINGS, form.wording
        named = {place for text in form.fields.values() for place in PLACE.findall(text)}
        assert named <= WORDINGS.places(form.wording), form.template_id


@pytest.mark.parametrize(
    "wording",
    [
        "points/ending",
        "coupons/ending",
        "tiers/told_reached",
        "tiers/told_ending",
        "wallet/told_topped_up",
        "wallet/told_paid",
        "tickets/told_reply",
    ],
)
def test_what_people_are_owed_has_a_template(wording: str) -> None:
    assert Channel.TEMPLATE in FORMS.channels_for(wording, "service")


@pytest.mark.parametrize(
    ("channel", "key", "fault"),
    [
        ("template", "first", "cannot have first"),
        ("template", "remark1", "cannot have remark1"),
        ("one_time", "thing1", "cannot have thing1"),
        ("pigeon", "thing1", "pigeon"),
    ],
)
def test_a_form_that_could_never_be_sent_is_told_by_file(
    tmp_path: Path, channel: str, key: str, fault: str
) -> None:
    (tmp_path / "own.toml").write_text(FORM.format(channel=channel, key=key))
    with pytest.raises(FormFault, match=rf"own\.toml.*{fault}"):
        load_notice_forms(tmp_path)


def test_two_forms_for_one_sentence_and_account_are_one_too_many(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text(FORM.format(channel="template", key="thing1"))
    with pytest.raises(FormFault, match="two forms"):
        load_notice_forms(tmp_path)
