"""Notice forms (通知模板): which sentence goes out on which form that the platform approved.

What is owed to a person and what is offered are two types: forms for notices alone take only the
first, so marketing cannot leave through them (wechat-platform 4.3).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from loyalty.messages import Channel, MessageClass
from loyalty.notice_values import BadValue, fitted

PLACE = re.compile(r"\{(\w+)\}")
LONGEST_TITLE, LONGEST_CONTENT = 15, 200


@dataclass(frozen=True, slots=True)
class NoticeForm:
    """`account` names an account, or a kind of accounts. `fields`: the text of each key.

    A one-time subscription has no keys but a scene, a title and a text under `content`.
    """

    wording: str
    channel: Channel
    account: str
    template_id: str
    fields: Mapping[str, str]
    page: str = ""
    scene: int = 0
    title: str = ""


@dataclass(frozen=True, slots=True)
class FilledForm:
    """What one person reads, with every value within its rule."""

    template_id: str
    values: Mapping[str, str]
    page: str = ""
    scene: int = 0
    title: str = ""


@dataclass(frozen=True, slots=True)
class ServiceNotice:
    """Something that a person is owed: how their points, tickets, money or visit stand."""

    form: FilledForm


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that is offered: only for whoever subscribed to exactly this."""

    form: FilledForm


def noticed(message_class: str, form: FilledForm) -> ServiceNotice | Offer:
    if MessageClass(message_class).is_marketing:
        return Offer(form)
    return ServiceNotice(form)


@dataclass(frozen=True, slots=True)
class NoticeForms:
    """All forms of a shop; an account's own stands before that of its kind."""

    forms: Mapping[tuple[str, Channel, str], NoticeForm] = field(default_factory=dict)

    @classmethod
    def of(cls, forms: Iterable[NoticeForm]) -> "NoticeForms":
        return cls({(form.wording, form.channel, form.account): form for form in forms})

    def channels_for(
        self, wording: str, account_kind: str, account: str = ""
    ) -> frozenset[Channel]:
        """The channels with a form for this sentence; free text has others besides."""
        return frozenset(
            channel
            for channel in Channel
            if self.form_for(wording, channel, account_kind, account) is not None
        )

    def template_id(
        self, wording: str, channel: Channel, account_kind: str, account: str = ""
    ) -> str | None:
        form = self.form_for(wording, channel, account_kind, account)
        return form.template_id if form else None

    def form_for(
        self, wording: str, channel: Channel, account_kind: str, account: str = ""
    ) -> NoticeForm | None:
        own = self.forms.get((wording, channel, account)) if account else None
        return own or self.forms.get((wording, channel, account_kind))


def filled_form(form: NoticeForm, facts: Mapping[str, object]) -> FilledForm:
    """Raises BadValue for a fact that is missing and a value that does not fit its key."""
    told = {key: _told(key, text, facts) for key, text in form.fields.items()}
    if form.channel is Channel.ONE_TIME:
        values = {key: value[:LONGEST_CONTENT] for key, value in told.items()}
    else:
        values = {key: fitted(key, value) for key, value in told.items()}
    title = form.title[:LONGEST_TITLE]
    return FilledForm(form.template_id, values, form.page, form.scene, title)


def _told(key: str, text: str, facts: Mapping[str, object]) -> str:
    if any(place not in facts for place in PLACE.findall(text)):
        raise BadValue(key)
    return PLACE.sub(lambda place: str(facts[place[1]]), text)
