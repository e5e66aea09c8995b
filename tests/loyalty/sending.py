"""Messages and people for the send gate's tests, with everything that does not matter filled in."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from loyalty.contacts import Contact, ContactKind
from loyalty.message_terms import MessageTerms
from loyalty.messages import Channel, MessageClass
from loyalty.people import Purpose
from loyalty.send_gate import AccountFacts, Form, Held, Outgoing, PersonFacts, Verdict, judge_all

# Monday, noon in the shop.
NOON = datetime(2027, 1, 11, 4, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LI = ("member", 7)
TEMPLATE = Form("main", Channel.TEMPLATE, "T")
SUBSCRIPTION = Form("main", Channel.SUBSCRIPTION, "S")
REPLY, OWED = MessageClass.REPLY, MessageClass.TRANSACTIONAL
SERVICE, CARE, PROMOTION = MessageClass.SERVICE, MessageClass.CARE, MessageClass.PROMOTION
TALKED = Contact(ContactKind.MESSAGE, NOON + 40 * HOUR, 5)


def message(message_class: MessageClass, number: int = 1, **facts: Any) -> Outgoing:
    named = {"member_id": 7, "follower_id": 70, "account": "main", "openid": "li", **facts}
    named.setdefault("channels", frozenset({Channel.SERVICE}))
    forms = named.get("forms", ())
    channels = named.pop("channels") | {form.channel for form in forms}
    return Outgoing(number, message_class=message_class, channels=channels, **named)


def account(follower_id: int = 70, **facts: Any) -> AccountFacts:
    named = {"account": "main", "openid": "li", "kind": "service", "follows": True, **facts}
    named.setdefault("contacts", (TALKED,))
    return AccountFacts(follower_id, **named)


def person(*accounts: AccountFacts, **facts: Any) -> PersonFacts:
    """Somebody who subscribed and has just talked to us."""
    named = {"consents": {Purpose.MARKETING: True}, **facts}
    return PersonFacts(accounts=accounts or (account(),), **named)


def judged(
    *messages: Outgoing,
    person: PersonFacts | None = None,
    now: datetime = NOON,
    terms: MessageTerms | None = None,
    closed: Mapping[str, Held] | None = None,
    rehearses: bool = False,
) -> list[Verdict]:
    """In the order of the messages' numbers."""
    li = person or PersonFacts({Purpose.MARKETING: True}, accounts=(account(),))
    verdicts = judge_all(
        messages,
        {LI: li},
        now=now,
        terms=terms or MessageTerms(),
        closed=closed,
        rehearses=rehearses,
    )
    return [verdicts[number] for number in sorted(verdicts)]


def verdict(
    one: Outgoing,
    li: PersonFacts | None = None,
    *,
    now: datetime = NOON,
    terms: MessageTerms | None = None,
) -> Verdict:
    return judged(one, person=li, now=now, terms=terms)[0]


def goes(*asked: Any, **facts: Any) -> bool:
    return hasattr(verdict(*asked, **facts), "channel")


def reason(*asked: Any, **facts: Any) -> str:
    """Why it does not leave now."""
    found = verdict(*asked, **facts)
    assert not hasattr(found, "channel"), found
    return found.reason
